"""The queue: jobs joined to the transaction that makes them necessary.

PgQueuer is used through this module and `services.work.runner` only. A job is a wake-up; the rows are
the truth, so a lost job is a delay and a repeated one does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

import asyncpg
import orjson
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession


class Step(StrEnum):
    """What a job does next. The handler lives in the room that owns the step."""

    INGEST = "ingest"
    CLASSIFY = "classify"
    ANSWER = "answer"
    REGENERATE = "regenerate"
    DELIVER = "deliver"
    RENDER_CARD = "render_card"
    RENDER_ALERT = "render_alert"
    TELEGRAM_UPDATE = "telegram_update"
    SWEEP = "sweep"
    CHECK_TOKENS = "check_tokens"
    RECONCILE = "reconcile"
    ERASE = "erase"
    PURGE = "purge"
    IMPORT_KNOWLEDGE = "import_knowledge"


@dataclass(frozen=True, slots=True)
class Job:
    """A step for one row.

    `key` is unique among queued and running jobs, so it names what the job will have achieved (a card's
    revision, a comment's next state), never the step that is enqueueing it: a key stays taken while
    its job runs.
    """

    step: Step
    row: int | None = None
    key: str | None = None
    after: timedelta | None = None
    priority: int = 0


def payload(row: int | None) -> bytes | None:
    """The queue's payload for a row."""
    return None if row is None else orjson.dumps(row)


def row_of(data: bytes | None) -> int | None:
    """The row of a payload."""
    return None if data is None else int(orjson.loads(data))


class QueueUnavailable(SQLAlchemyError):
    """The queue could not be written; callers handle it as any other trouble of the database."""


async def enqueue(session: AsyncSession, jobs: Sequence[Job]) -> None:
    """Insert `jobs` with the session's own connection; a key that is already taken is skipped."""
    seen: set[str] = set()
    unique = []
    for job in jobs:
        if job.key is None or job.key not in seen:
            unique.append(job)
        if job.key is not None:
            seen.add(job.key)
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    try:
        await Queries(AsyncpgDriver(cast("Any", raw))).enqueue(
            [job.step.value for job in unique],
            [payload(job.row) for job in unique],
            [job.priority for job in unique],
            execute_after=[job.after for job in unique],
            dedupe_key=[job.key for job in unique],
            on_conflict="skip",
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise QueueUnavailable from error


async def depth(session: AsyncSession) -> dict[str, tuple[int, float]]:
    """Per step: how many jobs are due and not done, and the age of the oldest in seconds."""
    rows = await session.execute(
        text(
            "SELECT entrypoint, count(*), extract(epoch FROM max(now() - execute_after))"
            " FROM pgqueuer WHERE execute_after <= now() AND status IN ('queued', 'picked')"
            " GROUP BY entrypoint"
        )
    )
    return {str(step): (int(count), float(age or 0)) for step, count, age in rows}
