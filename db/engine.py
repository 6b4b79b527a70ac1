"""The engine, and the transaction in which everything is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import URL, QueuePool, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from db.queue import Job, enqueue


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many connections one process may hold (architecture, §4).

    Every process holds up to `size + overflow`, and three more for the queue; the sum over all
    processes must stay below the server's `max_connections` less ten.
    """

    size: int = 10
    max_overflow: int = 10
    timeout: timedelta = timedelta(seconds=30)
    recycle: timedelta = timedelta(hours=1)


COMMAND_TIMEOUT = timedelta(seconds=5)
"""A frozen server frees the caller after this long (rulings, 3): cancelling a task does not."""


class Transaction:
    """One unit of work: a session, and the jobs that start when it commits."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._jobs: list[Job] = []

    def enqueue(self, *jobs: Job) -> None:
        """Queue `jobs` in this transaction: they exist exactly if its rows do."""
        self._jobs.extend(jobs)

    async def write_jobs(self) -> None:
        """Write the queued jobs; called once, just before the commit."""
        if self._jobs:
            await enqueue(self.session, self._jobs)
            self._jobs = []


class Database:
    """The engine with its pool. One per process."""

    def __init__(self, url: str, pool: PoolSettings | None = None) -> None:
        pool = pool or PoolSettings()
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool.size,
            max_overflow=pool.max_overflow,
            pool_timeout=pool.timeout.total_seconds(),
            pool_recycle=int(pool.recycle.total_seconds()),
            pool_pre_ping=True,
            hide_parameters=True,  # they are customers' words and sealed tokens; errors end in logs
            connect_args={
                "command_timeout": COMMAND_TIMEOUT.total_seconds(),
                "timeout": COMMAND_TIMEOUT.total_seconds(),
                "server_settings": {"application_name": "instachatico", "timezone": "UTC"},
            },
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit at the end, roll back on any error. Never hold one across a network call."""
        async with self._sessions() as session, session.begin():
            transaction = Transaction(session)
            yield transaction
            await session.flush()
            await transaction.write_jobs()

    @property
    def in_use(self) -> int:
        """Connections that somebody works with now."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()


def asyncpg_arguments(url: str) -> dict[str, object]:
    """The arguments of `asyncpg.connect` for a SQLAlchemy address (the queue needs its own connections)."""
    parsed: URL = make_url(url)
    query = dict(parsed.query)
    host = query.pop("host", None) or parsed.host
    port = query.pop("port", None) or parsed.port
    arguments: dict[str, object] = {
        "host": host,
        "port": int(str(port)) if port else None,
        "user": parsed.username,
        "password": parsed.password,
        "database": parsed.database,
        **query,
    }
    return {name: value for name, value in arguments.items() if value is not None}
