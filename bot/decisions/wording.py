"""What a person is told about an outcome: who was faster, with what, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.markup import one_line
from bot.texts import Texts
from bot.updates.effects import Toast
from services.decide.outcome import Outcome, Result

LOST: Final = frozenset({Result.DECIDED, Result.STALE, Result.CLAIMED, Result.TOO_LATE, Result.WINDOW_CLOSED})
"""A press that lost is told in a window of its own; a toast fades while one looks away (telegram, §3.5).

So is one that came too late for Instagram: the customer waits, and somebody has to answer in the app.
"""

NAME_LIMIT: Final = 40  # units; so that the longest sentence with a name still fits into a toast
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


def toast(texts: Texts, outcome: Outcome, zone: ZoneInfo) -> Toast:
    """The answer to the press that had this outcome."""
    return Toast(sentence(texts, outcome, zone), alert=outcome.result in LOST)


def sentence(texts: Texts, outcome: Outcome, zone: ZoneInfo) -> str:
    """What happened, in plain words of the reader's language."""
    draft = outcome.draft
    return texts(
        _key(texts, outcome),
        by=short(outcome.by or texts("outcome.somebody")),
        ago=ago(texts, outcome.at, zone),
        until=_clock(outcome.until, zone),
        id=draft.id if draft else "",
        version=draft.version if draft else "",
        length=outcome.length or 0,
        longest=outcome.longest or 0,
        take_over=texts("card.button.take_over"),
        edit=texts("card.button.edit"),
        reject=texts("card.button.reject"),
        done=texts("card.button.done"),
        was_sent=texts("card.button.was_sent"),
    )


def short(name: str) -> str:
    """A person's name that leaves room for the sentence around it."""
    return one_line(name, NAME_LIMIT)


def ago(texts: Texts, at: datetime | None, zone: ZoneInfo) -> str:
    """How long ago `at` (aware UTC) was; beyond an hour the time of the day in `zone`."""
    if at is None:
        return texts("ago.unknown")
    now = datetime.now(UTC)
    passed = max(now - at, timedelta())
    if passed < _MINUTE:
        return texts("ago.seconds", n=int(passed.total_seconds()))
    if passed < _HOUR:
        return texts("ago.minutes", n=int(passed / _MINUTE))
    here = at.astimezone(zone)
    if here.date() == now.astimezone(zone).date():
        return texts("ago.today", time=f"{here:%H:%M}")
    return texts("ago.earlier", date=f"{here:%d.%m}", time=f"{here:%H:%M}")


def _clock(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%H:%M}"


def _key(texts: Texts, outcome: Outcome) -> str:
    """The most particular text that the catalogue has."""
    plain = f"outcome.{outcome.result}"
    particular = [f"{plain}.{outcome.action}"]
    if outcome.result is Result.LONG_TEXT:
        particular.append(f"{plain}.{outcome.unit}")
    if outcome.result is Result.DECIDED and outcome.draft is not None:
        decided = f"{plain}.{outcome.draft.state}"
        particular = [decided if outcome.by else f"{decided}.program", decided]
    return next((key for key in particular if texts.has(key)), plain)
