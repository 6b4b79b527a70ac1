"""Edits and deletions."""

from __future__ import annotations

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, Message

from sandbox.telegram import Telegram
from tests.sandbox.telegram.driver import GROUP, IVAN, Driver, plain

KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data="y")]])
NOT_MODIFIED = (
    "400 Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
GONE = "400 Bad Request: message to edit not found"


async def test_an_edit_replaces_text_and_keyboard_and_is_counted(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "<b>v1</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    edited = await bot.edit_message_text(
        "<b>v2</b>", chat_id=GROUP, message_id=card.message_id, parse_mode="HTML", reply_markup=KEYBOARD
    )
    assert isinstance(edited, Message)
    assert (edited.text, edited.message_id, edited.date) == ("v2", card.message_id, card.date)
    assert edited.edit_date is not None
    assert plain(edited.reply_markup) == plain(KEYBOARD)
    without = await bot.edit_message_text("v3", chat_id=GROUP, message_id=card.message_id)
    assert isinstance(without, Message)
    assert without.reply_markup is None
    with_keyboard = await bot.edit_message_reply_markup(
        chat_id=GROUP, message_id=card.message_id, reply_markup=KEYBOARD
    )
    assert isinstance(with_keyboard, Message)
    assert (with_keyboard.text, plain(with_keyboard.reply_markup)) == ("v3", plain(KEYBOARD))
    shown = await driver.message(card.message_id)
    assert (shown["text"], shown["edits"]) == ("v3", 3)
    assert await driver.updates() == []


async def test_an_edit_that_changes_nothing_is_refused(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "<b>v1</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    same = {
        "chat_id": GROUP,
        "message_id": card.message_id,
        "text": " <strong>v1</strong>\n",
        "parse_mode": "HTML",
        "reply_markup": KEYBOARD.model_dump(exclude_none=True),
    }
    assert await driver.refusal("editMessageText", **same) == NOT_MODIFIED
    assert await driver.refusal("editMessageReplyMarkup", **same) == NOT_MODIFIED
    await driver.result("editMessageText", **{**same, "parse_mode": "", "text": "v1"})
    assert (await driver.message(card.message_id))["edits"] == 1


async def test_what_cannot_be_edited(driver: Driver, bot: Bot) -> None:
    theirs = await driver.control("send", user_id=IVAN.id, text="/queue")
    edit = {"chat_id": GROUP, "text": "x"}
    assert await driver.refusal("editMessageText", message_id=theirs["message_id"], **edit) == (
        "400 Bad Request: message can't be edited"
    )
    assert await driver.refusal("editMessageText", message_id=1, **edit) == GONE
    card = await bot.send_message(GROUP, "x")
    await driver.control("chat", action="delete_message", message_id=card.message_id)
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.edit_message_text("y", chat_id=GROUP, message_id=card.message_id)
    assert f"400 {refused.value.message}" == GONE
    forced = {"chat_id": GROUP, "message_id": (await bot.send_message(GROUP, "x")).message_id, "text": "y"}
    assert await driver.refusal("editMessageText", **forced, reply_markup={"force_reply": True}) == (
        "400 Bad Request: inline keyboard expected"
    )


async def test_captions_and_texts_are_edited_by_their_own_methods(driver: Driver, bot: Bot) -> None:
    photo = await bot.send_photo(GROUP, BufferedInputFile(b"\x89PNG", "shot.png"), caption="v1")
    text = await bot.send_message(GROUP, "v1")
    edited = await bot.edit_message_caption(chat_id=GROUP, message_id=photo.message_id, caption="v2")
    assert isinstance(edited, Message)
    assert (edited.caption, edited.photo) == ("v2", photo.photo)
    wrong = {"chat_id": GROUP, "message_id": photo.message_id, "text": "v3"}
    assert await driver.refusal("editMessageText", **wrong) == (
        "400 Bad Request: there is no text in the message to edit"
    )
    wrong = {"chat_id": GROUP, "message_id": text.message_id, "caption": "v3"}
    assert await driver.refusal("editMessageCaption", **wrong) == (
        "400 Bad Request: there is no caption in the message to edit"
    )


async def test_deleted_messages_are_gone_from_everywhere(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "x")
    answer = await bot.send_message(GROUP, "y", reply_to_message_id=card.message_id)
    assert await bot.delete_message(GROUP, card.message_id)
    assert [one["message_id"] for one in await driver.look("messages")] == [answer.message_id]
    assert "reply_to_message" not in await driver.message(answer.message_id)
    assert await driver.refusal("deleteMessage", chat_id=GROUP, message_id=card.message_id) == (
        "400 Bad Request: message to delete not found"
    )
    assert await bot.delete_messages(GROUP, [card.message_id, answer.message_id])
    assert await driver.look("messages") == []
    assert await driver.refusal("deleteMessages", chat_id=GROUP, message_ids=[]) == (
        "400 Bad Request: message identifiers are not specified"
    )
    assert await driver.refusal("deleteMessages", chat_id=GROUP, message_ids=list(range(1, 102))) == (
        "400 Bad Request: too many message identifiers specified"
    )


async def test_only_own_and_recent_messages_are_deleted_without_rights(
    stand_in: Telegram, driver: Driver, bot: Bot
) -> None:
    theirs = (await driver.control("send", user_id=IVAN.id, text="/queue"))["message_id"]
    mine = (await bot.send_message(GROUP, "x")).message_id
    await driver.control("switches", rights=False)
    cannot = "400 Bad Request: message can't be deleted"
    assert await driver.refusal("deleteMessage", chat_id=GROUP, message_id=theirs) == cannot
    assert await driver.refusal("deleteMessages", chat_id=GROUP, message_ids=[mine, theirs]) == cannot
    await driver.control("switches", admin=True)
    assert await bot.delete_message(GROUP, theirs)
    stand_in._network.group.messages[mine].date -= 48 * 3600
    assert await driver.refusal("deleteMessage", chat_id=GROUP, message_id=mine) == cannot
