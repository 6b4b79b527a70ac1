"""Our own limits, which keep an account away from Instagram's: who may leave now, how long others wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from db.engine import Transaction
from db.life.delivery import Effect
from db.repositories import deliveries
from services.deliver.matching import same_words, unaddressed
from services.deliver.work import Work
from services.instagram.client import InstagramClient
from services.limits import Allowance, Limits
from services.options import Options
from services.work.backoff import backoff

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
CROWDED: Final = 90.0  # percent of the rate limit that calls have used: the rest is for what is urgent
STALE: Final = MINUTE
"""While everybody waits nobody learns that the usage has fallen: what was told so long ago holds nobody."""
MESSAGES: Final = Allowance(50, timedelta(seconds=1))  # half of what Instagram takes (datasheet, §5.1)
BURSTS: Final = 15  # private replies: a minute's share of the hour; 80 in 90 s were throttled (as above)
EQUAL: Final = 3  # so often in an hour the same words are no pattern
EQUAL_PAUSE: Final = timedelta(seconds=20)

COUNTED: Final = frozenset({Effect.REPLY, Effect.PRIVATE_REPLY})
"""What is counted over the ledger, under the account's lock."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now."""

    pause: timedelta
    why: str
    """In words that a card recognises: `our own limit`."""


class Admission:
    """One per process."""

    def __init__(self, limits: Limits, instagram: InstagramClient, options: Options) -> None:
        self._limits = limits
        self._instagram = instagram
        self._options = options

    async def wait(self, work: Work) -> Wait | None:
        """What smooths, shared by all processes; None: go on."""
        if not work.urgent and self._is_crowded(work.account.instagram_id):
            pause = backoff(1, first=STALE.total_seconds())
            return Wait(pause, "our own limit: most calls of this hour are used up")
        match work.effect:
            case Effect.REPLY:
                per_hour = work.account.replies_per_hour or self._options.replies_per_hour
                return await self._take(work, "replies", Allowance(per_hour, HOUR))
            case Effect.MESSAGE:
                return await self._take(work, "messages", MESSAGES)
            case _:
                return None

    async def counted(self, tx: Transaction, work: Work) -> Wait | None:
        """What must be exact; the caller holds the account's lock until the request is noted."""
        now = datetime.now(UTC)
        if work.effect is Effect.PRIVATE_REPLY:
            left = await deliveries.private_replies_since(tx.session, work.account.id, now - HOUR)
            return self._private(left, now)
        said = await deliveries.said_since(tx.session, work.account.id, work.effect, now - HOUR)
        words = unaddressed(work.text)
        equal = [at for text, at in said if same_words(unaddressed(text), words)]
        pause = equal[0] + EQUAL_PAUSE - now if len(equal) >= EQUAL else timedelta()
        if pause > timedelta():
            return Wait(pause, "our own limit: the same words were said a moment ago")
        return None

    def _private(self, left: Sequence[datetime], now: datetime) -> Wait | None:
        """`left` is when the private replies of the last hour did, oldest first."""
        most = self._options.private_replies_per_hour
        for times, per in ((most, HOUR), (max(most // BURSTS, 1), MINUTE)):
            recent = [at for at in left if at > now - per]
            if len(recent) >= times:
                return Wait(recent[-times] + per - now, "our own limit of private replies")
        return None

    async def _take(self, work: Work, name: str, allowance: Allowance) -> Wait | None:
        pause = await self._limits.take(f"instagram:{work.account.instagram_id}:{name}", allowance)
        return Wait(pause, f"our own limit of {name}") if pause else None

    def _is_crowded(self, account: str) -> bool:
        usage = self._instagram.usage.get(account)
        return usage is not None and usage.percent >= CROWDED and datetime.now(UTC) - usage.seen_at < STALE
