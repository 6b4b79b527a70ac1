"""`getUpdates`: one poller, in order, nothing lost."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError

from sandbox.telegram import Telegram
from tests.sandbox.telegram.driver import GROUP, IVAN, OLGA, Driver

RIVAL = "terminated by other getUpdates request; make sure that only one bot instance is running"


async def test_a_waiting_poll_gets_a_message_when_it_comes(driver: Driver, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await driver.waits("getUpdates")
    sent = await driver.control("send", user_id=OLGA.id, text="/start", chat_id=OLGA.id)
    (update,) = await poll
    assert update.update_id == sent["update_id"]
    assert update.message is not None
    assert update.message.message_id == sent["message_id"]
    assert update.message.text == "/start"
    assert update.message.chat.type == "private"
    assert update.message.from_user is not None
    assert update.message.from_user.id == OLGA.id


async def test_a_second_poll_ends_the_older_with_409_and_takes_its_place(driver: Driver, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await driver.waits("getUpdates")
    second = asyncio.create_task(driver.result("getUpdates", timeout=50))
    with pytest.raises(TelegramConflictError) as ended:
        await first
    assert ended.value.message == f"Conflict: {RIVAL}"
    await driver.control("send", user_id=OLGA.id, text="/queue")
    (update,) = await second
    assert update["message"]["text"] == "/queue"


async def test_a_repeated_conflict_is_held_back(stand_in: Telegram, driver: Driver) -> None:
    stand_in._network.updates.conflict_pause = 3600
    first = asyncio.create_task(driver.call("getUpdates", timeout=50))
    await driver.waits("getUpdates")
    second = asyncio.create_task(driver.call("getUpdates", timeout=50))
    assert (await first)[0] == 409
    third = asyncio.create_task(driver.call("getUpdates", timeout=50))

    async def replaced() -> bool:
        return len(await driver.look("calls")) == 3

    await driver.until(replaced)
    await driver.control("send", user_id=OLGA.id, text="/queue")
    assert (await third)[0] == 200
    assert not second.done()
    second.cancel()


async def test_updates_stay_until_confirmed_and_their_ids_grow(driver: Driver) -> None:
    for number in range(5):
        await driver.control("send", user_id=IVAN.id, text=f"/show {number}")
    updates = await driver.updates()
    ids = [update["update_id"] for update in updates]
    assert ids == list(range(ids[0], ids[0] + 5))
    assert await driver.updates() == updates
    assert await driver.updates(limit=2) == updates[:2]
    assert await driver.updates(offset=ids[3]) == updates[3:]
    assert await driver.updates() == updates[3:]
    assert await driver.updates(offset=-1) == updates[4:]
    assert await driver.updates(offset=ids[4] + 1) == []


async def test_message_ids_grow_in_each_chat(driver: Driver) -> None:
    for chat_id in (GROUP, OLGA.id):
        mine = (await driver.result("sendMessage", chat_id=chat_id, text="раз"))["message_id"]
        theirs = (await driver.control("send", user_id=OLGA.id, text="два", chat_id=chat_id))["message_id"]
        assert theirs == mine + 1


async def test_a_poller_that_hangs_up_loses_nothing(driver: Driver) -> None:
    poll = asyncio.create_task(driver.call("getUpdates", timeout=50))
    await driver.waits("getUpdates")
    poll.cancel()
    await driver.control("send", user_id=OLGA.id, text="/queue")
    (update,) = await driver.updates()
    assert update["message"]["text"] == "/queue"


async def test_what_was_asked_for_stays_asked_for(driver: Driver) -> None:
    await driver.updates(allowed_updates=["callback_query"])
    sent = await driver.control("send", user_id=OLGA.id, text="/queue")
    assert sent["update_id"] is None
    assert await driver.updates() == []
    await driver.updates(allowed_updates=[])
    sent = await driver.control("send", user_id=OLGA.id, text="/queue")
    assert [update["update_id"] for update in await driver.updates()] == [sent["update_id"]]


async def test_an_update_can_be_delivered_again_though_it_was_confirmed(driver: Driver) -> None:
    first = await driver.control("send", user_id=OLGA.id, text="/one")
    second = await driver.control("send", user_id=OLGA.id, text="/two")
    old, new = await driver.updates()
    assert await driver.updates(offset=second["update_id"] + 1) == []
    await driver.control("redeliver", update_id=first["update_id"], times=2)
    third = await driver.control("send", user_id=OLGA.id, text="/three")
    again = await driver.updates(offset=second["update_id"] + 1)
    assert again[:2] == [old, old]
    assert [update["update_id"] for update in again[2:]] == [third["update_id"]]
    assert new["update_id"] == second["update_id"]
    assert await driver.updates(offset=third["update_id"] + 1) == []
    status, _ = await driver.try_control("redeliver", update_id=1)
    assert status == 400


async def test_ids_of_a_later_stand_in_are_higher(driver: Driver) -> None:
    """The product's database outlives the stand-in, so a fresh one must not repeat its numbers."""
    sent = await driver.control("send", user_id=OLGA.id, text="/start")
    assert sent["update_id"] > 400_000_000
    assert sent["message_id"] > 400_000_000
