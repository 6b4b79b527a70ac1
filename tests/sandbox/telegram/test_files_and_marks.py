"""Uploads, reactions and pins."""

from __future__ import annotations

from aiogram import Bot
from aiogram.types import BufferedInputFile, ReactionTypeEmoji

from tests.sandbox.telegram.driver import GROUP, IVAN, OLGA, Driver

CSV = "id;текст\n1;да\n".encode()


async def test_a_document_arrives_whole(driver: Driver, bot: Bot) -> None:
    message = await bot.send_document(
        OLGA.id, BufferedInputFile(CSV, "отчёт.csv"), caption="<b>Отчёт</b>", parse_mode="HTML"
    )
    assert message.document is not None
    assert (message.document.file_name, message.document.file_size) == ("отчёт.csv", len(CSV))
    assert message.document.mime_type == "text/csv"
    assert message.html_text == "<b>Отчёт</b>"
    async with driver.http.get(f"{driver.address}/_control/files/{message.document.file_id}") as answer:
        assert await answer.read() == CSV
    again = await bot.send_document(OLGA.id, message.document.file_id)
    assert again.document is not None
    assert again.document.file_name == "отчёт.csv"
    (first, second) = [call for call in await driver.look("calls") if call["method"] == "sendDocument"]
    assert first["params"]["document"] == {
        "filename": "отчёт.csv",
        "content_type": "text/csv",
        "size": len(CSV),
    }
    assert second["params"]["document"] == message.document.file_id


async def test_photos_come_as_upload_or_address(driver: Driver, bot: Bot) -> None:
    upload = await bot.send_photo(GROUP, BufferedInputFile(b"\x89PNG...", "shot.png"), caption="скриншот")
    assert upload.photo
    assert (upload.caption, upload.photo[-1].file_size) == ("скриншот", 7)
    assert (await bot.send_photo(GROUP, "https://a.example/shot.png")).photo
    assert await driver.refusal("sendPhoto", chat_id=GROUP) == (
        "400 Bad Request: there is no photo in the request"
    )
    assert await driver.refusal("sendPhoto", chat_id=GROUP, photo="unknown") == (
        "400 Bad Request: wrong file identifier/HTTP URL specified"
    )
    assert (
        await driver.refusal("sendPhoto", chat_id=GROUP, photo="https://a.example/1", caption="ж" * 1025)
        == "400 Bad Request: message caption is too long"
    )


async def test_the_bot_reacts_with_the_allowed_emoji_only(driver: Driver, bot: Bot) -> None:
    theirs = (await driver.control("send", user_id=IVAN.id, text="/queue"))["message_id"]
    await bot.set_message_reaction(GROUP, theirs, [ReactionTypeEmoji(emoji="👍")])
    assert (await driver.message(theirs))["reactions"] == [{"type": "emoji", "emoji": "👍"}]
    await bot.set_message_reaction(GROUP, theirs, [ReactionTypeEmoji(emoji="❤️")])
    await bot.set_message_reaction(GROUP, theirs, [])
    assert (await driver.message(theirs))["reactions"] == []

    async def refusal(message_id: int, *emoji: str) -> str:
        reaction = [{"type": "emoji", "emoji": one} for one in emoji]
        return await driver.refusal(
            "setMessageReaction", chat_id=GROUP, message_id=message_id, reaction=reaction
        )

    assert await refusal(theirs, "✅") == "400 Bad Request: REACTION_INVALID"
    assert await refusal(theirs, "👍", "👎") == "400 Bad Request: REACTIONS_TOO_MANY"
    assert await refusal(1, "👍") == "400 Bad Request: message to react not found"


async def test_pins_leave_a_service_message(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "карточка")
    assert await bot.pin_chat_message(GROUP, card.message_id)
    pinned = (await bot.get_chat(GROUP)).pinned_message
    assert pinned is not None
    assert pinned.message_id == card.message_id
    service = (await driver.look("messages"))[-1]
    assert service["pinned_message"]["message_id"] == card.message_id
    assert await driver.updates() == []
    assert await bot.unpin_chat_message(GROUP)
    assert (await bot.get_chat(GROUP)).pinned_message is None
    other = await bot.send_message(GROUP, "другая")
    await bot.pin_chat_message(GROUP, other.message_id)
    await bot.delete_message(GROUP, other.message_id)
    assert await driver.refusal("unpinChatMessage", chat_id=GROUP) == (
        "400 Bad Request: message to unpin not found"
    )
    assert await driver.refusal("pinChatMessage", chat_id=GROUP, message_id=1) == (
        "400 Bad Request: message to pin not found"
    )
    await driver.control("switches", rights=False)
    assert await driver.refusal("pinChatMessage", chat_id=GROUP, message_id=card.message_id) == (
        "400 Bad Request: not enough rights to manage pinned messages in the chat"
    )
