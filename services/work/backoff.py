"""How long to wait before the next attempt."""

from __future__ import annotations

import random
from datetime import timedelta


def backoff(attempt: int, *, first: float = 1.0, factor: float = 4.0, longest: float = 300.0) -> timedelta:
    """The pause after failed attempt number `attempt` (1 is the first), with up to 25 % of jitter.

    1, 4, 16, 64 … seconds by default (instagram, §5.3), never longer than `longest` before the jitter.
    """
    seconds = min(first * factor ** max(attempt - 1, 0), longest)
    return timedelta(seconds=seconds * random.uniform(1.0, 1.25))  # noqa: S311 - spreads load, hides nothing
