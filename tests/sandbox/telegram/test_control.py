"""The stream of changes, the switches, and the end of a stand-in."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiogram import Bot
from aiohttp import ClientResponse, ClientSession

from sandbox.server import serve
from sandbox.telegram import Telegram, watchers
from tests.sandbox.telegram.driver import CONFIG, GROUP, IVAN, Driver


async def next_change(stream: ClientResponse) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            line = (await stream.content.readline()).decode()
            if line.startswith("data: "):
                change: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return change


async def test_watchers_see_every_change(driver: Driver, bot: Bot) -> None:
    async with driver.http.get(f"{driver.address}/_control/events") as stream:
        assert stream.content_type == "text/event-stream"
        card = await bot.send_message(GROUP, "v1")
        change = await next_change(stream)
        assert (change["type"], change["message"]["text"]) == ("message", "v1")
        await bot.edit_message_text("v2", chat_id=GROUP, message_id=card.message_id)
        change = await next_change(stream)
        assert (change["type"], change["message"]["text"], change["message"]["edits"]) == ("edit", "v2", 1)
        press = asyncio.create_task(
            driver.control("press", user_id=IVAN.id, message_id=card.message_id, data="x")
        )
        (update,) = await bot.get_updates(timeout=50)
        assert update.callback_query is not None
        await bot.answer_callback_query(update.callback_query.id, text="Готово")
        change = await next_change(stream)
        assert (change["type"], change["text"], change["user_id"]) == ("answer", "Готово", IVAN.id)
        await press
        await bot.delete_message(GROUP, card.message_id)
        change = await next_change(stream)
        assert change == {"type": "delete", "chat_id": GROUP, "message_id": card.message_id}


async def test_a_silent_stream_stays_open_and_a_slow_watcher_is_let_go(
    stand_in: Telegram, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "KEEP_ALIVE", 0.01)
    async with driver.http.get(f"{driver.address}/_control/events") as stream, asyncio.timeout(10):
        while (await stream.content.readline()) != b": still here\n":
            pass
        for number in range(watchers.BACKLOG + 1):
            stand_in._network.watchers.publish("chat", number=number)
        assert str(watchers.BACKLOG - 1).encode() in await stream.read()


async def test_switches_change_one_by_one(driver: Driver) -> None:
    before = await driver.look("switches")
    assert before == {
        "flood_per_minute": None,
        "admin": False,
        "rights": True,
        "lax_files": False,
        "callback_seconds": 15.0,
    }
    assert await driver.control("switches", admin=True) == before | {"admin": True}
    assert await driver.control("switches", flood_per_minute=20) == (
        before | {"admin": True, "flood_per_minute": 20}
    )
    assert (await driver.try_control("switches", flood_per_minute=0))[0] == 400
    assert (await driver.try_control("switches", surprise=1))[0] == 400
    assert (await driver.try_control("chat", action="dance"))[0] == 400


async def test_the_end_lets_everybody_go() -> None:
    stand_in = Telegram(CONFIG)
    async with ClientSession() as http:
        async with serve(stand_in.application()) as address:
            driver = Driver(address, http)
            poll = asyncio.create_task(driver.call("getUpdates", timeout=50))
            stream = await http.get(f"{address}/_control/events")
            await driver.waits("getUpdates")
        assert await poll == (200, {"ok": True, "result": []})
        await stream.read()
        stream.close()
