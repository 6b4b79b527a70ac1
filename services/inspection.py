"""Looking inside without changing anything: for the internal port, the sandbox's page and tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.queue import depth
from db.repositories import alerts, timelines


async def queue(session: AsyncSession) -> dict[str, tuple[int, float]]:
    """Per step: jobs that are due, and the age of the oldest in seconds."""
    return await depth(session)


async def overview(session: AsyncSession) -> dict[str, Any]:
    """Counts of rows by state, the queue, open alerts."""
    waiting = {
        step: {"jobs": count, "oldest_seconds": age} for step, (count, age) in (await depth(session)).items()
    }
    raised = [
        {"kind": alert.kind, "count": alert.count, "severity": alert.severity.value}
        for alert in await alerts.open_alerts(session)
    ]
    return {"states": await timelines.states(session), "queue": waiting, "alerts": raised}


async def timeline(session: AsyncSession, instagram_id: str) -> dict[str, Any] | None:
    """What happened to a comment, in time order; None when it is unknown."""
    return await timelines.of(session, instagram_id)
