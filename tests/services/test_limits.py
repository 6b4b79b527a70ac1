"""Limits that all processes share, and what takes their place while Redis is away."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

import services.limits
from services.limits import Allowance, Limits
from tests.db.cable import plugged, silence

MINUTE = timedelta(minutes=1)


@pytest.fixture
def name() -> str:
    return uuid.uuid4().hex


@asynccontextmanager
async def limits_at(url: str) -> AsyncIterator[Limits]:
    limits = Limits(url)
    try:
        yield limits
    finally:
        await limits.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no broken Redis: what is exact is asked without the hurry."""
    monkeypatch.setattr(services.limits, "DEADLINE", 10.0)


@pytest.fixture
async def limits(redis_url: str, patient: None) -> AsyncIterator[Limits]:
    async with limits_at(redis_url) as limits:
        yield limits


async def let_pass(redis_url: str, name: str, seconds: float) -> None:
    """Make what was taken so far that much older."""
    async with Redis.from_url(redis_url) as redis:
        key = f"limit:{name}"
        for member in await redis.zrange(key, 0, -1):
            await redis.zincrby(key, -seconds, cast("bytes", member))


async def test_a_quiet_hour_may_be_spent_at_once_and_then_one_waits(limits: Limits, name: str) -> None:
    allowance = Allowance(5, MINUTE)
    waits = [await limits.take(name, allowance) for _ in range(6)]

    assert waits[:5] == [timedelta()] * 5
    assert timedelta(seconds=50) < waits[5] <= MINUTE
    assert not limits.degraded


async def test_no_window_holds_more_than_the_allowance(limits: Limits, redis_url: str, name: str) -> None:
    allowance = Allowance(2, MINUTE)
    assert not await limits.take(name, allowance)
    await let_pass(redis_url, name, 40)
    assert not await limits.take(name, allowance)

    wait = await limits.take(name, allowance)
    assert timedelta(seconds=15) < wait <= timedelta(seconds=20), "until the first is a minute old"

    await let_pass(redis_url, name, 20)
    assert not await limits.take(name, allowance)
    wait = await limits.take(name, allowance)
    assert timedelta(seconds=35) < wait <= timedelta(seconds=40), "until the second is"


async def test_processes_share_what_is_left(limits: Limits, redis_url: str, name: str) -> None:
    async with limits_at(redis_url) as other:
        waits = await asyncio.gather(
            *(each.take(name, Allowance(7, MINUTE)) for each in (limits, other) for _ in range(20))
        )

    assert sum(not wait for wait in waits) == 7


async def test_names_do_not_meet(limits: Limits, name: str) -> None:
    assert not await limits.take(name, Allowance(1, MINUTE))
    assert not await limits.take(f"{name}2", Allowance(1, MINUTE))


async def test_nothing_is_left_in_redis_after_the_window(limits: Limits, redis_url: str, name: str) -> None:
    await limits.take(name, Allowance(1, MINUTE))
    async with Redis.from_url(redis_url) as redis:
        assert 0 < await redis.pttl(f"limit:{name}") <= 60_000


@pytest.mark.parametrize("how", ["silent", "refused"])
async def test_without_redis_a_more_careful_limit_takes_its_place(name: str, how: str) -> None:
    async with silence() as port, asyncio.timeout(5):
        url = f"redis://127.0.0.1:{port if how == 'silent' else 1}/0"
        async with limits_at(url) as limits:
            waits = [await limits.take(name, Allowance(4, timedelta(hours=1))) for _ in range(3)]

            assert limits.degraded
            assert waits == [timedelta(), timedelta(), timedelta(minutes=30)]
            assert await limits.take(f"{name}2", Allowance(1, timedelta(hours=1))) == timedelta()
            assert not await limits.alive()


async def test_a_script_that_redis_refuses_stops_nobody(limits: Limits, redis_url: str, name: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        await redis.set(f"limit:{name}", "not a sorted set")

    assert not await limits.take(name, Allowance(2, MINUTE))
    assert limits.degraded


async def test_redis_that_returns_is_used_again(redis_url: str, name: str, patient: None) -> None:
    async def open_far() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = urlsplit(redis_url)
        if address.scheme == "unix":
            return await asyncio.open_unix_connection(address.path)
        return await asyncio.open_connection(address.hostname, address.port or 6379)

    async with plugged(open_far) as cable, limits_at(f"redis://127.0.0.1:{cable.port}/0") as limits:
        allowance = Allowance(1, MINUTE)
        assert await limits.alive()
        assert not await limits.take(name, allowance)

        await cable.pull()
        assert not await limits.take(name, allowance), "the local limit knows nothing of the shared one"
        assert limits.degraded

        await cable.plug()
        assert await limits.take(name, allowance) > timedelta()
        assert not limits.degraded
