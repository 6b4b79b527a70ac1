"""Commands: for whom, where, and what a wrong one is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aiogram import Router
from aiogram.enums import ChatType
from aiogram.types import Message

from bot.commands.parsing import Command, WrongUse
from bot.commands.queue import queue
from bot.commands.scope import Asked
from bot.commands.stats import stats
from bot.commands.welcome import cancel, help_, start, usage
from bot.texts import Texts
from bot.updates.chats import is_known
from bot.updates.effects import Effects
from bot.updates.replying import reply
from db.engine import Transaction
from db.models import Manager
from db.repositories import accounts
from services.options import Options

COMMANDS: Final[Mapping[str, Callable[[Asked], Awaitable[str]]]] = {
    "start": start,
    "help": help_,
    "queue": queue,
    "stats": stats,
    "cancel": cancel,
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
    if command is None or not await is_known(tx, message.chat.id, options):
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
        effects.add(reply(message, await _answer(message, command, tx, texts, manager, options, zone)))


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
    effects.add(reply(message, await _answer(message, command, tx, texts, manager, options, zone)))


def _command(message: Message, username: str | None) -> Command | None:
    """The command for this bot; a forwarded one is a quotation."""
    if message.text is None or message.forward_origin is not None:
        return None
    command = Command.parse(message.text)
    return command if command is not None and command.is_for(username) else None


async def _answer(
    message: Message,
    command: Command,
    tx: Transaction,
    texts: Texts,
    manager: Manager,
    options: Options,
    zone: ZoneInfo,
) -> str:
    private = message.chat.type == ChatType.PRIVATE
    known = await accounts.every(tx.session)
    # The installation's own chat is where an account's cards go until it gets a chat of its own.
    here = [a for a in known if private or (a.chat_id or options.chat_id) == message.chat.id]
    asked = Asked(tx, manager, texts, command.words, private, here, zone, datetime.now(UTC))
    try:
        return await COMMANDS[command.name](asked)
    except WrongUse:
        return texts("command.wrong_use", usage=usage(texts, command.name))
