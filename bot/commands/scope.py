"""Which accounts a question is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands.parsing import WrongUse
from bot.texts import Texts
from db.engine import Transaction
from db.models import Account, Manager


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

    def account(self, word: str) -> Account:
        """The account that `@name` means. Raises WrongUse."""
        wanted = word.removeprefix("@").casefold()
        for account in self.accounts:
            if account.username.casefold() == wanted:
                return account
        raise WrongUse
