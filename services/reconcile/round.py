"""One comparison of an account's posts with what arrived: a round, which may take several runs.

A round is kept in the account's preferences after every page, so that a run that was stopped, by a crash or
by the rate limit, is gone on with where it stopped.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

from db.models import Account
from db.repositories.reconciling import PREFERENCE

LEASE: Final = timedelta(seconds=30)  # three calls' deadlines; renewed after each page
LOOKBACK: Final = timedelta(hours=24)
"""So much before the last round is compared again: what a filter held back appears late, with an old time."""
BEFORE_CONNECTION: Final = timedelta(hours=1)  # a new account brings no older comments with it
FIRST_LOOKBACK: Final = timedelta(days=7)  # the first round never goes further back: no flood of old comments
FURTHEST: Final = timedelta(days=30)  # nor does any other


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    def but(self, **values: Any) -> Self:
        """The same with other values."""
        return self.model_copy(update=values)


class Place(_Kept):
    """Where the listing of one post stands."""

    media: str
    count: int | None = None
    """How many comments Instagram counted when the listing began."""
    after: str | None = None
    """The cursor of the page that is being read; None is the first."""
    threads: tuple[str, ...] = ()
    """Long threads of that page whose replies have been read to the end."""
    fresh: int = 0
    """How many comments were seen that are newer than the count at the former listing."""
    old_pages: int = 0
    """How many pages of nothing but old threads were read."""


class Round(_Kept):
    """`run` fences the saves: it grows with every run that takes the round."""

    run: int = 0
    lease_until: datetime | None = None
    began: datetime | None = None
    """None: no round is under way."""
    since: datetime | None = None
    """Comments written before this are not taken in."""
    counting_at: datetime | None = None
    """When the posts' counts were last read in this round."""
    counted_at: datetime | None = None
    """When they were last read in the former round."""
    listed: tuple[str, ...] = ()
    """Posts that are done."""
    place: Place | None = None
    found: int = 0
    """How many customers' comments were missing, as far as people have not been told."""
    oldest: datetime | None = None
    """When the oldest of them was written."""

    @classmethod
    def of(cls, account: Account) -> Self:
        """The account's round."""
        return cls.model_validate(account.preferences.get(PREFERENCE) or {})

    def dumped(self) -> dict[str, Any]:
        """As it is kept."""
        return self.model_dump(mode="json", exclude_defaults=True) | {"run": self.run}

    def held(self, now: datetime) -> bool:
        """Whether another run is at it."""
        return self.lease_until is not None and now < self.lease_until

    def taken(self, account: Account, now: datetime) -> Self:
        """The round in the hands of a new run; a new round when none is under way."""
        taken = self.but(run=self.run + 1, lease_until=now + LEASE)
        if self.began is not None:  # it may have stood still as long as the account was disconnected
            return taken.but(since=max(self.since or now, now - FURTHEST))
        return taken.but(began=now, since=watermark(account, now))

    def ended(self) -> Self:
        """Every post has been compared."""
        return type(self)(run=self.run, counted_at=self.counting_at)


def watermark(account: Account, now: datetime) -> datetime:
    """From when on comments are taken in.

    Later rounds go back to the last one, and a day more. The first goes back to the last webhook, at least
    a day, and at most a week or to an hour before the account was connected.
    """
    connected = account.created_at - BEFORE_CONNECTION
    if account.reconciled_at is not None:
        return max(account.reconciled_at - LOOKBACK, connected, now - FURTHEST)
    return max(min(account.last_event_at or now, now - LOOKBACK), connected, now - FIRST_LOOKBACK)
