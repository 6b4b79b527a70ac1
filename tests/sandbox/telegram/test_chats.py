"""The bot itself, members, and what may happen to a chat."""

from __future__ import annotations

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError, TelegramMigrateToChat

from tests.sandbox.telegram.driver import CONFIG, GROUP, IVAN, OLGA, STRANGER, Driver

NEW_GROUP = -1009999999999


async def test_the_bot_introduces_itself(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (CONFIG.bot_id, "shop_bot", True)
    assert me.can_read_all_group_messages is False


async def test_members_of_the_group(driver: Driver, bot: Bot) -> None:
    chat = await bot.get_chat(GROUP)
    assert (chat.title, chat.type, chat.is_forum) == (CONFIG.chat_title, "supergroup", True)
    standing = {
        user_id: (await bot.get_chat_member(GROUP, user_id)).status
        for user_id in (OLGA.id, IVAN.id, STRANGER.id, CONFIG.bot_id)
    }
    assert standing == {
        OLGA.id: "creator",
        IVAN.id: "member",
        STRANGER.id: "left",
        CONFIG.bot_id: "administrator",
    }
    assert await bot.get_chat_member_count(GROUP) == 3
    assert [one.user.id for one in await bot.get_chat_administrators(GROUP)] == [OLGA.id, CONFIG.bot_id]
    await driver.control("switches", rights=False)
    assert (await bot.get_chat_member(GROUP, CONFIG.bot_id)).status == "member"
    assert [one.user.id for one in await bot.get_chat_administrators(GROUP)] == [OLGA.id]
    assert await driver.refusal("getChatMember", chat_id=GROUP, user_id=1) == (
        "400 Bad Request: PARTICIPANT_ID_INVALID"
    )


async def test_the_bot_can_be_mentioned_and_an_outsider_cannot(bot: Bot) -> None:
    links = [f'<a href="tg://user?id={user_id}">кто</a>' for user_id in (CONFIG.bot_id, 999)]
    message = await bot.send_message(GROUP, " ".join(links), parse_mode="HTML")
    assert message.entities is not None
    assert [one.user and one.user.id for one in message.entities] == [CONFIG.bot_id]


async def test_private_chats(driver: Driver, bot: Bot) -> None:
    chat = await bot.get_chat(IVAN.id)
    assert (chat.type, chat.first_name, chat.username) == ("private", IVAN.name, IVAN.username)
    assert await bot.get_chat_member_count(IVAN.id) == 2
    assert "administrators" in await driver.refusal("getChatAdministrators", chat_id=IVAN.id)
    assert "400" in await driver.refusal("leaveChat", chat_id=IVAN.id)


async def test_a_kicked_bot_is_told_once_and_refused_everything(driver: Driver, bot: Bot) -> None:
    card = await bot.send_message(GROUP, "карточка")
    await driver.control("chat", action="kick")
    with pytest.raises(TelegramForbiddenError) as refused:
        await bot.send_message(GROUP, "x")
    kicked = "Forbidden: bot was kicked from the supergroup chat"
    assert refused.value.message == kicked
    for method in ("getChat", "getChatMemberCount", "leaveChat"):
        assert await driver.refusal(method, chat_id=GROUP) == f"403 {kicked}"
    edit = {"chat_id": GROUP, "message_id": card.message_id, "text": "y"}
    assert await driver.refusal("editMessageText", **edit) == f"403 {kicked}"
    assert (await driver.control("send", user_id=IVAN.id, text="/queue"))["update_id"] is None
    (update,) = await bot.get_updates()
    change = update.my_chat_member
    assert change is not None
    assert (change.chat.id, change.from_user.id) == (GROUP, OLGA.id)
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("administrator", "kicked")

    await driver.control("chat", action="unkick")
    await bot.send_message(GROUP, "x")
    change = (await bot.get_updates())[-1].my_chat_member
    assert change is not None
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("kicked", "administrator")
    assert (await driver.try_control("chat", action="unkick"))[0] == 400


async def test_a_bot_that_left_is_no_member(driver: Driver, bot: Bot) -> None:
    assert await bot.leave_chat(GROUP)
    assert await driver.refusal("sendMessage", chat_id=GROUP, text="x") == (
        "403 Forbidden: bot is not a member of the supergroup chat"
    )
    assert (await driver.try_control("chat", action="kick"))[0] == 400
    await driver.control("chat", action="unkick")
    await bot.send_message(GROUP, "x")


async def test_a_migrated_group_names_its_successor(driver: Driver, bot: Bot) -> None:
    await bot.send_message(GROUP, "старая")
    moved = await driver.control("chat", action="migrate", new_chat_id=NEW_GROUP)
    assert moved["chat_id"] == NEW_GROUP
    with pytest.raises(TelegramMigrateToChat) as refused:
        await bot.send_message(GROUP, "x")
    assert refused.value.migrate_to_chat_id == NEW_GROUP
    status, body = await driver.call("sendMessage", chat_id=GROUP, text="x")
    assert (status, body) == (
        400,
        {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": {"migrate_to_chat_id": NEW_GROUP},
        },
    )
    leaving, arriving = [update.message for update in await bot.get_updates()]
    assert leaving is not None
    assert arriving is not None
    assert (leaving.chat.id, leaving.migrate_to_chat_id) == (GROUP, NEW_GROUP)
    assert (arriving.chat.id, arriving.migrate_from_chat_id) == (NEW_GROUP, GROUP)
    assert (await bot.send_message(NEW_GROUP, "новая")).chat.id == NEW_GROUP
    await driver.control("send", user_id=IVAN.id, text="/queue")
    last = (await bot.get_updates())[-1].message
    assert last is not None
    assert last.chat.id == NEW_GROUP
    shown = await driver.look(f"messages?chat_id={GROUP}")
    assert [one.get("text") for one in shown] == ["старая", None]
    for wrong in (None, 5, NEW_GROUP):
        assert (await driver.try_control("chat", action="migrate", new_chat_id=wrong))[0] == 400


async def test_a_person_blocks_and_unblocks_the_bot(driver: Driver, bot: Bot) -> None:
    await driver.control("chat", action="block", user_id=IVAN.id)
    with pytest.raises(TelegramForbiddenError) as refused:
        await bot.send_message(IVAN.id, "x")
    assert refused.value.message == "Forbidden: bot was blocked by the user"
    assert (await driver.try_control("send", user_id=IVAN.id, text="x", chat_id=IVAN.id))[0] == 400
    assert (await driver.try_control("chat", action="block", user_id=IVAN.id))[0] == 400
    await driver.control("chat", action="unblock", user_id=IVAN.id)
    await bot.send_message(IVAN.id, "x")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change and (change.chat.id, change.new_chat_member.status) for change in changes] == [
        (IVAN.id, "kicked"),
        (IVAN.id, "member"),
    ]
