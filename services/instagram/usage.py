"""How much of its rate limit an account has used, as the answers' headers tell (datasheet, §5.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

BUSINESS_USAGE = "X-Business-Use-Case-Usage"
APP_USAGE = "X-App-Usage"
SHARES = ("call_count", "total_cputime", "total_time")
LONGEST_WAIT = 24 * 60  # minutes: the limit counts the last 24 hours, so nobody has to wait longer
LARGEST_SHARE = 10_000  # percent; more is no share but a mistake


@dataclass(frozen=True, slots=True)
class Usage:
    """`percent` is the largest share of the limit; 100 means that calls are refused."""

    percent: float
    regain: float | None
    """Seconds until access is regained; Meta states minutes."""
    seen_at: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)
    """When it was told: many answers tell nothing, and then this is the newest there is."""


def usage_of(headers: Mapping[str, str]) -> Usage | None:
    """What an answer says; None when it says nothing, as most do. Whatever is no number counts as none."""
    objects = [*_business(_read(headers.get(BUSINESS_USAGE))), _read(headers.get(APP_USAGE))]
    told = [each for each in objects if isinstance(each, dict)]
    if not told:
        return None
    percent = max(_number(each.get(share), LARGEST_SHARE) for each in told for share in SHARES)
    minutes = max(_number(each.get("estimated_time_to_regain_access"), LONGEST_WAIT) for each in told)
    return Usage(percent, minutes * 60 or None)


def _business(usage: object) -> Iterator[Any]:
    """The objects of every business id, each of which has a list of them."""
    for entries in usage.values() if isinstance(usage, dict) else ():
        yield from entries if isinstance(entries, list) else ()


def _read(header: str | None) -> object:
    try:
        return json.loads(header or "null")
    except (ValueError, RecursionError):
        return None


def _number(value: object, most: int) -> float:
    """Between 0 and `most`; JSON as Python reads it has NaN, infinity and numbers without end."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return 0.0
    return float(min(value, most))
