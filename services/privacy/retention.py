"""The handler of `Step.PURGE`: nothing is kept for longer than the settings say (`RETENTION_…`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database, Transaction
from db.models import Decision, Event, LlmCall, Transition
from db.repositories import privacy, retention
from db.repositories.retention import Ageing
from services.options import Options
from services.privacy.erasing import nobody
from services.privacy.pseudonyms import Pseudonyms

log = structlog.get_logger(__name__)

BATCH = 500  # rows of one transaction
BATCHES = 200  # of one kind in one night; the rest waits for the next one
SHORTEST_PAYLOAD = timedelta(days=2)
"""Meta repeats a delivery for 36 hours: what it repeats must be recognised so long."""
UPDATES = timedelta(days=7)
ALERTS = timedelta(days=90)
CONNECT_REQUESTS = timedelta(days=1)
UPLOADS = timedelta(days=90)
QUEUE_LOG = timedelta(days=7)

Batch = Callable[[Transaction], Awaitable[int]]
"""Takes one batch of rows; how many they were, none when nothing is left."""


class Purge:
    """Once a night; each kind of row in short transactions of its own."""

    def __init__(self, db: Database, pseudonyms: Pseudonyms, options: Options) -> None:
        self._db = db
        self._pseudonyms = pseudonyms
        self._options = options

    async def __call__(self, _row: int | None = None) -> None:
        """Purge every kind; a run that dies is finished by the next one."""
        taken = {name: await self._all(batch) for name, batch in self._kinds().items()}
        log.info("purged", **{name: count for name, count in taken.items() if count})

    async def _all(self, batch: Batch) -> int:
        total = 0
        for _ in range(BATCHES):
            async with self._db.transaction() as tx:
                count = await batch(tx)
            total += count
            if not count:
                break
        return total

    def _kinds(self) -> Mapping[str, Batch]:
        options = self._options
        payload = max(options.retention_payload, SHORTEST_PAYLOAD)
        return {
            "payloads": _rows(retention.blank_payloads, payload),
            "comments": self._words,
            "events": self._audit(Event),
            "transitions": self._audit(Transition),
            "llm_calls": self._audit(LlmCall),
            "decisions": self._audit(Decision),
            "errors": _rows(retention.forget_errors, options.retention_audit),
            "telegram_updates": _rows(retention.forget_updates, UPDATES),
            "alerts": _rows(retention.forget_alerts, ALERTS),
            "connect_requests": _rows(retention.forget_connect_requests, CONNECT_REQUESTS),
            "uploads": _rows(retention.forget_uploads, UPLOADS),
            "queue_log": _rows(retention.forget_queue_log, QUEUE_LOG),
        }

    async def _words(self, tx: Transaction) -> int:
        """Texts and names of settled comments and their drafts; that there was one stays."""
        comments = await retention.old_words(tx.session, self._options.retention_text, BATCH)
        if comments:
            people = [nobody(self._pseudonyms, comment, ours=False) for comment in comments]
            await privacy.blank(tx.session, people, reason=None)
        return len(comments)

    def _audit(self, table: Ageing) -> Batch:
        """An element goes no sooner than its payload."""
        age = max(self._options.retention_audit, self._options.retention_payload, SHORTEST_PAYLOAD)

        async def batch(tx: Transaction) -> int:
            ids = await retention.old_ids(tx.session, table, age, BATCH)
            if ids:
                await retention.forget(tx.session, table, ids)
            return len(ids)

        return batch


def _rows(forget: Callable[[AsyncSession, timedelta, int], Awaitable[int]], age: timedelta) -> Batch:
    async def batch(tx: Transaction) -> int:
        return await forget(tx.session, age, BATCH)

    return batch
