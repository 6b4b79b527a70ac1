"""Storing Telegram's updates before they are acknowledged: a press is never lost in a crash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.engine import Transaction
from db.queue import Job, Step
from db.repositories import updates
from services.ingest.document import cleaned

UPDATE_PRIORITY = 20
"""A person waits for the answer: before everything else in the queue."""


async def store(tx: Transaction, payloads: Sequence[dict[str, Any]]) -> int:
    """Keep updates as Telegram sent them and wake their handler; repeated ones are left out.

    Characters that PostgreSQL refuses (NUL, lone surrogates) are replaced: one odd message must not stop
    the updates behind it.
    """
    new = await updates.add(tx.session, [cleaned(payload)[0] for payload in payloads])
    tx.enqueue(*(wake(update_id) for update_id in new))
    return len(new)


def wake(update_id: int) -> Job:
    """The job that handles one stored update."""
    return Job(Step.TELEGRAM_UPDATE, update_id, key=f"update:{update_id}", priority=UPDATE_PRIORITY)
