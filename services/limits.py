"""Limits shared by all processes: so many actions in any window, counted in Redis or Valkey.

When Redis is away a local, more careful limit takes its place: smoothing never stops a webhook and never
loses anything (architecture, §5).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import structlog
from aiolimiter import AsyncLimiter
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

DEADLINE = (
    0.2  # seconds, without retries: redis-py's own defaults block a caller for up to 58 s (reliability, §3)
)
CAREFUL = 2  # the local limit is this many times lower, for the other processes are unknown to it

# A log of the window's actions: exact in any window, and a quiet chat may use its whole allowance at once.
# The time is the server's: clocks of processes differ, and jump.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local window = tonumber(ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], math.ceil(window * 1000))
  return '0'
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return tostring(tonumber(oldest[2]) + window - now)
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`times` actions in any window of `per`."""

    times: int
    per: timedelta


class Limits:
    """Hands out permissions by name."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(
            redis_url,
            socket_timeout=DEADLINE,
            socket_connect_timeout=DEADLINE,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        self._local: dict[str, AsyncLimiter] = {}
        self.degraded = False

    async def take(self, name: str, allowance: Allowance) -> timedelta:
        """Take one permission; zero when granted, otherwise how long to wait before asking again."""
        window = allowance.per.total_seconds()
        try:
            wait = await cast(
                "Any",
                self._redis.eval(
                    _TAKE,
                    1,
                    f"limit:{name}",
                    repr(window),
                    str(allowance.times),
                    uuid.uuid4().hex,
                ),
            )
        except (RedisError, OSError, TimeoutError) as error:
            if not self.degraded:
                log.warning("limits_are_local", error=type(error).__name__)
            self.degraded = True
            return await self._take_locally(name, allowance)
        self.degraded = False
        return timedelta(seconds=max(float(wait), 0.0))

    async def _take_locally(self, name: str, allowance: Allowance) -> timedelta:
        times = max(allowance.times // CAREFUL, 1)
        limiter = self._local.setdefault(name, AsyncLimiter(times, allowance.per.total_seconds()))
        if limiter.has_capacity():
            await limiter.acquire()
            return timedelta()
        return allowance.per / times

    async def alive(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await cast("Any", self._redis.ping()))
        except (RedisError, OSError, TimeoutError):
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
