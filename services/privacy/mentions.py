"""Other people's words that mention the person: `@name` becomes `@…`, the words stay."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from db.engine import Database, Transaction
from db.life.draft import OPEN
from db.models import Comment, Decision, Draft, DraftVersion, Event
from db.repositories import drafts, privacy, traces
from db.repositories.privacy import Scope
from services import cards
from services.privacy.pages import each_page
from services.privacy.whom import MENTION


class Mentions:
    """Looks through the words of everybody. `pattern` is `Whom.mentions`."""

    def __init__(self, db: Database, scope: Scope, pattern: str) -> None:
        self._db = db
        self._scope = scope
        self._pattern = pattern

    async def replace(self) -> bool:
        """Replace every mention; true when words that are just being published have to be waited for."""
        for place in traces.WORDS:
            await each_page(self._db, place[0], partial(self._words, place))
        await each_page(self._db, Event, self._events)
        await each_page(self._db, Decision, self._decisions)
        return await each_page(self._db, DraftVersion, self._versions)

    async def _words(
        self, place: tuple[traces.Table, InstrumentedAttribute[Any]], tx: Transaction, after: int, upto: int
    ) -> bool:
        changed = await traces.unmention(
            tx.session, place, self._scope, (after, upto), self._pattern, MENTION
        )
        if place[0] is Comment and changed:
            for draft in await privacy.drafts_about(tx.session, changed):
                await cards.show(tx, draft)
        return False

    async def _events(self, tx: Transaction, after: int, upto: int) -> bool:
        await traces.unmention_events(tx.session, self._scope, after, upto, self._pattern, MENTION)
        return False

    async def _decisions(self, tx: Transaction, after: int, upto: int) -> bool:
        await traces.forget_mentioning_reasons(tx.session, self._scope, after, upto, self._pattern)
        return False

    async def _versions(self, tx: Transaction, after: int, upto: int) -> bool:
        """A draft that waits for a manager gets another version: a press on the old one is refused.

        So whatever is published is still exactly what a manager approved (rulings, 7).
        """
        waiting = False
        for version, draft in await traces.mentioning_versions(
            tx.session, self._scope, after, upto, self._pattern
        ):
            if await traces.is_leaving(tx.session, draft):
                waiting = True
                continue
            words = re.sub(self._pattern, MENTION, version.text, flags=re.IGNORECASE)
            await traces.reword(tx.session, version.id, words)
            if draft.state in OPEN and draft.version == version.version:
                await _renewed(tx, draft, version, words)
            await cards.show(tx, draft)
        return waiting


async def _renewed(tx: Transaction, draft: Draft, version: DraftVersion, words: str) -> None:
    changed = await drafts.change(
        tx.session, draft.id, Draft.version == version.version, version=version.version + 1
    )
    if changed is not None:
        await drafts.add_version(
            tx.session,
            changed,
            changed.version,
            text=words,
            language=version.language,
            origin=version.origin,
            sources=version.sources,
            flags=version.flags,
            manager_id=version.manager_id,
            llm_call_id=version.llm_call_id,
        )
