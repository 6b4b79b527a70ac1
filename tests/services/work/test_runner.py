"""The queue's worker over a real PostgreSQL that is not always there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import text

from db.engine import Database
from db.queue import Job, Step
from services.work.runner import QueueTimes, Runner

TIMES = QueueTimes(heartbeat=timedelta(seconds=1), dequeue=timedelta(seconds=0.2))
PATIENCE = 30.0  # seconds that a test waits for what must happen; never a measure


@dataclass
class Hands:
    """Handlers that note what they were given."""

    done: asyncio.Queue[int | None] = field(default_factory=asyncio.Queue)
    failed: asyncio.Queue[tuple[Step, int | None, str]] = field(default_factory=asyncio.Queue)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def quick(self, row: int | None) -> None:
        self.done.put_nowait(row)

    async def slow(self, row: int | None) -> None:
        self.begun.set()
        await self.go_on.wait()
        self.done.put_nowait(row)

    async def broken(self, row: int | None) -> None:
        raise ValueError(f"about {row}")

    async def on_failure(self, step: Step, row: int | None, error: Exception) -> None:
        self.failed.put_nowait((step, row, type(error).__name__))


@pytest.fixture
def hands() -> Hands:
    return Hands()


@asynccontextmanager
async def working(url: str, hands: Hands) -> AsyncIterator[Runner]:
    handlers = {Step.SWEEP: hands.quick, Step.INGEST: hands.slow, Step.CLASSIFY: hands.broken}
    runner = Runner(url, handlers, hands.on_failure, TIMES)
    assert runner.has_work
    async with asyncio.timeout(3 * PATIENCE), asyncio.TaskGroup() as group:
        task = group.create_task(runner.run())
        try:
            await asyncio.wait_for(runner.running.wait(), PATIENCE)
            yield runner
        finally:
            hands.go_on.set()
            runner.stop()
            await asyncio.wait_for(task, PATIENCE)
    assert runner.stopped.is_set()
    assert not runner.running.is_set()


async def enqueue(db: Database, *jobs: Job) -> None:
    async with db.transaction() as tx:
        tx.enqueue(*jobs)


async def enqueue_and_fail(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(text("SELECT 1"))  # the transaction begins with its first statement
        tx.enqueue(Job(Step.SWEEP, 1))
        await tx.write_jobs()
        raise ZeroDivisionError


async def statuses(db: Database) -> list[str]:
    async with db.transaction() as tx:
        return [row[0] for row in await tx.session.execute(text("SELECT status FROM pgqueuer"))]


async def test_jobs_run_with_their_rows(db: Database, database_url: str, hands: Hands) -> None:
    async with working(database_url, hands):
        await enqueue(db, Job(Step.SWEEP, 7), Job(Step.SWEEP))
        found = {await asyncio.wait_for(hands.done.get(), PATIENCE) for _job in range(2)}
    assert found == {7, None}


async def test_a_job_that_was_rolled_back_never_was(db: Database, database_url: str, hands: Hands) -> None:
    async with working(database_url, hands):
        with pytest.raises(ZeroDivisionError):
            await enqueue_and_fail(db)
        await enqueue(db, Job(Step.SWEEP, 2))
        assert await asyncio.wait_for(hands.done.get(), PATIENCE) == 2


async def test_a_key_holds_one_job_at_a_time(db: Database) -> None:
    await enqueue(db, Job(Step.SWEEP, 1, key="k"), Job(Step.SWEEP, 2, key="k"))
    await enqueue(db, Job(Step.SWEEP, 3, key="k"))
    await enqueue(db)
    assert len(await statuses(db)) == 1


async def test_a_failed_job_is_told_and_not_repeated_by_the_queue(
    db: Database, database_url: str, hands: Hands
) -> None:
    async with working(database_url, hands):
        await enqueue(db, Job(Step.CLASSIFY, 5))
        assert await asyncio.wait_for(hands.failed.get(), PATIENCE) == (Step.CLASSIFY, 5, "ValueError")
        await enqueue(db, Job(Step.SWEEP, 6))
        await asyncio.wait_for(hands.done.get(), PATIENCE)
    assert hands.failed.empty()
    assert await statuses(db) == []


async def test_steps_of_other_processes_are_left_to_them(
    db: Database, database_url: str, hands: Hands
) -> None:
    async with working(database_url, hands):
        await enqueue(db, Job(Step.DELIVER, 1), Job(Step.SWEEP, 2))
        await asyncio.wait_for(hands.done.get(), PATIENCE)
    assert await statuses(db) == ["queued"]


async def test_the_worker_survives_its_connections(db: Database, database_url: str, hands: Hands) -> None:
    async with working(database_url, hands):
        for number in range(2):
            async with db.transaction() as tx:
                killed = await tx.session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND application_name = 'instachatico queue'"
                    )
                )
                assert len(killed.all()) > 0
            await enqueue(db, Job(Step.SWEEP, number))
            assert await asyncio.wait_for(hands.done.get(), PATIENCE) == number


async def test_a_stop_waits_for_the_running_jobs_and_takes_no_more(
    db: Database, database_url: str, hands: Hands
) -> None:
    async with working(database_url, hands) as runner:
        await enqueue(db, Job(Step.INGEST, 1))
        await asyncio.wait_for(hands.begun.wait(), PATIENCE)
        runner.stop()
        await enqueue(db, Job(Step.SWEEP, 2))
        assert not runner.stopped.is_set()
        hands.go_on.set()
        assert await asyncio.wait_for(hands.done.get(), PATIENCE) == 1
        await asyncio.wait_for(runner.stopped.wait(), PATIENCE)
    assert hands.done.empty()
    assert await statuses(db) == ["queued"]


async def test_a_worker_that_is_stopped_before_it_starts_does_not_start(
    database_url: str, hands: Hands
) -> None:
    runner = Runner(database_url, {Step.SWEEP: hands.quick}, hands.on_failure)
    runner.stop()
    await asyncio.wait_for(runner.run(), PATIENCE)
    await asyncio.wait_for(runner._serve(), PATIENCE)  # stopped while it connected
    assert not runner.running.is_set()


async def test_a_database_that_is_away_is_waited_for(hands: Hands) -> None:
    runner = Runner("postgresql+asyncpg://nobody@127.0.0.1:9/nowhere", {}, hands.on_failure)
    assert not runner.has_work
    task = asyncio.create_task(runner.run())
    done, _ = await asyncio.wait([task], timeout=0.5)
    assert not done
    runner.stop()
    await asyncio.wait_for(task, PATIENCE)
