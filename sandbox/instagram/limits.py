"""Rate limits of one account: how often what may be called, and what was called lately."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from pydantic import BaseModel, ConfigDict, Field

from sandbox.instagram.errors import BusinessLimitError, CustomLimitError
from sandbox.instagram.model import now
from sandbox.instagram.switches import Usage

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(hours=24)


class Bucket(StrEnum):
    """What is counted; the values are fields of `Limits`."""

    PRIVATE_REPLIES = "private_replies_per_hour"
    LIVE_PRIVATE_REPLIES = "live_private_replies_per_second"
    MESSAGES = "messages_per_second"
    MEDIA_MESSAGES = "media_messages_per_second"
    CONVERSATIONS = "conversations_per_second"
    CALLS = "calls_per_day"


WINDOW = {Bucket.PRIVATE_REPLIES: HOUR, Bucket.CALLS: DAY}  # of all others a second
# Documented per account. Of the calls only a formula is known, 4,800 times the day's impressions.
DOCUMENTED = {
    Bucket.PRIVATE_REPLIES: 750,
    Bucket.LIVE_PRIVATE_REPLIES: 100,
    Bucket.MESSAGES: 100,
    Bucket.MEDIA_MESSAGES: 10,
    Bucket.CONVERSATIONS: 2,
}


class Limits(BaseModel):
    """Calls allowed; None is no limit. Only the hourly one holds from the start: fast tests are no abuse."""

    model_config = ConfigDict(extra="forbid")

    private_replies_per_hour: int | None = Field(default=DOCUMENTED[Bucket.PRIVATE_REPLIES], ge=0)
    live_private_replies_per_second: int | None = Field(default=None, ge=0)
    messages_per_second: int | None = Field(default=None, ge=0)
    media_messages_per_second: int | None = Field(default=None, ge=0)
    conversations_per_second: int | None = Field(default=None, ge=0)
    calls_per_day: int | None = Field(default=None, ge=0)


class Meter:
    """Counts calls in sliding windows, refused ones not."""

    def __init__(self) -> None:
        self.limits = Limits()
        self.usage: Usage | None = None
        self._calls: dict[Bucket, deque[datetime]] = defaultdict(deque)

    def forget(self) -> None:
        """As if nothing had been called yet."""
        self._calls.clear()

    def count(self, bucket: Bucket) -> None:
        """One more call; raises CustomLimitError, or BusinessLimitError when the day's calls are used up."""
        limit: int | None = getattr(self.limits, bucket.value)
        calls = self._recent(bucket)
        if limit is not None and len(calls) >= limit:
            raise BusinessLimitError if bucket is Bucket.CALLS else CustomLimitError
        calls.append(now())

    def told(self) -> Usage | None:
        """The shares of the header: as set, else counted when the day's calls are limited, else nothing."""
        limit = self.limits.calls_per_day
        if self.usage is not None or limit is None:
            return self.usage
        calls = self._recent(Bucket.CALLS)
        if len(calls) < limit:
            return Usage(call_count=100 * len(calls) // limit)
        left = calls[0] + DAY - now() if calls else DAY
        return Usage(call_count=100, estimated_time_to_regain_access=ceil(left / timedelta(minutes=1)))

    def _recent(self, bucket: Bucket) -> deque[datetime]:
        calls = self._calls[bucket]
        since = now() - WINDOW.get(bucket, SECOND)
        while calls and calls[0] <= since:
            calls.popleft()
        return calls
