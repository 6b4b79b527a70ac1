"""What is remembered of each account, within a bound."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

ACCOUNTS = 1_000
"""More than one installation serves; a bound on what lives as long as the process."""


class Newest(dict[K, V]):
    """A dict of the `most` newest entries: the one whose value was set longest ago makes room."""

    def __init__(self, most: int = ACCOUNTS) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        self.pop(key, None)
        super().__setitem__(key, value)
        if len(self) > self._most:
            del self[next(iter(self))]
