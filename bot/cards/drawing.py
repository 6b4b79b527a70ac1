"""The handler of `Step.RENDER_CARD`: bring a card's message to its wanted revision (telegram, §3.5).

claim → read the rows → one call → fenced save. Desired state: whatever happened in between, the newest
revision is drawn once more, and jobs that find nothing to do end at once.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards.moving import follow
from bot.cards.render import Rendered, render
from bot.cards.stage import CLOSED, stage_of
from bot.outgoing import (
    ChatLost,
    ChatMoved,
    MessageLost,
    Outgoing,
    Postponed,
    Refused,
    ThreadLost,
    TokenRevoked,
    Undelivered,
)
from bot.texts import texts
from db.engine import Database, Transaction
from db.models import Card, EditRequest
from db.models.alert import Severity
from db.models.draft import DraftOrigin
from db.queue import Job, Step
from db.repositories import cards, managers, privacy
from db.repositories.cards import CardRows
from services.alerts import raise_alert, resolve_alert
from services.cards import URGENT
from services.options import Options
from services.work.backoff import backoff

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=15)
"""A claim is not renewed, so it lasts longer than the one call that it covers (10 s) and the save (5 s)."""

LONGEST_SPREAD: Final = 60.0  # seconds over which waiting cards spread their next tries
URGENT_SPREAD: Final = 2.0  # urgent ones come back first


@dataclass(frozen=True, slots=True)
class _Work:
    """One claim: what is to be shown, as the rows were."""

    card: Card
    rendered: Rendered
    urgent: bool
    comment_id: int
    prompts: Sequence[EditRequest] = ()
    """Messages about the draft, which quote it, when the customer was erased."""


class CardDrawer:
    """Draws cards. Of two drawers of one card one finds it claimed and leaves it alone."""

    def __init__(self, db: Database, outgoing: Outgoing, options: Options) -> None:
        self._db = db
        self._outgoing = outgoing
        self._options = options

    async def __call__(self, card_id: int | None) -> None:
        """Draw one card, if it is not right already."""
        work = await self._claim(card_id or 0)
        if work is None:
            return
        try:
            message_id = await self._show(work)
        except Undelivered as error:
            log.info("card_not_drawn", card=work.card.id, error=type(error).__name__)
            await self._undelivered(work, error)
        else:
            await self._drawn(work, message_id)
            await self._take_away(work)

    async def _claim(self, card_id: int) -> _Work | None:
        now = datetime.now(UTC)
        async with self._db.transaction() as tx:
            card = await cards.claim(tx.session, card_id, max(self._options.lease, LEASE))
            if card is None:
                return None
            rows = await cards.rows(tx.session, card)
            if _is_past(rows, now):
                await cards.drawn(tx.session, card, card.wanted_rev)
                return None
            rendered = render(
                rows,
                texts(rows.account.locale),
                now=now,
                undo=self._options.undo,
                editor=await _editor(tx.session, rows),
            )
            erased = rows.comment.erased_at is not None
            prompts = await privacy.prompts_about(tx.session, card.draft_id) if erased else ()
            return _Work(card, rendered, rows.draft.urgent, rows.comment.id, prompts)

    async def _show(self, work: _Work) -> int:
        card, rendered = work.card, work.rendered
        if card.message_id is not None:
            await self._outgoing.edit(
                card.chat_id, card.message_id, rendered.html, keyboard=rendered.keyboard
            )
            return card.message_id
        return await self._outgoing.send(
            card.chat_id,
            rendered.html,
            keyboard=rendered.keyboard,
            thread_id=card.thread_id,
            silent=rendered.silent,
        )

    async def _drawn(self, work: _Work, message_id: int) -> None:
        card = work.card
        shown_at = card.shown_at or datetime.now(UTC)
        async with self._db.transaction() as tx:
            saved = await cards.drawn(
                tx.session, card, card.wanted_rev, message_id=message_id, shown_at=shown_at
            )
            if saved is not None:
                await _recovered(tx, card)
                if saved.wanted_rev > saved.rendered_rev:
                    _again(tx, saved, urgent=work.urgent)
        if saved is None and card.message_id is None:
            # Somebody took the card over while we were stuck: ours would be a second one.
            await self._outgoing.delete(card.chat_id, message_id)

    async def _take_away(self, work: _Work) -> None:
        """Questions and answers about the words of somebody who was erased."""
        for prompt in work.prompts:
            await self._outgoing.delete(prompt.chat_id, prompt.message_id)
        if work.prompts:
            async with self._db.transaction() as tx:
                await privacy.forget_prompts(tx.session, work.card.draft_id)

    async def _undelivered(self, work: _Work, error: Undelivered) -> None:
        """What follows from a refusal, in one transaction with giving the claim back."""
        card = work.card
        first = card.error != type(error).__name__  # people are told once per card and trouble
        async with self._db.transaction() as tx:
            match error:
                case Postponed():
                    pause = error.delay + _spread(card.attempts, urgent=work.urgent)
                    await _later(tx, work, error, pause)
                case MessageLost():
                    await _now(tx, work, error, message_id=None)
                case ThreadLost():
                    await _now(tx, work, error, thread_id=None, message_id=None)
                case ChatMoved():
                    await follow(tx, card.chat_id, error.new_chat_id)
                    await _now(tx, work, error)
                case ChatLost():
                    if first:
                        await _tell_lost_chat(tx, card)
                    await _later(tx, work, error, _growing(card.attempts))
                case TokenRevoked():  # no alert could be shown either
                    log.error("telegram_token_revoked")
                    await _later(tx, work, error, _growing(card.attempts))
                case Refused():
                    if first:
                        await _tell_refused(tx, work, error)
                    await _later(tx, work, error, _growing(card.attempts))
                case _:
                    raise error


async def _later(tx: Transaction, work: _Work, error: Undelivered, delay: timedelta) -> None:
    card = await cards.postpone(tx.session, work.card, delay, type(error).__name__)
    if card is not None:
        _again(tx, card, urgent=work.urgent, after=delay)


async def _now(tx: Transaction, work: _Work, error: Undelivered, **values: Any) -> None:
    """Give the claim back with `values`, still to be drawn."""
    card = await cards.drawn(
        tx.session, work.card, work.card.rendered_rev, error=type(error).__name__, **values
    )
    if card is not None:
        _again(tx, card, urgent=work.urgent)


async def _tell_lost_chat(tx: Transaction, card: Card) -> None:
    await raise_alert(tx, "chat_lost", str(card.chat_id), severity=Severity.CRITICAL, chat=card.chat_id)


async def _tell_refused(tx: Transaction, work: _Work, error: Refused) -> None:
    await raise_alert(
        tx,
        "step_failed",
        _subject(work.card),
        account_id=work.card.account_id,
        step=Step.RENDER_CARD.value,
        error=error.says,
        comment=work.comment_id,
    )


def _again(tx: Transaction, card: Card, *, urgent: bool, after: timedelta | None = None) -> None:
    """Queue another drawing.

    The key is this claim's own: `services.cards.redraw`'s may still be held by a job that found the card
    claimed, and then nobody would come back before the sweep.
    """
    key = f"card:{card.id}:{card.wanted_rev}:{card.lease_token}"
    tx.enqueue(Job(Step.RENDER_CARD, card.id, key=key, after=after, priority=URGENT if urgent else 0))


async def _recovered(tx: Transaction, card: Card) -> None:
    """What was reported about drawing this card is over."""
    if card.error == ChatLost.__name__:
        await resolve_alert(tx, "chat_lost", str(card.chat_id))
    elif card.error == Refused.__name__:
        await resolve_alert(tx, "step_failed", _subject(card))


def _is_past(rows: CardRows, now: datetime) -> bool:
    """No message shows this card, and nothing on it waits for anybody: posting it now would be noise.

    So it is with all the settled cards of a group that moved. A message that was deleted by hand comes back.
    """
    card = rows.card
    never_shown = card.shown_at is None and rows.delivery is None
    moved = card.shown_at is not None and card.error != MessageLost.__name__
    return card.message_id is None and (never_shown or moved) and stage_of(rows, now) in CLOSED


async def _editor(session: AsyncSession, rows: CardRows) -> str | None:
    """Who wrote the version shown."""
    version = rows.version
    if version is None or version.origin is not DraftOrigin.MANAGER or version.manager_id is None:
        return None
    return (await managers.names(session, [version.manager_id])).get(version.manager_id)


def _subject(card: Card) -> str:
    return f"{Step.RENDER_CARD.value}:{card.id}"


def _spread(attempts: int, *, urgent: bool) -> timedelta:
    """So that a thousand waiting cards do not ask for the same free place at once."""
    longest = URGENT_SPREAD if urgent else min(2.0**attempts, LONGEST_SPREAD)
    return timedelta(seconds=random.uniform(0.0, longest))  # noqa: S311 - spreads load, hides nothing


def _growing(attempts: int) -> timedelta:
    """5, 10, 20 … seconds, at most ten minutes."""
    return backoff(attempts, first=5.0, factor=2.0, longest=600.0)
