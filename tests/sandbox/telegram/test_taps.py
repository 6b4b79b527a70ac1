"""Buttons: pressed, answered in time, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command
from aiogram.types import (
    CallbackQuery,
    InaccessibleMessage,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from sandbox.telegram import acts
from tests.sandbox.telegram.driver import GROUP, IVAN, OLGA, STRANGER, Driver, plain

TOO_OLD = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"


def keyboard(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data=data)]])


async def next_query(bot: Bot) -> CallbackQuery:
    while True:
        for update in await bot.get_updates(timeout=50):
            await bot.get_updates(offset=update.update_id + 1)
            if update.callback_query is not None:
                return update.callback_query


async def test_a_press_returns_what_the_bot_answered(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "v1", reply_markup=keyboard("d:ap:1:1"))
    await bot.edit_message_text(
        "v2", chat_id=GROUP, message_id=card.message_id, reply_markup=keyboard("d:ap:1:2")
    )
    press = asyncio.create_task(
        driver.control("press", user_id=IVAN.id, message_id=card.message_id, data="d:ap:1:2")
    )
    query = await next_query(bot)
    assert (query.from_user.id, query.from_user.language_code, query.data) == (IVAN.id, "en", "d:ap:1:2")
    assert isinstance(query.message, Message)
    assert (query.message.text, plain(query.message.reply_markup)) == ("v2", plain(keyboard("d:ap:1:2")))
    await query.answer("Готово").as_(bot)
    answer = await press
    assert (answer["text"], answer["alert"], answer["callback_id"]) == ("Готово", False, query.id)
    assert isinstance(answer["ms"], int)


async def test_an_empty_answer_and_an_alert(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(OLGA.id, "v1", reply_markup=keyboard("x"))
    for text, alert in ((None, None), ("Нельзя", True)):
        press = asyncio.create_task(
            driver.control("press", user_id=OLGA.id, message_id=card.message_id, data="x", chat_id=OLGA.id)
        )
        query = await next_query(bot)
        await bot.answer_callback_query(query.id, text=text, show_alert=alert)
        answer = await press
        assert (answer["text"], answer["alert"]) == (text or "", bool(alert))


async def test_forged_data_and_outsiders_reach_the_bot(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "v1")
    press = asyncio.create_task(
        driver.control("press", user_id=STRANGER.id, message_id=card.message_id, data="d:ap:9:9")
    )
    query = await next_query(bot)
    assert (query.from_user.id, query.data) == (STRANGER.id, "d:ap:9:9")
    await bot.answer_callback_query(query.id)
    await press


async def test_the_message_of_a_tap_may_be_gone(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "v1", reply_markup=keyboard("x"))
    await bot.delete_message(GROUP, card.message_id)
    press = asyncio.create_task(
        driver.control("press", user_id=IVAN.id, message_id=card.message_id, data="x")
    )
    query = await next_query(bot)
    assert isinstance(query.message, InaccessibleMessage)
    assert query.message.message_id == card.message_id
    await bot.answer_callback_query(query.id)
    await press


async def answered(driver: Driver, query_id: str, **params: Any) -> str:
    return await driver.refusal("answerCallbackQuery", callback_query_id=query_id, **params)


async def test_answers_that_come_twice_late_or_too_long(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "v1", reply_markup=keyboard("x"))
    tap = {"user_id": IVAN.id, "message_id": card.message_id, "data": "x"}
    press = asyncio.create_task(driver.control("press", **tap))
    query = await next_query(bot)
    assert await answered(driver, query.id, text="ж" * 201) == "400 Bad Request: MESSAGE_TOO_LONG"
    await bot.answer_callback_query(query.id, text="ж" * 200)
    await press
    assert await answered(driver, query.id) == TOO_OLD
    assert await answered(driver, "12345") == TOO_OLD

    await driver.control("switches", callback_seconds=1e-9)
    press = asyncio.create_task(driver.try_control("press", **tap))
    query = await next_query(bot)
    assert await answered(driver, query.id) == TOO_OLD
    press.cancel()


async def test_taps_expire_on_demand(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "v1", reply_markup=keyboard("x"))
    for by_id in (True, False):
        press = asyncio.create_task(
            driver.try_control("press", user_id=IVAN.id, message_id=card.message_id, data="x")
        )
        query = await next_query(bot)
        await driver.control("expire", **({"callback_id": query.id} if by_id else {"all": True}))
        assert await answered(driver, query.id) == TOO_OLD
        press.cancel()
    assert (await driver.try_control("expire", callback_id="12345"))[0] == 400
    assert (await driver.try_control("expire"))[0] == 400


async def test_a_press_without_an_answer_is_504_and_may_be_answered_later(
    driver: Driver, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "PRESS_PATIENCE", 0.01)
    card = await bot.send_message(GROUP, "v1", reply_markup=keyboard("x"))
    status, body = await driver.try_control("press", user_id=IVAN.id, message_id=card.message_id, data="x")
    assert (status, list(body)) == (504, ["error"])
    query = await next_query(bot)
    assert await bot.answer_callback_query(query.id)


async def test_presses_that_make_no_sense(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "v1", reply_markup=keyboard("x"))
    theirs = await driver.control("send", user_id=IVAN.id, text="/queue")
    good = {"user_id": IVAN.id, "message_id": card.message_id, "data": "x"}
    for wrong in (
        {"user_id": 1},
        {"message_id": 1},
        {"message_id": theirs["message_id"]},
        {"chat_id": 1},
        {"data": None},
        {"surprise": 1},
    ):
        status, body = await driver.try_control("press", **{**good, **wrong})
        assert (status, list(body)) == (400, ["error"])
    await driver.control("chat", action="kick")
    assert (await driver.try_control("press", **good))[0] == 400


async def test_a_real_dispatcher_plays_along(driver: Driver, bot: Bot) -> None:
    """A command makes a card, a tap is answered, a prompt comes, the reply to it is taken."""
    dispatcher = Dispatcher()

    @dispatcher.message(Command("next"))
    async def show(message: Message) -> None:
        await message.answer("карточка", reply_markup=keyboard("d:ed:1:1"))

    @dispatcher.callback_query(F.data == "d:ed:1:1")
    async def start_edit(query: CallbackQuery) -> None:
        await query.answer("Редактируете")
        assert isinstance(query.message, Message)
        await query.message.reply("Новый текст?")

    @dispatcher.message(F.reply_to_message.from_user.id == bot.id)
    async def save(message: Message) -> None:
        await message.react([])
        await message.answer(f"сохранено: {message.text}")

    polling = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False, polling_timeout=50)
    )
    try:
        async with asyncio.timeout(10):
            await driver.control("send", user_id=IVAN.id, text="/next@shop_bot")
            card = await written(driver, "карточка")
            answer = await driver.control("press", user_id=IVAN.id, message_id=card, data="d:ed:1:1")
            assert answer["text"] == "Редактируете"
            prompt = await written(driver, "Новый текст?")
            await driver.control("send", user_id=IVAN.id, text="Здравствуйте!", reply_to=prompt)
            await written(driver, "сохранено: Здравствуйте!")
    finally:
        await dispatcher.stop_polling()
        await polling


async def written(driver: Driver, text: str) -> int:
    """The id of the message with this text, once it is there."""
    found: list[int] = []

    async def there() -> bool:
        found.extend(one["message_id"] for one in await driver.look("messages") if one.get("text") == text)
        return bool(found)

    await driver.until(there)
    return found[0]
