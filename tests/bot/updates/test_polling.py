"""Receiving by long poll."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiogram.types import Update

from bot.connect import connect
from bot.updates.polling import ALLOWED_UPDATES, BotTokenRefused, Polling
from db.engine import Database
from db.models import Alert, TelegramUpdate
from db.models.alert import AlertState
from tests.bot.builders import OLGA
from tests.bot.conftest import World, closed


@asynccontextmanager
async def polling(world: World) -> AsyncIterator[asyncio.Task[None]]:
    """A poller beside the story; pauses are short, so that failures are over soon."""
    poller = Polling(world.db, world.bot, conflict_pause=0.05)
    task = asyncio.create_task(poller.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def stored(world: World) -> list[TelegramUpdate]:
    return await world.rows(TelegramUpdate)


async def test_an_update_is_stored_as_telegram_sent_it(world: World) -> None:
    async with polling(world):
        message_id = await world.write(OLGA, "/start", chat_id=OLGA.id)
        await world.until(lambda: stored(world))
    [row] = await stored(world)
    update = Update.model_validate(row.payload)
    assert update.message is not None
    assert (update.message.message_id, update.message.text) == (message_id, "/start")
    assert row.payload["message"]["from"]["id"] == OLGA.id


async def test_only_the_kinds_we_read_are_asked_for(world: World) -> None:
    async with polling(world):
        await world.until(lambda: world.calls("getUpdates"))
    [call, *_] = await world.calls("getUpdates")
    for kind in ALLOWED_UPDATES:
        assert kind in call["params"]["allowed_updates"]


async def test_an_update_that_could_not_be_stored_is_fetched_again(world: World) -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    await world.write(OLGA, "/start", chat_id=OLGA.id)
    task = asyncio.create_task(Polling(away, world.bot).run())

    async def twice() -> bool:
        return len(await world.calls("getUpdates")) > 1

    await world.until(twice)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await away.close()
    assert all("offset" not in call["params"] for call in await world.calls("getUpdates"))
    async with polling(world):
        await world.until(lambda: stored(world))


async def test_a_repeated_update_is_stored_once(world: World) -> None:
    async with polling(world):
        sent = await world.control("send", user_id=OLGA.id, text="/start", chat_id=OLGA.id)
        await world.until(lambda: stored(world))
        await world.control("redeliver", update_id=sent["update_id"], times=3)
        await world.write(OLGA, "/help", chat_id=OLGA.id)

        async def both() -> bool:
            return len(await stored(world)) > 1

        await world.until(both)
    assert len(await stored(world)) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "code": 502},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "garbage"},
        {"kind": "status", "code": 429, "retry_after": 1},
    ],
)
async def test_trouble_on_the_way_is_survived(world: World, fault: dict[str, object]) -> None:
    await world.control("faults", operation="getUpdates", times=1, **fault)
    await world.write(OLGA, "/start", chat_id=OLGA.id)
    async with polling(world):
        await world.until(lambda: stored(world))


async def test_a_webhook_left_behind_is_deleted(world: World) -> None:
    await world.call("setWebhook", url="http://127.0.0.1:1/nowhere")
    async with polling(world):
        await world.write(OLGA, "/start", chat_id=OLGA.id)
        await world.until(lambda: stored(world))
    assert (await world.call("getWebhookInfo"))["url"] == ""


async def test_a_second_poller_is_told_to_people_and_the_alert_ends_with_it(world: World) -> None:
    async def alert_in(state: AlertState) -> bool:
        found = await world.rows(Alert)
        return [(alert.kind, alert.state) for alert in found] == [("two_pollers", state)]

    conflict = (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    await world.control("faults", operation="getUpdates", kind="status", code=409, message=conflict, times=2)
    async with polling(world):
        await world.write(OLGA, "/start", chat_id=OLGA.id)
        await world.until(lambda: alert_in(AlertState.RESOLVED))
        assert await stored(world)


async def test_one_conflict_during_a_restart_is_nothing_to_tell(world: World) -> None:
    conflict = (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    await world.control("faults", operation="getUpdates", kind="status", code=409, message=conflict)
    async with polling(world):
        await world.write(OLGA, "/start", chat_id=OLGA.id)
        await world.until(lambda: stored(world))
    assert await world.rows(Alert) == []


async def test_a_refused_token_stops_loudly(world: World) -> None:
    bot = connect("1:wrong", world.address)
    with pytest.raises(BotTokenRefused):
        await Polling(world.db, bot).run()
    await closed(bot)


async def test_a_waiting_poll_ends_at_once_when_cancelled(world: World) -> None:
    async with polling(world) as task:
        await world.until(lambda: world.calls("getUpdates"))
        task.cancel()
        async with asyncio.timeout(timedelta(seconds=5).total_seconds()):  # the poll itself would last 25
            await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
