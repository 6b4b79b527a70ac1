"""Uploads, reactions and pins."""

from __future__ import annotations

import base64

import pytest
from aiogram import Bot
from aiogram.types import BufferedInputFile, ReactionTypeEmoji
from aiohttp import ClientResponseError

from tests.sandbox.telegram.driver import GROUP, IVAN, OLGA, TOKEN, Driver

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


def attached(data: bytes, **values: object) -> dict[str, object]:
    return {"data": base64.b64encode(data).decode(), **values}


async def test_a_persons_document_can_be_fetched(driver: Driver, bot: Bot) -> None:
    file = attached(CSV, name="прайс.csv")
    await driver.control("send", user_id=OLGA.id, chat_id=OLGA.id, text="вот", file=file)
    [update] = await driver.updates()
    document = update["message"]["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == (
        "прайс.csv",
        "text/csv",
        len(CSV),
    )
    assert update["message"]["caption"] == "вот"
    found = await bot.get_file(document["file_id"])
    assert (found.file_id, found.file_size) == (document["file_id"], len(CSV))
    assert found.file_path is not None
    fetched = await bot.download_file(found.file_path)
    assert fetched is not None
    assert fetched.read() == CSV
    await driver.control(
        "faults", operation="downloadFile", kind="status", code=502, times=1, message="Bad Gateway"
    )
    with pytest.raises(ClientResponseError):
        await bot.download_file(found.file_path)
    async with driver.http.get(f"{driver.address}/file/bot1:x/{found.file_path}") as answer:
        assert answer.status == 404
    async with driver.http.get(f"{driver.address}/file/bot{TOKEN}/documents/other.csv") as answer:
        assert answer.status == 404


async def test_what_a_bot_may_not_fetch_is_refused(driver: Driver) -> None:
    await driver.control(
        "send", user_id=OLGA.id, chat_id=OLGA.id, file=attached(b"0" * 1024, times=20_481, name="big.pdf")
    )
    [update] = await driver.updates()
    file_id = update["message"]["document"]["file_id"]
    assert await driver.refusal("getFile", file_id=file_id) == "400 Bad Request: file is too big"
    await driver.control("switches", lax_files=True)
    assert "file_size" not in await driver.result("getFile", file_id=file_id)
    assert await driver.refusal("getFile", file_id="unknown") == (
        "400 Bad Request: wrong file_id or the file is temporarily unavailable"
    )


async def test_a_person_sends_a_photo_and_tells_any_size(driver: Driver) -> None:
    await driver.control(
        "send", user_id=OLGA.id, chat_id=OLGA.id, file=attached(b"\x89PNG", photo=True, size=30_000_000)
    )
    [update] = await driver.updates()
    assert [size["file_size"] for size in update["message"]["photo"]] == [30_000_000]
    assert "caption" not in update["message"]


async def test_a_command_in_a_caption_reaches_the_bot_in_privacy_mode(driver: Driver) -> None:
    for caption in ("", "вот", "/knowledge", "/knowledge@other_bot", "/knowledge@shop_bot"):
        await driver.control("send", user_id=OLGA.id, text=caption, file=attached(CSV, name="c.csv"))
    assert [update["message"]["caption"] for update in await driver.updates()] == [
        "/knowledge",
        "/knowledge@shop_bot",
    ]
