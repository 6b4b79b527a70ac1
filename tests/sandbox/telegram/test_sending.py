"""`sendMessage` and its refusals, through aiogram and raw."""

from __future__ import annotations

import json
import time

import pytest
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from aiogram.utils.formatting import BlockQuote, Bold, Text, TextMention
from aiohttp import FormData

from sandbox.server import serve
from sandbox.telegram import Telegram, server
from tests.sandbox.telegram.driver import CONFIG, GROUP, IVAN, OLGA, TOKEN, Driver, plain

NOT_FOUND = "400 Bad Request: message to be replied not found"


async def test_a_card_is_stored_with_entities_and_keyboard(driver: Driver, bot: Bot) -> None:
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text="✅", callback_data="d:ap:1842:3", style="success")]]
    )
    before = int(time.time())
    message = await bot.send_message(
        GROUP,
        "<b>#1842</b> 👍 <blockquote expandable>Где заказ &lt;3?</blockquote>",
        parse_mode=ParseMode.HTML,
        reply_markup=keyboard,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert message.text == "#1842 👍 Где заказ <3?"
    assert message.html_text == "<b>#1842</b> 👍 <blockquote expandable>Где заказ &lt;3?</blockquote>"
    assert plain(message.reply_markup) == plain(keyboard)
    assert message.from_user is not None
    assert (message.from_user.id, message.from_user.is_bot) == (CONFIG.bot_id, True)
    assert (message.chat.id, message.chat.type, message.chat.is_forum) == (GROUP, "supergroup", True)
    shown = await driver.message(message.message_id)
    assert shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "d:ap:1842:3"
    assert (shown["edits"], shown["reactions"], shown["chat"]["id"]) == (0, [], GROUP)
    assert isinstance(shown["date"], int)
    assert before <= shown["date"] <= time.time()


async def test_formatting_nodes_arrive_as_entities(bot: Bot) -> None:
    hostile = "<b>&amp; 👍 \u202e"
    olga = await bot.get_chat_member(GROUP, OLGA.id)
    card = Text(TextMention("Ольга", user=olga.user), " ", Bold("👍"), "\n", BlockQuote(hostile), "!")
    message = await bot.send_message(GROUP, **card.as_kwargs())
    assert message.text == "Ольга 👍\n<b>&amp; 👍 !"
    assert message.entities is not None
    assert [(one.type, one.extract_from(message.text)) for one in message.entities] == [
        ("text_mention", "Ольга"),
        ("bold", "👍"),
        ("blockquote", "<b>&amp; 👍 "),
    ]
    assert message.entities[0].user is not None
    assert message.entities[0].user.username == OLGA.username


async def test_markup_errors_reach_the_bot_in_the_words_of_the_server(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.send_message(GROUP, "Цена < 5", parse_mode=ParseMode.HTML)
    assert refused.value.message == (
        'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 9'
    )


async def test_every_kind_of_body_is_read(driver: Driver) -> None:
    url = f"{driver.address}/bot{TOKEN}/sendMessage"
    markup = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
    fields = {"chat_id": str(GROUP), "text": "<i>ж</i>", "parse_mode": "HTML"}
    form = FormData(default_to_multipart=True)
    for name, value in {**fields, "reply_markup": json.dumps(markup)}.items():
        form.add_field(name, value)
    bodies = [
        driver.http.post(url, json={**fields, "reply_markup": markup}),
        driver.http.post(url, data={**fields, "reply_markup": json.dumps(markup)}),
        driver.http.post(url, data=form),
        driver.http.get(url, params={**fields, "reply_markup": json.dumps(markup)}),
        driver.http.post(url.replace("sendMessage", "SENDMESSAGE"), json={**fields, "reply_markup": markup}),
    ]
    for body in bodies:
        async with body as answer:
            message = (await answer.json())["result"]
        assert message["entities"] == [{"type": "italic", "offset": 0, "length": 1}]
        assert message["reply_markup"] == markup


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{oops"),
        ("application/json", b"\xff"),
        ("application/json", b"[1]"),
        ("application/json", b'{"chat_id": -1001234567890, "text": "\\ud83d"}'),
        ("application/x-www-form-urlencoded", b"chat_id=-1001234567890&text=x&reply_markup={oops"),
        ("application/x-www-form-urlencoded", b'chat_id=-1001234567890&text=x&entities=[{"type":[]}]'),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\noops"),
    ],
)
async def test_bodies_that_make_no_sense_are_refused_as_json(
    driver: Driver, content_type: str, body: bytes
) -> None:
    url = f"{driver.address}/bot{TOKEN}/sendMessage"
    async with driver.http.post(url, data=body, headers={"Content-Type": content_type}) as answer:
        assert answer.status == 400
        assert (await answer.json())["description"].startswith("Bad Request: ")
    assert await driver.look("messages") == []


async def test_a_body_beyond_the_limit_is_413(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BODY_LIMIT", 1000)
    async with serve(Telegram(CONFIG).application()) as address:
        small = Driver(address, driver.http)
        refused = await small.refusal("sendMessage", chat_id=GROUP, text="x" * 1000)
        assert refused == "413 Request Entity Too Large"


async def test_a_reply_carries_the_answered_message_in_full(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "карточка")
    prompt = await bot.send_message(
        GROUP, "Ваш текст?", reply_parameters=ReplyParameters(message_id=card.message_id, quote="карт")
    )
    assert prompt.reply_to_message is not None
    assert prompt.reply_to_message.message_id == card.message_id
    sent = await driver.control("send", user_id=IVAN.id, text="Новый ответ", reply_to=prompt.message_id)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.message_id == sent["message_id"]
    replied = update.message.reply_to_message
    assert replied is not None
    assert replied.from_user is not None
    assert (replied.message_id, replied.text) == (prompt.message_id, "Ваш текст?")
    assert (replied.from_user.id, replied.reply_to_message) == (CONFIG.bot_id, None)


async def test_answers_outside_of_topics_are_numbered_by_their_first_message(driver: Driver) -> None:
    card = await driver.result("sendMessage", chat_id=GROUP, text="карточка")
    assert "message_thread_id" not in card
    sent = await driver.control("send", user_id=IVAN.id, text="раз", reply_to=card["message_id"])
    sent = await driver.control("send", user_id=OLGA.id, text="два", reply_to=sent["message_id"])
    shown = await driver.message(sent["message_id"])
    assert shown["message_thread_id"] == card["message_id"]
    assert "is_topic_message" not in shown


async def test_a_missing_message_to_answer_is_refused_unless_it_may_lack(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "карточка")
    await bot.delete_message(GROUP, card.message_id)
    gone = {"message_id": card.message_id}
    assert await driver.refusal("sendMessage", chat_id=GROUP, text="x", reply_parameters=gone) == NOT_FOUND
    old = await driver.refusal("sendMessage", chat_id=GROUP, text="x", reply_to_message_id=card.message_id)
    assert old == NOT_FOUND
    message = await bot.send_message(
        GROUP,
        "x",
        reply_parameters=ReplyParameters(message_id=card.message_id, allow_sending_without_reply=True),
    )
    assert message.reply_to_message is None
    kept = await bot.send_message(GROUP, "карточка")
    quote = {"message_id": kept.message_id, "quote": "другое"}
    assert await driver.refusal("sendMessage", chat_id=GROUP, text="x", reply_parameters=quote) == (
        "400 Bad Request: QUOTE_TEXT_INVALID"
    )


async def test_force_reply_is_kept_for_the_driver(driver: Driver, bot: Bot) -> None:
    markup = ForceReply(selective=True, input_field_placeholder="Новый ответ для #1842")
    message = await bot.send_message(GROUP, "Ваш текст?", reply_markup=markup)
    assert message.reply_markup is None
    shown = await driver.message(message.message_id)
    assert shown["force_reply"] == {
        "force_reply": True,
        "selective": True,
        "input_field_placeholder": "Новый ответ для #1842",
    }


async def test_refusals_of_send_message(driver: Driver) -> None:
    async def refusal(**params: object) -> str:
        return await driver.refusal("sendMessage", **params)

    assert await refusal(text="x") == "400 Bad Request: chat_id is empty"
    assert await refusal(chat_id=GROUP) == "400 Bad Request: message text is empty"
    assert await refusal(chat_id=GROUP, text=" ") == "400 Bad Request: message text is empty"
    assert await refusal(chat_id=GROUP, text="ж" * 4097) == "400 Bad Request: message is too long"
    assert await refusal(chat_id=1, text="x") == "400 Bad Request: chat not found"
    assert await refusal(chat_id="@nobody", text="x") == "400 Bad Request: chat not found"
    assert await refusal(chat_id=GROUP, text="x", message_thread_id=5) == (
        "400 Bad Request: message thread not found"
    )
    # The General topic has no number of its own for messages.
    assert await refusal(chat_id=GROUP, text="x", message_thread_id=1) == (
        "400 Bad Request: message thread not found"
    )
    assert await refusal(chat_id=GROUP, text="x", message_thread_id="five") == (
        '400 Bad Request: wrong parameter "message_thread_id" in the request'
    )
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "ж" * 33}]]}
    assert await refusal(chat_id=GROUP, text="x", reply_markup=keyboard) == (
        "400 Bad Request: BUTTON_DATA_INVALID"
    )
    assert await driver.look("messages") == []


async def test_wrong_addresses(driver: Driver) -> None:
    status, body = await driver.call("getMe", token="1:wrong")
    assert (status, body) == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    assert await driver.refusal("sendTelepathy") == "404 Not Found: method not found"
    async with driver.http.get(f"{driver.address}/file/bot{TOKEN}/documents/1.csv") as answer:
        assert answer.status == 404
        assert (await answer.json())["error_code"] == 404


async def test_chat_actions_are_checked(driver: Driver, bot: Bot) -> None:
    assert await bot.send_chat_action(GROUP, "typing")
    assert await bot.send_chat_action(GROUP, "typing", message_thread_id=1)
    assert await driver.refusal("sendChatAction", chat_id=GROUP, action="dancing") == (
        "400 Bad Request: wrong parameter action in request"
    )
