"""The figures of `/stats`: each defined in `db.repositories.figures`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.comment import Category
from db.models.decision import Action
from db.repositories import drafts, figures


class PeriodUnknown(ValueError):
    """A period is `today`, `7d`, `30d` (any number of days up to 366) or `2026-11-01..2026-11-15`."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


LONGEST = 366


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the business's time zone, as a half-open span in UTC."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def parse(cls, words: str, today: date, zone: ZoneInfo) -> Period:
        """Read a manager's words. Raises PeriodUnknown."""
        if words in {"", "today"}:
            return cls(today, today, zone)
        try:
            if words.endswith("d") and words[:-1].isascii():
                days = int(words[:-1])
                if not 1 <= days <= LONGEST:
                    raise PeriodUnknown
                return cls(today - timedelta(days=days - 1), today, zone)
            first, last = (date.fromisoformat(part) for part in words.split(".."))
        except ValueError:
            raise PeriodUnknown from None
        # The first and the last year of the calendar have no neighbours in other time zones.
        if first > last or (last - first).days >= LONGEST or not MINYEAR < first.year <= last.year < MAXYEAR:
            raise PeriodUnknown
        return cls(first, last, zone)

    @property
    def span(self) -> figures.Span:
        """[midnight of the first day, midnight after the last) in UTC."""
        start = datetime.combine(self.first, time(), self.zone)
        end = datetime.combine(self.last + timedelta(days=1), time(), self.zone)
        return start.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Figures:
    """One period of one account, or of all."""

    period: Period
    received: int
    categories: Mapping[Category, int]
    decisions: Mapping[Action, int]
    approved_unchanged: int
    sent: int
    reaction_median: float | None
    """Seconds."""
    reaction_p90: float | None
    waiting: int
    """Open drafts now, whatever the period."""
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal | None
    unpriced_calls: int


async def collect(session: AsyncSession, period: Period, account_id: int | None = None) -> Figures:
    """Count everything once."""
    span = period.span
    median, p90 = await figures.reaction(session, account_id, span)
    tokens_in, tokens_out, cost, unpriced = await figures.spent(session, account_id, span)
    return Figures(
        period=period,
        received=await figures.received(session, account_id, span),
        categories=await figures.categories(session, account_id, span),
        decisions=await figures.decided(session, account_id, span),
        approved_unchanged=await figures.approved_unchanged(session, account_id, span),
        sent=await figures.sent(session, account_id, span),
        reaction_median=median,
        reaction_p90=p90,
        waiting=await drafts.count_open(session, account_id),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost_usd=cost,
        unpriced_calls=unpriced,
    )
