"""One clock ticks, however many there are; another takes over when its connection is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from db.engine import Database
from db.queue import Step
from services.work import clock
from services.work.clock import LOCK, Clock

ZONE = ZoneInfo("Europe/Moscow")
PATIENCE = 30.0  # seconds that a test waits for what must happen; never a measure
NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:9/nowhere"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "ASK_AGAIN", 0.05)


@asynccontextmanager
async def running(*clocks: Clock) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in clocks]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def holders(db: Database) -> list[int]:
    """Server processes that hold the clock's lock."""
    async with db.transaction() as tx:
        rows = await tx.session.execute(
            text(
                "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND (classid::bigint << 32) + objid::bigint = :lock"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ),
            {"lock": LOCK},
        )
        return [row[0] for row in rows]


async def tick(db: Database, step: Step = Step.SWEEP) -> None:
    """Return at the next tick."""
    async with db.transaction() as tx:
        await tx.session.execute(text("DELETE FROM pgqueuer"))
    async with asyncio.timeout(PATIENCE):
        while True:
            async with db.transaction() as tx:
                rows = await tx.session.execute(text("SELECT entrypoint FROM pgqueuer"))
                if {row[0] for row in rows} == {step.value}:
                    return
            await asyncio.sleep(0.02)


async def test_of_two_clocks_one_ticks_and_another_takes_over(db: Database, database_url: str) -> None:
    often = timedelta(seconds=0.1)
    async with running(*(Clock(db, database_url, often, ZONE) for _clock in range(2))):
        await tick(db)
        [holder] = await holders(db)
        async with db.transaction() as tx:
            await tx.session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": holder})
        async with asyncio.timeout(PATIENCE):
            while await holders(db) in ([], [holder]):  # noqa: ASYNC110 - the server tells it
                await asyncio.sleep(0.02)
        await tick(db)
        assert len(await holders(db)) == 1
    async with asyncio.timeout(PATIENCE):
        while await holders(db):  # noqa: ASYNC110 - the server tells it
            await asyncio.sleep(0.02)


async def test_the_comparison_with_instagram_has_an_interval_of_its_own(
    db: Database, database_url: str
) -> None:
    seldom, often = timedelta(hours=1), timedelta(seconds=0.1)
    async with running(Clock(db, database_url, seldom, ZONE, reconcile=often)):
        await tick(db, Step.RECONCILE)


async def test_ticks_that_nobody_works_on_do_not_pile_up(db: Database, database_url: str) -> None:
    ticking = Clock(db, database_url, timedelta(hours=1), ZONE)
    for _tick in range(3):
        await ticking._enqueue(Step.SWEEP)
        await ticking._enqueue(Step.CHECK_TOKENS)
    async with db.transaction() as tx:
        assert await tx.session.scalar(text("SELECT count(*) FROM pgqueuer")) == 2


async def test_a_database_that_is_away_is_waited_for(db: Database) -> None:
    async with running(Clock(db, NOWHERE, timedelta(hours=1), ZONE)):
        await asyncio.sleep(0.3)  # several attempts would have fitted


async def test_a_tick_is_lost_when_the_database_is_away_and_nothing_else() -> None:
    gone = Database(NOWHERE)
    await Clock(gone, NOWHERE, timedelta(hours=1), ZONE)._enqueue(Step.SWEEP)
    await gone.close()
