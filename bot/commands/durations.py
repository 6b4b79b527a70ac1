"""Lengths of time in a person's words."""

from __future__ import annotations

from bot.texts import Texts

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def spell(texts: Texts, seconds: float) -> str:
    """The two greatest units at most: `45 s`, `2 min 10 s`, `3 h 20 min`, `2 d 4 h`."""
    whole = max(int(seconds), 0)
    if whole < _MINUTE:
        return texts("duration.seconds", n=whole)
    units = [
        (_DAY, "duration.days"),
        (_HOUR, "duration.hours"),
        (_MINUTE, "duration.minutes"),
        (1, "duration.seconds"),
    ]
    first = next(place for place, (size, _) in enumerate(units) if whole >= size)
    size, key = units[first]
    count, rest = divmod(whole, size)
    spelled = texts(key, n=count)
    smaller, smaller_key = units[first + 1]
    return f"{spelled} {texts(smaller_key, n=rest // smaller)}" if rest >= smaller else spelled
