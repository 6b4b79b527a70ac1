"""Command lists by scope and language."""

from __future__ import annotations

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    BotCommandScopeUnion,
)

from tests.sandbox.telegram.driver import GROUP, OLGA, Driver

HELP = [BotCommand(command="help", description="Help")]
QUEUE = [BotCommand(command="queue", description="Очередь")]


async def listed(bot: Bot, scope: BotCommandScopeUnion | None = None, language: str = "") -> list[str]:
    return [one.command for one in await bot.get_my_commands(scope=scope, language_code=language or None)]


async def test_each_scope_and_language_has_its_own_list(bot: Bot) -> None:
    chat = BotCommandScopeChat(chat_id=GROUP)
    olga = BotCommandScopeChatMember(chat_id=GROUP, user_id=OLGA.id)
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands(HELP)
    await bot.set_my_commands(QUEUE, scope=chat, language_code="ru")
    await bot.set_my_commands(HELP + QUEUE, scope=olga)
    assert await listed(bot) == ["help"]
    (command,) = await bot.get_my_commands()
    assert command.description == "Help"
    assert await listed(bot, chat, "ru") == ["queue"]
    assert await listed(bot, chat) == []
    assert await listed(bot, olga) == ["help", "queue"]
    assert await listed(bot, private) == []
    await bot.delete_my_commands(scope=chat, language_code="ru")
    await bot.set_my_commands([])
    assert await listed(bot, chat, "ru") == []
    assert await listed(bot) == []


async def test_wrong_commands_are_refused(driver: Driver) -> None:
    async def refusal(**params: object) -> str:
        return (await driver.refusal("setMyCommands", **params)).removeprefix("400 Bad Request: ")

    good = {"command": "help", "description": "Help"}
    assert await refusal(commands=[{**good, "command": "Help"}]) == "BOT_COMMAND_INVALID"
    assert await refusal(commands=[{**good, "command": "h" * 33}]) == "BOT_COMMAND_INVALID"
    assert await refusal(commands=[{**good, "description": ""}]) == "BOT_COMMAND_DESCRIPTION_INVALID"
    assert await refusal(commands=[good] * 101) == "can't use more than 100 commands"
    assert await refusal(commands="help") == "can't parse commands JSON object"
    assert await refusal(commands={}) == "expected an Array of BotCommand"
    assert await refusal(commands=["help"]) == "can't parse BotCommand: expected an Object"
    assert await refusal(commands=[good], language_code="rus") == "invalid language code specified"
    assert "Unsupported type" in await refusal(commands=[good], scope={"type": "everywhere"})
    assert await refusal(commands=[good], scope={"type": "chat", "chat_id": 1}) == "chat not found"
    member = {"type": "chat_member", "chat_id": GROUP}
    assert "Invalid user_id" in await refusal(commands=[good], scope=member)
