"""Commands: for whom, where, and what a wrong one is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from aiogram import Router
from aiogram.enums import ChatType
from aiogram.types import Message

from bot.commands.accounts import accounts as accounts_
from bot.commands.accounts import tokens
from bot.commands.doctor import doctor
from bot.commands.parsing import Command, WrongUse
from bot.commands.queue import queue
from bot.commands.scope import Asked, Linked, Pressable, accounts_in
from bot.commands.stats import stats
from bot.commands.welcome import cancel, help_, start, usage
from bot.knowledge.listing import knowledge
from bot.texts import Texts
from bot.updates.chats import is_known
from bot.updates.effects import Effects, Say
from bot.updates.replying import reply
from db.engine import Transaction
from db.models import Manager
from db.models.manager import Role
from services.options import Options

COMMANDS: Final[Mapping[str, Callable[[Asked], Awaitable[str | Linked | Pressable]]]] = {
    "start": start,
    "help": help_,
    "queue": queue,
    "stats": stats,
    "knowledge": knowledge,
    "cancel": cancel,
    "doctor": doctor,
    "accounts": accounts_,
    "tokens": tokens,
}


def commands_router() -> Router:
    """Commands anywhere, and everything that is written to the bot in private."""
    router = Router(name="commands")
    router.message.register(on_private, lambda message: message.chat.type == ChatType.PRIVATE)
    router.message.register(on_group)
    return router


async def on_group(
    message: Message,
    tx: Transaction,
    effects: Effects,
    texts: Texts,
    manager: Manager | None,
    username: str | None,
    options: Options,
    zone: ZoneInfo,
) -> None:
    """A group's message: only a command for this bot is read, and only in a chat of ours."""
    command = _command(message, username)
    if command is None:
        return
    if not await is_known(tx, message.chat.id, options) and not _gives_chat(command, manager):
        return
    if command.name not in COMMANDS:
        # Silence after /pause would let a manager believe that sending has stopped.
        if manager is not None and message.sender_chat is None:
            effects.add(reply(message, texts("command.unknown")))
        return
    if message.sender_chat is not None:
        effects.add(reply(message, texts("command.anonymous")))
    elif manager is None:
        effects.add(reply(message, texts("command.stranger")))
    else:
        effects.add(await _answer(message, command, tx, texts, manager, options, zone))


async def on_private(
    message: Message,
    tx: Transaction,
    effects: Effects,
    texts: Texts,
    manager: Manager | None,
    username: str | None,
    options: Options,
    zone: ZoneInfo,
) -> None:
    """A private message: whatever it is, it gets an answer."""
    if manager is None:
        user_id = message.from_user.id if message.from_user else ""
        effects.add(reply(message, texts("command.stranger_private", id=user_id)))
        return
    command = _command(message, username)
    if command is None or command.name not in COMMANDS:
        command = Command("help")
    effects.add(await _answer(message, command, tx, texts, manager, options, zone))


def _command(message: Message, username: str | None) -> Command | None:
    """The command for this bot; a forwarded one is a quotation."""
    if message.text is None or message.forward_origin is not None:
        return None
    command = Command.parse(message.text)
    return command if command is not None and command.is_for(username) else None


def _gives_chat(command: Command, manager: Manager | None) -> bool:
    """A new chat is nobody's until the owner says in it whose cards come there."""
    return command.name == "accounts" and manager is not None and manager.role is Role.OWNER


async def _answer(
    message: Message,
    command: Command,
    tx: Transaction,
    texts: Texts,
    manager: Manager,
    options: Options,
    zone: ZoneInfo,
) -> Say:
    private = message.chat.type == ChatType.PRIVATE
    here = await accounts_in(tx, message.chat.id, options)
    now = datetime.now(UTC)
    asked = Asked(tx, manager, texts, command.words, private, here, zone, now, message.chat.id, options)
    try:
        answer = await COMMANDS[command.name](asked)
    except WrongUse:
        answer = texts("command.wrong_use", usage=usage(texts, command.name))
    match answer:
        case Linked(html, label, url):
            return replace(reply(message, html), link=(label, url))
        case Pressable(html, buttons):
            return replace(reply(message, html), buttons=buttons)
        case str():
            return reply(message, answer)
        case _:
            assert_never(answer)
