"""`/start`, `/help` and `/cancel`: what the bot is, for the person who asks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from bot.commands.parsing import WrongUse
from bot.commands.scope import Asked
from bot.texts import Texts
from db.models.manager import Role

NAMES: Final[Sequence[str]] = (
    "queue",
    "stats",
    "knowledge",
    "accounts",
    "tokens",
    "doctor",
    "cancel",
    "help",
    "start",
)
"""The commands in the order in which they are listed."""


async def start(asked: Asked) -> str:
    """A greeting by role; short in a group."""
    texts = asked.texts
    if asked.words:
        raise WrongUse
    if not asked.private:
        return texts("command.start.group")
    name = escape(asked.manager.name)
    if asked.manager.role is not Role.OWNER:
        return texts("command.start.manager", name=name) + "\n\n" + _list(texts)
    accounts = "\n".join(
        texts(
            "command.start.account" if account.chat_id is not None else "command.start.account_without_chat",
            account=escape(account.username),
        )
        for account in asked.accounts
    )
    shown = accounts or texts("command.start.no_accounts")
    return texts("command.start.owner", name=name) + f"\n{shown}\n\n" + _list(texts)


async def help_(asked: Asked) -> str:
    """All commands, or all about one."""
    match asked.words:
        case ():
            return asked.texts("command.help.header") + "\n" + _list(asked.texts)
        case (name,) if name.removeprefix("/").lower() in NAMES:
            wanted = name.removeprefix("/").lower()
            return f"{usage(asked.texts, wanted)}\n{asked.texts(f'command.{wanted}.help')}"
        case _:
            raise WrongUse


async def cancel(asked: Asked) -> str:
    """Only a reply to the question ends an editing; here it can only be told how."""
    return asked.texts("command.cancel.help")


def usage(texts: Texts, name: str) -> str:
    """The usage line of a command."""
    return f"<code>{escape(texts(f'command.{name}.usage'))}</code>"


def _list(texts: Texts) -> str:
    return "\n".join(f"/{name} — {escape(texts(f'command.{name}.summary'))}" for name in NAMES)
