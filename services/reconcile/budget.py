"""How much one run may ask of Instagram."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from services.instagram.usage import Usage

MOST_CALLS: Final = 60
HIGHEST_SHARE: Final = 75.0
"""Percent of the account's rate limit: the rest belongs to the replies."""

T = TypeVar("T")


class Enough(Exception):
    """This run asks no more; the next one goes on where it stopped."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Budget:
    """Calls of one run. `usage` is the client's, by the account's Instagram id."""

    def __init__(self, usage: Mapping[str, Usage], account: str, calls: int = MOST_CALLS) -> None:
        self._usage = usage
        self._account = account
        self._left = calls
        # Told by an answer of some time ago; what has been regained since shows in this run's own answers.
        self._stale = usage.get(account)

    async def ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """One call; raises Enough when it may not be made."""
        told = self._usage.get(self._account)
        if told is not None and told is not self._stale and told.percent >= HIGHEST_SHARE:
            raise Enough
        if self._left <= 0:
            raise Enough
        self._left -= 1
        return await call()
