"""The queue: what is in it, once, and when."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.queue import Job, Step, depth, payload, row_of


async def enqueue(db: Database, *jobs: Job) -> None:
    async with db.transaction() as tx:
        tx.enqueue(*jobs)


async def queued(db: Database, columns: str = "entrypoint, dedupe_key") -> list[tuple[Any, ...]]:
    async with db.transaction() as tx:
        rows = await tx.session.execute(text(f"SELECT {columns} FROM pgqueuer ORDER BY id"))
        return [tuple(row) for row in rows]


async def test_a_job_says_what_and_about_which_row(db: Database) -> None:
    await enqueue(db, Job(Step.CLASSIFY, 7, priority=3, after=timedelta(minutes=5)), Job(Step.SWEEP))

    assert await queued(db, "entrypoint, payload, priority, status") == [
        ("classify", b"7", 3, "queued"),
        ("sweep", None, 0, "queued"),
    ]
    ((later,), (now,)) = await queued(db, "execute_after > now() + interval '4 minutes'")
    assert (later, now) == (True, False)


def test_a_row_goes_in_and_comes_out() -> None:
    assert row_of(payload(2**62)) == 2**62
    assert row_of(payload(None)) is None


async def test_a_key_is_in_the_queue_once(db: Database) -> None:
    await enqueue(db, Job(Step.CLASSIFY, 1, key="a"), Job(Step.CLASSIFY, 1, key="a"), Job(Step.SWEEP))
    await enqueue(db, Job(Step.ANSWER, 1, key="a"), Job(Step.ANSWER, 1, key="b"), Job(Step.SWEEP))

    assert await queued(db) == [
        ("classify", "a"),
        ("sweep", None),
        ("answer", "b"),
        ("sweep", None),
    ]


async def test_a_key_is_taken_while_its_job_runs_and_free_when_it_is_done(db: Database) -> None:
    await enqueue(db, Job(Step.SWEEP, key="a"))
    async with db.transaction() as tx:
        await tx.session.execute(text("UPDATE pgqueuer SET status = 'picked'"))
    await enqueue(db, Job(Step.SWEEP, key="a"))
    assert len(await queued(db)) == 1

    async with db.transaction() as tx:
        await tx.session.execute(text("DELETE FROM pgqueuer"))
    await enqueue(db, Job(Step.SWEEP, key="a"))
    assert len(await queued(db)) == 1


async def test_of_many_at_once_one_gets_the_key(db: Database) -> None:
    await asyncio.gather(*(enqueue(db, Job(Step.SWEEP, key="a"), Job(Step.INGEST)) for _ in range(20)))

    jobs = await queued(db)
    assert jobs.count(("sweep", "a")) == 1
    assert jobs.count(("ingest", None)) == 20


async def test_a_queue_out_of_order_is_an_error_of_the_database(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(text("ALTER TABLE pgqueuer RENAME TO elsewhere"))
    with pytest.raises(SQLAlchemyError):
        await enqueue(db, Job(Step.SWEEP))


async def test_a_connection_that_died_before_the_jobs_is_an_error_of_the_database(db: Database) -> None:
    async def die() -> None:
        async with db.transaction() as judge, db.transaction() as tx:
            pid = await tx.session.scalar(text("SELECT pg_backend_pid()"))
            tx.enqueue(Job(Step.SWEEP))
            await judge.session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    with pytest.raises(SQLAlchemyError):
        await die()
    assert await queued(db) == []


async def test_the_depth_counts_what_is_due(db: Database) -> None:
    await enqueue(
        db, Job(Step.CLASSIFY, 1), Job(Step.CLASSIFY, 2), Job(Step.ANSWER, 1, after=timedelta(hours=1))
    )
    async with db.transaction() as tx:
        await tx.session.execute(
            text("UPDATE pgqueuer SET execute_after = now() - interval '90 s' WHERE payload = '2'")
        )
    async with db.transaction() as tx:
        found = await depth(tx.session)

    assert set(found) == {"classify"}
    count, age = found["classify"]
    assert count == 2
    assert 90 <= age < 150
