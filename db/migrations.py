"""Bringing the database to the program's schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.models import Model

SCRIPTS = Path(__file__).resolve().parent.parent / "alembic"
_LOCK = 7_218_840_115  # any constant: one migration at a time per database


class SchemaTooOld(RuntimeError):
    """The database's schema is not the one this program needs: run `instachatico migrate`."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Upgrade to `revision`; two programs that start at once take turns."""

    def run(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), revision)

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def downgrade(engine: AsyncEngine, revision: str = "base") -> None:
    """Undo migrations down to `revision`."""

    def run(connection: Connection) -> None:
        command.downgrade(_config(connection), revision)

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def start_afresh(engine: AsyncEngine) -> None:
    """Forget everything: for the sandbox, whose neighbours remember nothing either."""
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))


async def require_current(engine: AsyncEngine) -> None:
    """Raises SchemaTooOld when the database lacks a migration this program knows."""
    if await current(engine) != ScriptDirectory.from_config(_config()).get_current_head():
        raise SchemaTooOld


async def current(engine: AsyncEngine) -> str | None:
    """The database's revision; None when it is empty."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def differences(engine: AsyncEngine) -> list[Any]:
    """What the models say and the migrated database does not, and the other way round."""

    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_server_default": True,
                "include_object": lambda _object, name, kind, _reflected, _compared: (
                    not (kind == "table" and (name or "").startswith("pgqueuer"))
                ),
            },
        )
        return list(compare_metadata(context, Model.metadata))

    async with engine.connect() as connection:
        return await connection.run_sync(compare)
