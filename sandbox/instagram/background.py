"""The owner of tasks that outlive the request which started them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")


class Background:
    """Tasks that run until they are done or the application stops, and fail together."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None

    def start(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Start `work`; a RuntimeError when the application does not run."""
        if self._group is None:
            work.close()
            raise RuntimeError("The stand-in is not running")
        try:
            return self._group.create_task(work)
        except RuntimeError:
            work.close()
            raise

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Cancels what is left at the end; raises what a task raised.

        The group lives in a task of its own because an application may be started and stopped by
        different tasks, which a group does not allow.
        """
        started = asyncio.Event()
        owner = asyncio.create_task(self._own(started))
        await started.wait()
        try:
            yield
        finally:
            owner.cancel()
            await asyncio.wait([owner])
            if not owner.cancelled():
                owner.result()

    async def _own(self, started: asyncio.Event) -> None:
        try:
            async with asyncio.TaskGroup() as self._group:
                started.set()
                await asyncio.Event().wait()
        finally:
            self._group = None
