"""The stand-in's own time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.instagram import Instagram
from sandbox.instagram.clock import Clock
from tests.sandbox.instagram.player import Player


async def time(player: Player) -> datetime:
    return datetime.fromisoformat((await player.control("clock", method="GET"))["now"])


async def test_the_clock_is_the_machines_until_it_is_moved(player: Player) -> None:
    before = datetime.now(UTC)
    shown = await time(player)

    assert before <= shown <= datetime.now(UTC)
    assert (await player.control("clock", method="GET"))["scale"] == 1


async def test_a_stopped_clock_moves_by_exactly_what_it_is_advanced(player: Player) -> None:
    await player.control("clock", {"scale": 0})
    before = await time(player)

    await player.control("clock", {"advance": 90})
    await player.control("clock", {"advance": 0.5})

    assert await time(player) - before == timedelta(seconds=90.5)


async def test_a_fast_clock_goes_on_from_where_it_was(player: Player) -> None:
    await player.control("clock", {"scale": 0, "advance": 3600})
    stopped = await time(player)
    await player.control("clock", {"scale": 100_000})

    async with asyncio.timeout(10):
        while await time(player) < stopped + timedelta(hours=1):
            pass
    assert await time(player) > stopped


async def test_new_things_and_windows_go_by_the_clock(player: Player) -> None:
    comment = await player.comment()
    await player.control("messages", {"username": "boris", "text": "Где заказ?"})
    await player.control("clock", {"scale": 0, "advance": 8 * 86_400})

    later = await player.comment()

    written = (await player.get(f"/{later}", fields="timestamp,from")).json
    assert datetime.fromisoformat(written["timestamp"]) == (await time(player)).replace(microsecond=0)
    assert (await player.write({"comment_id": comment}, "Да")).code == (100, 2534025)
    assert (await player.write({"comment_id": later}, "Да")).status == 200
    (boris,) = [
        one["id"]
        for one in (await player.control("state", method="GET"))["conversations"]
        if one["username"] == "boris"
    ]
    assert (await player.write({"id": boris}, "В пути", tag="HUMAN_AGENT")).code == (10, 2534022)


async def test_tokens_expire_by_the_clock(player: Player) -> None:
    assert (await player.get("/me")).status == 200

    await player.control("clock", {"advance": 60 * 86_400})

    assert (await player.get("/me")).code == (190, 463)


async def test_another_stand_in_keeps_its_own_time(player: Player, instagram: Instagram) -> None:
    await player.control("clock", {"scale": 0, "advance": 86_400})

    assert instagram.clock.now() - datetime.now(UTC) > timedelta(hours=23)
    assert Clock().now() - datetime.now(UTC) < timedelta(hours=1)


@pytest.mark.parametrize(
    "body", [{"advance": -1}, {"scale": -1}, {"advance": 10**9}, {"back": 1}, 5], ids=str
)
async def test_the_clock_takes_no_nonsense(player: Player, body: object) -> None:
    answer = await player.call("POST", "/_control/clock", json=body, token=None)

    assert answer.status == 400


async def test_an_advance_wakes_everybody_at_their_moment_in_order() -> None:
    clock = Clock()
    clock.scale = 0
    start, woken = clock.now(), list[tuple[str, float]]()

    async def sleep(name: str, *spans: int) -> None:
        for span in spans:
            await clock.until(clock.now() + timedelta(seconds=span))
            woken.append((name, (clock.now() - start).total_seconds()))
        clock.release()

    async with asyncio.TaskGroup() as group:
        for name, spans in (("a", (5, 10)), ("b", (7, 7)), ("c", (40,))):
            clock.engage()
            group.create_task(sleep(name, *spans))
        await clock.advance(20)
        assert woken == [("a", 5), ("b", 7), ("b", 14), ("a", 15)]
        await clock.advance(20)
    assert woken[4:] == [("c", 40)]


async def test_a_sleeper_who_is_cancelled_holds_up_no_advance() -> None:
    clock = Clock()
    clock.scale = 0

    async def sleep() -> None:
        try:
            await clock.until(clock.now() + timedelta(seconds=5))
        finally:
            clock.release()

    clock.engage()
    task = asyncio.create_task(sleep())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])

    async with asyncio.timeout(5):
        await clock.advance(60)


async def test_a_sleeper_wakes_by_the_machines_time_too() -> None:
    clock = Clock()
    clock.engage()

    async with asyncio.timeout(5):
        await clock.until(clock.now() + timedelta(seconds=0.01))
        clock.scale = 1000
        await clock.until(clock.now() + timedelta(seconds=10))


async def test_a_clock_that_is_stopped_does_not_go_back() -> None:
    clock = Clock()
    clock.scale = 1000
    start = clock.now()
    while (seen := clock.now()) < start + timedelta(seconds=1):
        pass

    clock.scale = 0

    assert clock.now() >= seen


async def test_whoever_sleeps_obeys_a_change_of_pace() -> None:
    clock = Clock()
    clock.engage()
    sleeping = asyncio.create_task(clock.until(clock.now() + timedelta(hours=1)))
    await asyncio.sleep(0)

    clock.scale = 100_000

    async with asyncio.timeout(5):
        await sleeping
