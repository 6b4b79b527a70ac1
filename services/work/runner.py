"""The queue's worker: runs the handlers of the steps that its process has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.models import Job as QueueJob

from db.engine import COMMAND_TIMEOUT, asyncpg_arguments
from db.queue import Step, row_of

log = structlog.get_logger(__name__)

Handler = Callable[[int | None], Awaitable[None]]
OnFailure = Callable[[Step, int | None, Exception], Awaitable[None]]

BATCH = 10  # jobs taken at once (engine, traps)
CONCURRENT = 40  # at most so many of one process's jobs run at once
RESTART_PAUSE = 1.0  # seconds before the worker starts again after the database went away
DRAIN = 8.0  # seconds that running jobs get at the stop (rulings, 18)


@dataclass(frozen=True, slots=True)
class QueueTimes:
    """How soon another worker takes over a dead one's jobs (rulings, 3)."""

    heartbeat: timedelta = timedelta(seconds=15)
    dequeue: timedelta = timedelta(seconds=5)


class Runner:
    """Runs jobs until it is stopped; survives a restart of PostgreSQL."""

    def __init__(
        self,
        database_url: str,
        handlers: Mapping[Step, Handler],
        on_failure: OnFailure,
        times: QueueTimes | None = None,
    ) -> None:
        self._arguments = asyncpg_arguments(database_url)
        self._handlers = handlers
        self._on_failure = on_failure
        self._times = times or QueueTimes()
        self._stopping = asyncio.Event()
        self._queue: PgQueuer | None = None
        self.running = asyncio.Event()
        """Set while the worker listens."""
        self.stopped = asyncio.Event()
        """Set when `run` has ended after `stop`."""

    @property
    def has_work(self) -> bool:
        """Whether this process has any handler."""
        return bool(self._handlers)

    async def run(self) -> None:
        """Take and run jobs until `stop`; a lost database is waited for."""
        while not self._stopping.is_set():
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001 - cut connections raise even the driver's internal errors
                log.warning("queue_worker_restarts", error=type(error).__name__)
            finally:
                self.running.clear()
            if not self._stopping.is_set():
                await asyncio.sleep(RESTART_PAUSE)
        self.stopped.set()

    def stop(self) -> None:
        """Take no more jobs; `run` returns when the running ones are done."""
        self._stopping.set()
        if self._queue is not None:
            self._queue.shutdown.set()

    async def _serve(self) -> None:
        pool = await asyncpg.create_pool(
            **self._arguments,
            min_size=1,
            max_size=3,
            command_timeout=COMMAND_TIMEOUT.total_seconds(),
            server_settings={"application_name": "instachatico queue"},
        )
        try:
            self._queue = queue = PgQueuer.from_asyncpg_pool(pool)
            for step in self._handlers:
                queue.entrypoint(step.value)(self._job(step))
            if self._stopping.is_set():
                return
            self.running.set()
            await queue.qm.run(
                dequeue_timeout=self._times.dequeue,
                batch_size=BATCH,
                max_concurrent_tasks=CONCURRENT,
                heartbeat_timeout=self._times.heartbeat,
                shutdown_on_listener_failure=True,
            )
        finally:
            self._queue = None
            try:
                await asyncio.wait_for(pool.close(), DRAIN)
            except TimeoutError:
                pool.terminate()

    def _job(self, step: Step) -> Callable[[QueueJob], Awaitable[None]]:
        handler = self._handlers[step]

        async def run(job: QueueJob) -> None:
            row = row_of(job.payload)
            with structlog.contextvars.bound_contextvars(step=step.value, row=row):
                try:
                    await handler(row)
                except Exception as error:
                    log.exception("step_failed")
                    await self._on_failure(step, row, error)

        return run
