"""Words of somebody who was erased never come back: not redelivered, not replayed, not reconciled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Transaction
from db.models import Account, Event
from db.repositories import erasures, traces
from services.ingest.envelope import identifier, messaging_part, moment
from services.privacy.pseudonyms import Pseudonyms

REDELIVERED = timedelta(hours=36)
"""So long Meta repeats a delivery: words that tell no time are old ones until then."""


class Tombstones:
    """Asked by ingest before anything is stored."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms

    async def is_erased(
        self,
        session: AsyncSession,
        account_id: int | None,
        author_id: str | None,
        username: str | None,
        written_at: datetime | None,
    ) -> bool:
        """Whether these are words from before their author's erasure; later ones are ordinary.

        `written_at` is aware; None is taken for old as long as Meta may repeat old deliveries.
        """
        ids = {author_id} if author_id else set()
        names = {username} if username else set()
        return await self._covered(session, self._pseudonyms.recognised(ids, names), account_id, written_at)

    async def keeps_out(self, tx: Transaction, account: Account | None, event: Event) -> bool:
        """Settle and forget an element that would bring somebody's words back.

        By, to or about somebody erased, for an erased account, or about a comment whose words are gone: our
        own reply to one names nobody else. False: it is an ordinary one, and nothing changed.
        """
        if await self._names_erased(tx, account, event) or await _is_about_erased(tx, account, event):
            await traces.turn_away(tx.session, event, homeless=account is None)
            return True
        return False

    async def _names_erased(self, tx: Transaction, account: Account | None, event: Event) -> bool:
        hashes = self._pseudonyms.recognised(
            _ids(event.payload), _usernames(event.payload), event.account_instagram_id
        )
        written_at = moment(event.payload.get("timestamp")) or event.sent_at
        account_id = account.id if account is not None else None
        return await self._covered(tx.session, hashes, account_id, written_at)

    @staticmethod
    async def _covered(
        session: AsyncSession, hashes: list[str], account_id: int | None, written_at: datetime | None
    ) -> bool:
        if not hashes:
            return False
        found = await erasures.newest_of(session, hashes, account_id)
        if found is None:
            return False
        erased_at, now = found
        return now - erased_at < REDELIVERED if written_at is None else written_at <= erased_at


async def _is_about_erased(tx: Transaction, account: Account | None, event: Event) -> bool:
    """The comment or message that the element brings, changes or takes back."""
    if account is None:
        return False
    part = messaging_part(event.payload)
    inside = event.payload.get(part) if part else None
    names = (
        [inside.get("mid")]
        if isinstance(inside, Mapping)
        else [event.payload.get("id"), event.payload.get("comment_id")]
    )
    found = [identifier(name) for name in names]
    return await traces.any_erased(tx.session, account.id, [one for one in found if one is not None])


def _ids(payload: Mapping[str, Any]) -> set[str]:
    """Everybody an element names by id: author, sender, recipient."""
    parts = (payload.get(name) for name in ("from", "sender", "recipient"))
    found = (identifier(part.get("id")) for part in parts if isinstance(part, Mapping))
    return {one for one in found if one is not None}


def _usernames(payload: Mapping[str, Any]) -> set[str]:
    author = payload.get("from")
    name = author.get("username") if isinstance(author, Mapping) else None
    return {name.removeprefix("@")} if isinstance(name, str) and name else set()
