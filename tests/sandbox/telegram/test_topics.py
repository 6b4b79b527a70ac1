"""Forum topics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiogram import Bot
from aiohttp import ClientSession

from sandbox.server import serve
from sandbox.telegram import Telegram
from tests.sandbox.telegram.driver import CONFIG, GROUP, IVAN, Driver

NO_THREAD = "400 Bad Request: message thread not found"


async def test_messages_of_a_topic_name_it(driver: Driver, bot: Bot) -> None:
    topic = await bot.create_forum_topic(GROUP, "Эскалации", icon_color=0xFB6F5F)
    assert (topic.name, topic.icon_color) == ("Эскалации", 0xFB6F5F)
    card = await bot.send_message(GROUP, "карточка", message_thread_id=topic.message_thread_id)
    assert (card.message_thread_id, card.is_topic_message) == (topic.message_thread_id, True)
    assert card.reply_to_message is not None
    created = card.reply_to_message.forum_topic_created
    assert created is not None
    assert created.name == "Эскалации"
    await driver.control("send", user_id=IVAN.id, text="ответ", reply_to=card.message_id)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.message_thread_id == topic.message_thread_id
    assert update.message.is_topic_message
    assert update.message.reply_to_message is not None
    assert update.message.reply_to_message.message_id == card.message_id
    answer = await update.message.answer("принято").as_(bot)
    assert answer.message_thread_id == topic.message_thread_id


async def test_an_answer_across_topics_carries_no_message(driver: Driver, bot: Bot) -> None:
    one = await bot.create_forum_topic(GROUP, "Раз")
    two = await bot.create_forum_topic(GROUP, "Два")
    card = await bot.send_message(GROUP, "карточка", message_thread_id=one.message_thread_id)
    message = await bot.send_message(
        GROUP, "см. там", message_thread_id=two.message_thread_id, reply_to_message_id=card.message_id
    )
    assert message.message_thread_id == two.message_thread_id
    assert message.reply_to_message is not None
    assert message.reply_to_message.message_id == two.message_thread_id


async def test_a_deleted_topic_takes_its_messages_along(driver: Driver, bot: Bot) -> None:
    for by_hand in (True, False):
        topic = (await bot.create_forum_topic(GROUP, "Эскалации")).message_thread_id
        card = await bot.send_message(GROUP, "карточка", message_thread_id=topic)
        if by_hand:
            await driver.control("chat", action="delete_topic", thread_id=topic)
        else:
            assert await bot.delete_forum_topic(GROUP, topic)
        assert await driver.look("messages") == []
        assert (
            await driver.refusal("sendMessage", chat_id=GROUP, text="x", message_thread_id=topic) == NO_THREAD
        )
        assert (
            await driver.refusal("editMessageText", chat_id=GROUP, text="x", message_id=card.message_id)
            == "400 Bad Request: message to edit not found"
        )
        assert await driver.refusal("deleteForumTopic", chat_id=GROUP, message_thread_id=topic) == (
            "400 Bad Request: TOPIC_ID_INVALID"
        )
    assert await driver.updates() == []
    assert (await driver.try_control("chat", action="delete_topic", thread_id=1))[0] == 400


async def test_topics_are_renamed_closed_and_reopened(driver: Driver, bot: Bot) -> None:
    topic = (await bot.create_forum_topic(GROUP, "Эскалации")).message_thread_id
    one: dict[str, Any] = {"chat_id": GROUP, "message_thread_id": topic}
    same = "400 Bad Request: TOPIC_NOT_MODIFIED"
    assert await driver.refusal("editForumTopic", **one, name="Эскалации") == same
    assert await bot.edit_forum_topic(GROUP, topic, name="Срочное")
    assert await driver.refusal("reopenForumTopic", **one) == same
    assert await bot.close_forum_topic(GROUP, topic)
    assert await driver.refusal("closeForumTopic", **one) == same
    await bot.send_message(GROUP, "x", message_thread_id=topic)  # administrators still may
    await driver.control("switches", rights=False)
    assert await driver.refusal("sendMessage", **one, text="x") == "400 Bad Request: TOPIC_CLOSED"
    await driver.control("switches", rights=True)
    assert await bot.reopen_forum_topic(GROUP, topic)
    services = [one for one in await driver.look("messages") if "text" not in one]
    assert [next(name for name in one if name.startswith("forum_topic_")) for one in services] == [
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    ]


async def test_wrong_topics_are_refused(driver: Driver) -> None:
    assert await driver.refusal("createForumTopic", chat_id=GROUP, name=" ") == (
        "400 Bad Request: topic name must be non-empty"
    )
    assert await driver.refusal("createForumTopic", chat_id=GROUP, name="x", icon_color=1) == (
        "400 Bad Request: invalid icon color specified"
    )
    long = await driver.result("createForumTopic", chat_id=GROUP, name="ж" * 200)
    assert long["name"] == "ж" * 128
    await driver.control("switches", rights=False)
    assert await driver.refusal("createForumTopic", chat_id=GROUP, name="x") == (
        "400 Bad Request: not enough rights to manage topics"
    )


async def test_a_group_without_topics_has_none() -> None:
    stand_in = Telegram(replace(CONFIG, forum=False))
    async with serve(stand_in.application()) as address, ClientSession() as http:
        driver = Driver(address, http)
        assert await driver.refusal("createForumTopic", chat_id=GROUP, name="x") == (
            "400 Bad Request: the chat is not a forum"
        )
        assert "is_forum" not in await driver.result("getChat", chat_id=GROUP)
