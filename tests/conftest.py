"""Real servers for every test: embedded PostgreSQL and Valkey, or those that the environment names."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from db.embedded import AlreadyRunning, EmbeddedServers
from db.engine import Database, asyncpg_arguments
from db.migrations import migrate

SLOTS = 8  # so many test runs may go on at once in one checkout
TEMPLATE = "migrated"

_servers: EmbeddedServers | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, on the main thread, before any worker."""
    global _servers  # noqa: PLW0603 - one per test run, stopped at its end
    given = os.environ.get("TEST_DATABASE_URL") and os.environ.get("TEST_REDIS_URL")
    if hasattr(config, "workerinput") or given:
        return
    root = Path(__file__).resolve().parent.parent
    for slot in range(SLOTS):
        try:
            _servers = EmbeddedServers(root / f".local-test{slot}", durable=False).start()
        except AlreadyRunning:
            continue
        os.environ["TEST_DATABASE_URL"] = _servers.database_url
        os.environ["TEST_REDIS_URL"] = _servers.redis_url
        return
    raise pytest.UsageError(f"{SLOTS} test runs are going on in this checkout already")


def pytest_unconfigure() -> None:
    """Stop what was started."""
    if _servers is not None:
        _servers.stop()


def _url(database: str) -> str:
    url = make_url(os.environ["TEST_DATABASE_URL"]).set(database=database)
    return url.render_as_string(hide_password=False)


async def _administer(statement: str) -> None:
    connection = await asyncpg.connect(**asyncpg_arguments(os.environ["TEST_DATABASE_URL"]))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _make_template(name: str) -> None:
    await _administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await _administer(f"CREATE DATABASE {name}")
    db = Database(_url(name))
    try:
        await migrate(db.engine)
    finally:
        await db.close()


@pytest.fixture(scope="session")
def template() -> str:
    """A migrated database that tests are copied from; one per process, so that workers never meet."""
    name = f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    asyncio.run(_make_template(name))
    return name


@pytest.fixture(scope="session")
def migrated(template: str) -> Callable[[], AbstractAsyncContextManager[str]]:
    """Makes migrated databases, each of which lives as long as its context."""

    @asynccontextmanager
    async def database() -> AsyncIterator[str]:
        name = f"t_{uuid.uuid4().hex[:12]}"
        await _administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        yield _url(name)
        await _administer(f"DROP DATABASE {name} WITH (FORCE)")

    return database


@pytest.fixture
async def database_url(migrated: Callable[[], AbstractAsyncContextManager[str]]) -> AsyncIterator[str]:
    """A migrated database of the test's own."""
    async with migrated() as url:
        yield url


@pytest.fixture
async def empty_database_url() -> AsyncIterator[str]:
    """A database without a schema."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    await _administer(f"CREATE DATABASE {name}")
    yield _url(name)
    await _administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The engine on the test's database."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def redis_url() -> str:
    """The run's Valkey; names of keys must not meet between tests."""
    return os.environ["TEST_REDIS_URL"]
