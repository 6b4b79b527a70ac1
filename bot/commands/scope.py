"""Which accounts a question is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands.parsing import WrongUse
from bot.texts import Texts
from bot.updates.effects import Buttons
from db.engine import Transaction
from db.models import Account, Manager
from db.repositories import accounts
from services.options import Options


@dataclass(frozen=True, slots=True)
class Linked:
    """An answer with a button below it that leads to a web page."""

    html: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Pressable:
    """An answer with buttons that come back to the bot."""

    html: str
    buttons: Buttons


async def accounts_in(tx: Transaction, chat_id: int, options: Options) -> Sequence[Account]:
    """The accounts whose cards are in the chat; in a private chat, whose id is a person's, all of them.

    The installation's own chat is where an account's cards go until it gets a chat of its own.
    """
    known = await accounts.every(tx.session)
    return [one for one in known if chat_id > 0 or (one.chat_id or options.chat_id) == chat_id]


@dataclass(frozen=True, slots=True)
class Asked:
    """A command of a manager, and what answering it takes.

    `accounts` are those whose cards are in the chat; in a private chat all of them.
    """

    tx: Transaction
    manager: Manager
    texts: Texts
    words: tuple[str, ...]
    private: bool
    accounts: Sequence[Account]
    zone: ZoneInfo
    now: datetime
    chat_id: int
    options: Options

    def account(self, word: str) -> Account:
        """The account that `@name` means. Raises WrongUse."""
        wanted = word.removeprefix("@").casefold()
        for account in self.accounts:
            if account.username.casefold() == wanted:
                return account
        raise WrongUse
