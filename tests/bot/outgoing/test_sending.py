"""Writes against the stand-in: what arrives, what is forgiven, what is told to the caller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from structlog.testing import capture_logs

from bot.connect import connect
from bot.outgoing import (
    ChatLost,
    ChatMoved,
    MessageLost,
    Outgoing,
    Postponed,
    Refused,
    ThreadLost,
    TokenRevoked,
)
from services.limits import Limits
from tests.bot.builders import IVAN, STRANGER, TOKEN
from tests.bot.conftest import World

KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Yes", callback_data="d:x")]])
ELSEWHERE = -1_009_999_999_999


@pytest.fixture
async def limits(redis_url: str) -> AsyncIterator[Limits]:
    limits = Limits(redis_url)
    yield limits
    await limits.close()


@pytest.fixture
def outgoing(world: World, limits: Limits) -> Outgoing:
    return Outgoing(world.bot, limits, 600)


async def only_message(world: World) -> dict[str, Any]:
    [message] = await world.messages()
    return message


async def test_a_message_arrives_as_it_was_written(world: World, outgoing: Outgoing) -> None:
    message_id = await outgoing.send(world.group, "<b>Да</b> &lt;3 https://shop.ru", keyboard=KEYBOARD)
    message = await only_message(world)
    assert message["message_id"] == message_id
    assert message["text"] == "Да <3 https://shop.ru"
    assert [entity["type"] for entity in message["entities"]] == ["bold", "url"]
    assert message["reply_markup"]["inline_keyboard"][0][0]["text"] == "Yes"
    assert message["link_preview_options"]["is_disabled"] is True


async def test_a_message_may_be_silent(world: World, outgoing: Outgoing) -> None:
    await outgoing.send(world.group, "тихо", silent=True)
    await outgoing.send(world.group, "громко")
    quiet, loud = await world.calls("sendMessage")
    assert str(quiet["params"]["disable_notification"]).lower() == "true"
    assert str(loud["params"].get("disable_notification", "false")).lower() == "false"


async def test_a_reply_box_is_asked_for_one_person(world: World, outgoing: Outgoing) -> None:
    asked = await outgoing.send(world.group, "card")
    await outgoing.send(world.group, "Новый текст?", reply_to=asked, force_reply="ответ " * 30)
    message = (await world.messages())[-1]
    assert message["reply_to_message"]["message_id"] == asked
    assert message["force_reply"]["selective"] is True
    assert len(message["force_reply"]["input_field_placeholder"]) <= 64


async def test_a_message_to_reply_to_that_is_gone_is_forgotten(world: World, outgoing: Outgoing) -> None:
    await outgoing.send(world.group, "ответ", reply_to=12345)
    assert "reply_to_message" not in await only_message(world)


async def test_a_message_goes_into_its_topic(world: World, outgoing: Outgoing) -> None:
    topic = await world.call("createForumTopic", chat_id=world.group, name="Жалобы")
    thread_id = topic["message_thread_id"]
    await outgoing.send(world.group, "card", thread_id=thread_id)
    assert (await world.messages())[-1]["message_thread_id"] == thread_id
    await world.control("chat", action="delete_topic", thread_id=thread_id)
    with pytest.raises(ThreadLost):
        await outgoing.send(world.group, "card", thread_id=thread_id)


async def test_an_edit_changes_text_and_keyboard(world: World, outgoing: Outgoing) -> None:
    message_id = await outgoing.send(world.group, "было", keyboard=KEYBOARD)
    await outgoing.edit(world.group, message_id, "<i>стало</i>", keyboard=None)
    message = await only_message(world)
    assert message["text"] == "стало"
    assert "reply_markup" not in message


async def test_a_message_that_shows_it_already_is_fine(world: World, outgoing: Outgoing) -> None:
    message_id = await outgoing.send(world.group, "то же", keyboard=KEYBOARD)
    await outgoing.edit(world.group, message_id, "то же", keyboard=KEYBOARD)
    assert (await only_message(world))["edits"] == 0


async def test_a_deleted_message_is_lost(world: World, outgoing: Outgoing) -> None:
    message_id = await outgoing.send(world.group, "было")
    await world.control("chat", action="delete_message", message_id=message_id)
    with pytest.raises(MessageLost):
        await outgoing.edit(world.group, message_id, "стало", keyboard=None)


async def test_markup_that_telegram_refuses_is_dropped_once(world: World, outgoing: Outgoing) -> None:
    with capture_logs() as logs:
        await outgoing.send(world.group, "<b>Анна</i> &lt;3 <u>да", keyboard=KEYBOARD)
    message = await only_message(world)
    assert message["text"] == "Анна <3 да"
    assert message["reply_markup"]["inline_keyboard"]
    assert "markup_refused" in [entry["event"] for entry in logs]


async def test_a_text_that_is_too_long_is_cut(world: World, outgoing: Outgoing) -> None:
    await outgoing.send(world.group, "<b>" + "ж" * 5000 + "</b>")
    message = await only_message(world)
    assert len(message["text"]) == 4096
    assert message["text"].endswith("…")


async def test_a_wrong_request_is_refused_with_the_servers_words(world: World, outgoing: Outgoing) -> None:
    wrong = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", callback_data="y" * 65)]])
    with pytest.raises(Refused, match="BUTTON_DATA_INVALID"):
        await outgoing.send(world.group, "card", keyboard=wrong)


async def test_a_chat_that_threw_the_bot_out_is_lost(world: World, outgoing: Outgoing) -> None:
    await world.control("chat", action="kick")
    with pytest.raises(ChatLost):
        await outgoing.send(world.group, "card")


@pytest.mark.parametrize("chat_id", [ELSEWHERE, STRANGER.id])
async def test_a_chat_that_the_bot_never_saw_is_lost(world: World, outgoing: Outgoing, chat_id: int) -> None:
    with pytest.raises(ChatLost):
        await outgoing.send(chat_id, "card")


async def test_a_group_that_became_a_supergroup_is_followed(world: World, outgoing: Outgoing) -> None:
    await world.control("chat", action="migrate", new_chat_id=ELSEWHERE)
    with pytest.raises(ChatMoved) as moved:
        await outgoing.send(world.group, "card")
    assert moved.value.new_chat_id == ELSEWHERE


async def test_a_revoked_token_is_told_apart(world: World, limits: Limits) -> None:
    bot = connect("700100200:AAanother-token", world.address)
    try:
        with pytest.raises(TokenRevoked):
            await Outgoing(bot, limits, 600).send(world.group, "card")
    finally:
        await bot.session.close()


@pytest.mark.parametrize("kind", ["drop_before", "garbage", "status"])
async def test_trouble_on_the_line_is_worth_another_try(world: World, outgoing: Outgoing, kind: str) -> None:
    await world.control("faults", operation="sendMessage", kind=kind, code=502)
    with pytest.raises(Postponed) as postponed:
        await outgoing.send(world.group, "card")
    assert postponed.value.delay > timedelta()
    assert await outgoing.send(world.group, "card")


async def test_no_error_and_no_log_names_the_token(world: World, limits: Limits) -> None:
    bot = connect(TOKEN, "http://127.0.0.1:1")  # nobody listens there
    try:
        with capture_logs() as logs, pytest.raises(Postponed) as postponed:
            await Outgoing(bot, limits, 600).send(world.group, "card")
    finally:
        await bot.session.close()
    assert TOKEN not in repr(postponed.value) + str(postponed.value) + repr(logs)
    assert postponed.value.__cause__ is None
    assert postponed.value.__suppress_context__


async def test_telegrams_wish_to_wait_holds_for_every_write_to_the_chat(
    world: World, outgoing: Outgoing
) -> None:
    message_id = await outgoing.send(world.group, "card")
    await world.control("faults", operation="sendMessage", kind="status", code=429, retry_after=30)
    with pytest.raises(Postponed) as postponed:
        await outgoing.send(world.group, "card")
    assert postponed.value.delay == timedelta(seconds=30)
    with pytest.raises(Postponed) as postponed:
        await outgoing.edit(world.group, message_id, "стало", keyboard=None)
    assert timedelta(seconds=20) < postponed.value.delay <= timedelta(seconds=30)
    assert await world.calls("editMessageText") == []
    assert await outgoing.send(IVAN.id, "другой чат")


async def test_sends_and_edits_share_the_chats_allowance(world: World, limits: Limits) -> None:
    outgoing = Outgoing(world.bot, limits, 2)
    message_id = await outgoing.send(world.group, "1")
    await outgoing.edit(world.group, message_id, "2", keyboard=None)
    with pytest.raises(Postponed) as postponed:
        await outgoing.edit(world.group, message_id, "3", keyboard=None)
    assert timedelta() < postponed.value.delay <= timedelta(minutes=1)
    assert len(await world.calls("editMessageText")) == 1
    another = Outgoing(world.bot, limits, 2)  # another process
    with pytest.raises(Postponed):
        await another.send(world.group, "4")


async def test_an_answer_to_a_command_waits_for_its_turn_as_long_as_it_may(
    world: World, outgoing: Outgoing
) -> None:
    await world.control("faults", operation="sendMessage", kind="status", code=429, retry_after=1)
    with pytest.raises(Postponed):
        await outgoing.send(world.group, "card")
    with pytest.raises(Postponed):
        await outgoing.send(world.group, "card", patience=timedelta(milliseconds=1))
    await outgoing.send(world.group, "ответ", patience=timedelta(seconds=5))
    assert (await only_message(world))["text"] == "ответ"


async def test_answers_are_never_paced_and_never_fail(world: World, limits: Limits) -> None:
    outgoing = Outgoing(world.bot, limits, 1)
    await outgoing.send(world.group, "the only write of this minute")
    for _ in range(5):
        await outgoing.answer("12345", "ж" * 500, alert=True)  # too old, as far as Telegram knows
    calls = await world.calls("answerCallbackQuery")
    assert [call["error"] for call in calls] == [
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    ] * 5
    assert {len(call["params"]["text"]) for call in calls} == {200}


@pytest.mark.parametrize("kind", ["drop_before", "garbage", "status"])
async def test_small_courtesies_are_not_worth_an_error(world: World, outgoing: Outgoing, kind: str) -> None:
    message_id = await outgoing.send(world.group, "card")
    await world.control("faults", operation="*", kind=kind, code=500, times=4)
    await outgoing.answer("1", "да", alert=False)
    await outgoing.delete(world.group, message_id)
    await outgoing.react(world.group, message_id, "👍")
    await outgoing.leave(world.group)


async def test_deleting_reacting_and_leaving_happen(world: World, outgoing: Outgoing) -> None:
    first = await outgoing.send(world.group, "1")
    second = await outgoing.send(world.group, "2")
    await outgoing.delete(world.group, first)
    await outgoing.delete(world.group, first)  # gone already: fine
    await outgoing.react(world.group, second, "👍")
    message = await only_message(world)
    assert message["reactions"][0]["emoji"] == "👍"
    await outgoing.leave(world.group)
    with pytest.raises(ChatLost):
        await outgoing.send(world.group, "3")
