"""The stand-in's own time: the machine's, until it is moved forward, sped up or stopped."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler


@dataclass(slots=True, eq=False)
class _Sleeper:
    moment: datetime
    woken: asyncio.Future[None]
    timer: asyncio.TimerHandle | None = None


class Clock:
    """One time for everything that one stand-in dates, waits for or lets expire.

    Whoever waits on it says when it is at work (`engage`, `release`), so that `advance` can play a long
    time as it would have gone: stop at every moment somebody waits for, let them finish, go on.
    """

    def __init__(self) -> None:
        self._shown = self._since = datetime.now(UTC)  # the clock showed `shown` when the machine's `since`
        self._scale = 1.0
        self._walking = False
        self._walk = asyncio.Lock()
        self._sleepers: list[_Sleeper] = []
        self._engaged = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def now(self) -> datetime:
        """The present moment, UTC."""
        return self._shown + (datetime.now(UTC) - self._since) * self._pace

    @property
    def scale(self) -> float:
        """Seconds of this clock in one of the machine's; 0 stands still until it is advanced."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        self._show(self.now())
        self._scale = scale
        self._set_timers()

    def engage(self) -> None:
        """Somebody is at work: an advance waits for them until they wait for a moment or `release`."""
        self._engaged += 1
        self._idle.clear()

    def release(self) -> None:
        self._engaged -= 1
        if not self._engaged:
            self._idle.set()

    async def until(self, moment: datetime) -> None:
        """Wait until the clock shows `moment`; only for those who are engaged."""
        if moment <= self.now():
            return
        sleeper = _Sleeper(moment, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        self._set_timer(sleeper)
        self.release()
        try:
            await sleeper.woken
        finally:
            if sleeper in self._sleepers:  # cancelled before its time
                self._wake(sleeper)

    async def advance(self, seconds: float) -> None:
        """Move forward, stopping at every moment that somebody waits for; meanwhile time stands still."""
        async with self._walk:
            target = self.now() + timedelta(seconds=seconds)
            self._show(self.now())
            self._walking = True
            self._set_timers()
            try:
                await self._walk_to(target)
            finally:
                self._show(self._shown)
                self._walking = False
                self._set_timers()

    async def _walk_to(self, target: datetime) -> None:
        while True:
            await self._idle.wait()
            moment = min((sleeper.moment for sleeper in self._sleepers), default=target)
            self._show(max(self._shown, min(moment, target)))
            due = [sleeper for sleeper in self._sleepers if sleeper.moment <= self._shown]
            if not due:
                return
            for sleeper in due:
                self._wake(sleeper)

    @property
    def _pace(self) -> float:
        return 0.0 if self._walking else self._scale

    def _show(self, moment: datetime) -> None:
        self._shown, self._since = moment, datetime.now(UTC)

    def _set_timers(self) -> None:
        for sleeper in self._sleepers:
            self._set_timer(sleeper)

    def _set_timer(self, sleeper: _Sleeper) -> None:
        if sleeper.timer is not None:
            sleeper.timer.cancel()
            sleeper.timer = None
        if self._pace:
            left = (sleeper.moment - self.now()).total_seconds() / self._pace
            loop = asyncio.get_running_loop()
            sleeper.timer = loop.call_later(max(left, 0.001), self._ring, sleeper)

    def _ring(self, sleeper: _Sleeper) -> None:
        if sleeper.moment <= self.now():
            self._wake(sleeper)
        else:  # the machine's clock was set back, or the timer was early by a hair
            self._set_timer(sleeper)

    def _wake(self, sleeper: _Sleeper) -> None:
        self._sleepers.remove(sleeper)
        self.engage()
        if sleeper.timer is not None:
            sleeper.timer.cancel()
        if not sleeper.woken.done():
            sleeper.woken.set_result(None)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Makes this the clock of everything that a request to the stand-in does."""
        _current.set(self)
        return await handler(request)

    def shown(self) -> dict[str, Any]:
        return {"now": self.now().isoformat(), "scale": self._scale}


_MACHINE = Clock()
_current: ContextVar[Clock] = ContextVar("clock", default=_MACHINE)


def now() -> datetime:
    """The present moment in UTC, on the clock of the stand-in that is being asked; else the machine's."""
    return _current.get().now()
