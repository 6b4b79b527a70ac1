"""Privacy mode: what of the group reaches the bot."""

from __future__ import annotations

from aiogram import Bot

from tests.sandbox.telegram.driver import CONFIG, GROUP, IVAN, OLGA, STRANGER, Driver


async def delivered(driver: Driver, text: str, **where: object) -> bool:
    sent = await driver.control("send", user_id=IVAN.id, text=text, **where)
    update_id = sent["update_id"]
    assert update_id is None or update_id in [one["update_id"] for one in await driver.updates()]
    return update_id is not None


async def test_only_what_is_for_the_bot_is_delivered(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "карточка")
    chatter = await driver.control("send", user_id=OLGA.id, text="обед?")
    assert chatter["update_id"] is None
    assert await delivered(driver, "/queue mine")
    assert await delivered(driver, "/queue@Shop_Bot mine")
    assert not await delivered(driver, "/queue@other_bot mine")
    assert not await delivered(driver, "пишу /queue")
    assert not await delivered(driver, f"@{CONFIG.bot_username} привет")
    assert await delivered(driver, "мой ответ", reply_to=card.message_id)
    assert not await delivered(driver, "в 13", reply_to=chatter["message_id"])
    assert await delivered(driver, "привет", chat_id=IVAN.id)


async def test_commands_carry_their_entity(driver: Driver) -> None:
    await driver.control("send", user_id=IVAN.id, text="/edit@shop_bot 1842 👍 новый")
    (update,) = await driver.updates()
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 14}]


async def test_an_administrator_sees_everything(driver: Driver) -> None:
    assert not await delivered(driver, "обед?")
    await driver.control("switches", admin=True)
    assert await delivered(driver, "обед?")
    await driver.control("switches", admin=False)
    assert not await delivered(driver, "обед?")


async def test_a_message_of_a_topic_is_no_reply_though_it_carries_the_first_message(
    driver: Driver, bot: Bot
) -> None:
    topic = await bot.create_forum_topic(GROUP, "Эскалации")
    sent = await driver.control("send", user_id=IVAN.id, text="обед?", thread_id=topic.message_thread_id)
    assert sent["update_id"] is None
    shown = await driver.message(sent["message_id"])
    assert shown["reply_to_message"]["message_id"] == topic.message_thread_id
    assert shown["reply_to_message"]["from"]["id"] == CONFIG.bot_id


async def test_edits_follow_the_same_rule(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "карточка")
    mine = await driver.control("send", user_id=IVAN.id, text="ответ", reply_to=card.message_id)
    chatter = await driver.control("send", user_id=IVAN.id, text="обед?")
    edit = {"user_id": IVAN.id, "text": "исправлено"}
    again = await driver.control("edit", message_id=mine["message_id"], **edit)
    assert (await driver.control("edit", message_id=chatter["message_id"], **edit))["update_id"] is None
    updates = await bot.get_updates()
    assert [update.update_id for update in updates] == [mine["update_id"], again["update_id"]]
    edited = updates[1].edited_message
    assert edited is not None
    assert (edited.text, edited.message_id) == ("исправлено", mine["message_id"])
    assert edited.edit_date is not None
    assert edited.reply_to_message is not None
    assert (await driver.message(mine["message_id"]))["edits"] == 1
    status, _ = await driver.try_control("edit", user_id=OLGA.id, message_id=mine["message_id"], text="x")
    assert status == 400


async def test_a_stranger_starts_the_bot_by_writing_to_it(driver: Driver) -> None:
    refused = await driver.refusal("sendMessage", chat_id=STRANGER.id, text="x")
    assert refused == "403 Forbidden: bot can't initiate conversation with a user"
    assert await driver.refusal("getChat", chat_id=STRANGER.id) == "400 Bad Request: chat not found"
    await driver.control("send", user_id=STRANGER.id, text="/start", chat_id=STRANGER.id)
    await driver.result("sendMessage", chat_id=STRANGER.id, text="x")


async def test_an_anonymous_administrator_has_no_name(driver: Driver, bot: Bot) -> None:
    await driver.control("send", user_id=OLGA.id, text="/queue", anonymous=True)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.sender_chat is not None
    assert update.message.from_user is not None
    assert update.message.sender_chat.id == GROUP
    assert update.message.from_user.username == "GroupAnonymousBot"


async def test_messages_that_make_no_sense(driver: Driver) -> None:
    good = {"user_id": IVAN.id, "text": "/queue"}
    for wrong in (
        {"user_id": 1},
        {"text": " "},
        {"text": "ж" * 4097},
        {"reply_to": 1},
        {"thread_id": 1},
        {"chat_id": OLGA.id},
        {"chat_id": 1},
        {"surprise": 1},
    ):
        status, body = await driver.try_control("send", **{**good, **wrong})
        assert (status, list(body)) == (400, ["error"])
    async with driver.http.post(f"{driver.address}/_control/send", data=b"{oops") as answer:
        assert answer.status == 400
        assert "error" in await answer.json()
