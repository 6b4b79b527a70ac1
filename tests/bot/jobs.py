"""A look into the queue."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from db.engine import Database
from db.queue import Step, row_of


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job that waits; `after` is seconds from when it was queued."""

    row: int | None
    key: str | None
    after: float
    priority: int


async def queued(db: Database, step: Step) -> list[QueuedJob]:
    """The jobs of `step`, oldest first."""
    async with db.transaction() as tx:
        found = await tx.session.execute(
            text(
                "SELECT payload, dedupe_key, extract(epoch FROM execute_after - created), priority"
                " FROM pgqueuer WHERE entrypoint = :step AND status = 'queued' ORDER BY id"
            ),
            {"step": step.value},
        )
        return [QueuedJob(row_of(row[0]), row[1], float(row[2]), row[3]) for row in found]


async def forget_jobs(db: Database) -> None:
    """Empty the queue."""
    async with db.transaction() as tx:
        await tx.session.execute(text("DELETE FROM pgqueuer"))
