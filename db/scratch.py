"""A database for one run, beside whatever the server holds already."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import make_url

from db.engine import Database, asyncpg_arguments
from db.migrations import migrate

PREFIX = "instachatico_scratch_"


class ScratchRefused(Exception):
    """The database's user may not create databases: allow it, or leave DATABASE_URL out for embedded ones."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@asynccontextmanager
async def scratch(url: str) -> AsyncIterator[Database]:
    """A migrated database on the server of `url`, dropped at the end. Raises ScratchRefused."""
    name = PREFIX + secrets.token_hex(8)
    try:
        await _administer(url, f"CREATE DATABASE {name}")
    except asyncpg.InsufficientPrivilegeError:
        raise ScratchRefused from None
    try:
        db = Database(make_url(url).set(database=name).render_as_string(hide_password=False))
        try:
            await migrate(db.engine)
            yield db
        finally:
            await db.close()
    finally:
        await _administer(url, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(**asyncpg_arguments(url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
