"""One unit of work: all of it or nothing, its jobs included."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from db.engine import Database, PoolSettings, Transaction, asyncpg_arguments
from db.models import Manager
from db.models.manager import Role
from db.queue import Job, Step
from tests.db.cable import cable_to


class Undone(Exception):
    """The unit of work went wrong at its end."""


async def found(db: Database) -> tuple[int, int]:
    """Managers and jobs."""
    async with db.transaction() as tx:
        people = await tx.session.scalar(text("SELECT count(*) FROM managers"))
        jobs = await tx.session.scalar(text("SELECT count(*) FROM pgqueuer"))
        return int(people or 0), int(jobs or 0)


def a_row_and_a_job(tx: Transaction) -> None:
    tx.session.add(Manager(id=1, name="Ольга", role=Role.OWNER))
    tx.enqueue(Job(Step.SWEEP))


async def test_rows_and_jobs_are_there_together(db: Database) -> None:
    async with db.transaction() as tx:
        a_row_and_a_job(tx)
        async with db.transaction() as outside:
            assert await outside.session.scalar(text("SELECT count(*) FROM pgqueuer")) == 0

    assert await found(db) == (1, 1)


async def test_an_error_takes_both_away(db: Database) -> None:
    with suppress(Undone):
        async with db.transaction() as tx:
            a_row_and_a_job(tx)
            await tx.session.flush()
            raise Undone

    assert await found(db) == (0, 0)


async def test_a_row_that_is_refused_takes_the_job_with_it(db: Database) -> None:
    async with db.transaction() as tx:
        a_row_and_a_job(tx)
    with pytest.raises(IntegrityError):
        async with db.transaction() as tx:
            a_row_and_a_job(tx)

    assert await found(db) == (1, 1)


async def test_a_commit_that_fails_takes_both_away(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(
            text(
                "ALTER TABLE accounts ADD FOREIGN KEY (chat_id) REFERENCES managers"
                " DEFERRABLE INITIALLY DEFERRED"
            )
        )
    insert = text("INSERT INTO accounts (instagram_id, username, chat_id) VALUES ('1', 'x', 999)")

    async def fail_at_the_commit() -> None:
        async with db.transaction() as tx:
            a_row_and_a_job(tx)
            await tx.session.execute(insert)

    with pytest.raises(DBAPIError):
        await fail_at_the_commit()
    assert await found(db) == (0, 0)


async def test_a_job_that_is_refused_takes_the_row_with_it(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(text("ALTER TABLE pgqueuer ADD CHECK (entrypoint <> 'sweep')"))
    with pytest.raises(SQLAlchemyError):
        async with db.transaction() as tx:
            a_row_and_a_job(tx)

    assert await found(db) == (0, 0)


async def test_jobs_are_written_once_although_asked_for_twice(db: Database) -> None:
    async with db.transaction() as tx:
        tx.enqueue(Job(Step.SWEEP))
        await tx.write_jobs()

    assert await found(db) == (0, 1)


async def test_errors_show_no_values(db: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with db.transaction() as tx:
            await tx.session.execute(text("SELECT CAST(:words AS text) FROM nowhere"), {"words": "секрет"})

    assert "nowhere" in str(caught.value)
    assert "секрет" not in str(caught.value)


async def test_a_server_that_went_away_is_found_again(database_url: str) -> None:
    async with cable_to(database_url) as cable:
        far = Database(cable.url)
        assert await found(far) == (0, 0)
        await cable.pull()
        with pytest.raises((SQLAlchemyError, OSError)):
            await found(far)
        await cable.plug()
        assert await found(far) == (0, 0)
        await far.close()


async def test_a_session_speaks_utc(db: Database) -> None:
    async with db.transaction() as tx:
        assert await tx.session.scalar(text("SHOW timezone")) == "UTC"
        assert await tx.session.scalar(text("SHOW application_name")) == "instachatico"


async def test_connections_in_use_are_counted_and_bounded(database_url: str) -> None:
    small = Database(database_url, PoolSettings(size=1, max_overflow=0, timeout=timedelta(seconds=0.1)))
    assert small.in_use == 0
    async with small.transaction() as tx:
        await tx.session.execute(text("SELECT 1"))
        assert small.in_use == 1
        with pytest.raises(SQLAlchemyError):
            await found(small)
    assert small.in_use == 0
    assert await found(small) == (0, 0)
    await small.close()


def test_the_queue_connects_where_the_engine_does() -> None:
    assert asyncpg_arguments("postgresql+asyncpg://u:p%40ss@db.internal:6432/shop?ssl=require") == {
        "host": "db.internal",
        "port": 6432,
        "user": "u",
        "password": "p@ss",
        "database": "shop",
        "ssl": "require",
    }
    assert asyncpg_arguments("postgresql+asyncpg://u@/shop?host=/run/pg&port=5433") == {
        "host": "/run/pg",
        "port": 5433,
        "user": "u",
        "database": "shop",
    }
    assert asyncpg_arguments("postgresql+asyncpg:///shop") == {"database": "shop"}
