"""The list that Telegram shows when a manager types `/`."""

from __future__ import annotations

from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from bot.commands.welcome import NAMES
from bot.texts import FALLBACK, LOCALES, texts

log = structlog.get_logger(__name__)

DEADLINE: Final = 10  # seconds a call (rulings, 3)
Scope = BotCommandScopeAllPrivateChats | BotCommandScopeChat


async def register(bot: Bot, chat_id: int) -> None:
    """Set the lists of private chats and of the managers' chat, in every language, where they differ.

    A list without a language is what speakers of other languages see. Lists only show, they allow nothing.
    """
    scopes: list[Scope] = [BotCommandScopeAllPrivateChats(), BotCommandScopeChat(chat_id=chat_id)]
    for scope in scopes:
        for language in (None, *LOCALES):
            try:
                await _register(bot, scope, language)
            except AiogramError as error:  # the commands work without their list
                log.warning("commands_not_registered", scope=scope.type, error=type(error).__name__)


async def _register(bot: Bot, scope: Scope, language: str | None) -> None:
    words = texts(language or FALLBACK)
    wanted = [BotCommand(command=name, description=words(f"command.{name}.summary")) for name in NAMES]
    shown = await bot.get_my_commands(scope=scope, language_code=language, request_timeout=DEADLINE)
    # Objects that a bot returned and ours are never equal as such: they carry their bot.
    if [(one.command, one.description) for one in shown] != [
        (one.command, one.description) for one in wanted
    ]:
        await bot.set_my_commands(wanted, scope=scope, language_code=language, request_timeout=DEADLINE)
