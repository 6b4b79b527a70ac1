"""Migrations go up, down and up again, and leave exactly what the models say."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import migrations
from db.engine import Database


async def test_the_migrated_database_is_what_the_models_say(db: Database) -> None:
    assert await migrations.differences(db.engine) == []


async def test_migrations_go_down_to_nothing_and_up_again(db: Database) -> None:
    await migrations.downgrade(db.engine)
    async with db.engine.connect() as connection:
        tables = await connection.execute(
            text(
                "SELECT tablename FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
        )
        assert tables.all() == []
    await migrations.migrate(db.engine)
    await migrations.require_current(db.engine)


async def test_a_database_without_the_schema_is_refused(empty_database_url: str) -> None:
    empty = Database(empty_database_url)
    try:
        with pytest.raises(migrations.SchemaTooOld):
            await migrations.require_current(empty.engine)
    finally:
        await empty.close()


async def test_decisions_only_grow(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(
            text(
                "INSERT INTO decisions (rev, actor_name, action, from_state, to_state, draft_version)"
                " VALUES (1, 'Olga', 'approve', 'pending', 'approved', 1)"
            )
        )
    for statement in ("UPDATE decisions SET actor_name = 'Ivan'", "DELETE FROM decisions"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with db.transaction() as tx:
                await tx.session.execute(text(statement))


async def test_starting_afresh_forgets_everything(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(text("INSERT INTO managers (id, name, role) VALUES (1, 'Olga', 'owner')"))

    await migrations.start_afresh(db.engine)
    assert await migrations.current(db.engine) is None
    await migrations.migrate(db.engine)

    await migrations.require_current(db.engine)
    async with db.transaction() as tx:
        assert await tx.session.scalar(text("SELECT count(*) FROM managers")) == 0


async def test_programs_that_start_at_once_take_turns(empty_database_url: str) -> None:
    programs = [Database(empty_database_url) for _ in range(3)]
    await asyncio.gather(*(migrations.migrate(program.engine) for program in programs))
    for program in programs:
        await migrations.require_current(program.engine)
        await program.close()


async def test_a_difference_is_seen(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(text("ALTER TABLE managers DROP COLUMN locale"))

    ((what, _schema, table, column),) = await migrations.differences(db.engine)
    assert (what, table, column.name) == ("add_column", "managers", "locale")


async def test_every_revision_comes_alone(empty_database_url: str) -> None:
    empty = Database(empty_database_url)
    await migrations.migrate(empty.engine, "0001")
    assert await migrations.current(empty.engine) == "0001"
    with pytest.raises(migrations.SchemaTooOld, match="migrate"):
        await migrations.require_current(empty.engine)
    await empty.close()
