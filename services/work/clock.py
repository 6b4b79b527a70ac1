"""The clock: says when, and only enqueues. Runs in the one process that holds an advisory lock.

Due times live in rows and the queue's keys are unique, so a second clock or a jump of time does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import asyncpg
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from db.engine import COMMAND_TIMEOUT, Database, asyncpg_arguments
from db.queue import Job, Step

log = structlog.get_logger(__name__)

LOCK = 7_218_840_116  # any constant: one clock per database
ASK_AGAIN = 5.0  # seconds between attempts to become the clock, and between looks whether we still are
TOKEN_HOUR = 9  # when people are at work to read an alert (audit: daily at nine)
PURGE_HOUR = 3  # when nobody writes and nobody waits
RECONCILE = timedelta(minutes=15)


class Clock:
    """`run` belongs to the process's task group."""

    def __init__(
        self,
        db: Database,
        database_url: str,
        sweep: timedelta,
        zone: ZoneInfo,
        reconcile: timedelta = RECONCILE,
    ) -> None:
        self._db = db
        self._arguments = asyncpg_arguments(database_url)
        self._sweep = sweep
        self._zone = zone
        self._reconcile = reconcile

    async def run(self) -> None:
        """Wait for the lock, keep time while it is held, for ever."""
        while True:
            try:
                connection = await asyncpg.connect(
                    **self._arguments, command_timeout=COMMAND_TIMEOUT.total_seconds()
                )
                try:
                    await self._keep_time(connection)
                finally:
                    connection.terminate()  # a lost connection would make a polite close wait
            except Exception as error:  # noqa: BLE001 - cut connections raise even the driver's internal errors
                log.warning("clock_stopped", error=type(error).__name__)
            await asyncio.sleep(ASK_AGAIN)

    async def _keep_time(self, connection: asyncpg.Connection) -> None:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            return
        async with self._ticking():
            while True:
                await connection.fetchval("SELECT 1")
                await asyncio.sleep(ASK_AGAIN)

    @asynccontextmanager
    async def _ticking(self) -> AsyncIterator[None]:
        scheduler = AsyncIOScheduler(timezone=self._zone)
        often = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        for step, every in ((Step.SWEEP, self._sweep), (Step.RECONCILE, self._reconcile)):
            scheduler.add_job(self._enqueue, "interval", [step], seconds=every.total_seconds(), **often)
        scheduler.add_job(self._enqueue, "cron", [Step.CHECK_TOKENS], hour=TOKEN_HOUR, **often)
        scheduler.add_job(self._enqueue, "cron", [Step.PURGE], hour=PURGE_HOUR, **often)
        scheduler.start()
        log.info("clock_started")
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)

    async def _enqueue(self, step: Step) -> None:
        try:
            async with self._db.transaction() as tx:
                tx.enqueue(Job(step, key=f"clock:{step.value}"))
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("tick_lost", step=step.value, error=type(error).__name__)
