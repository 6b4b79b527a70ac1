"""What a button about knowledge carries: `k:<action>:<nonce>:<number>`.

The nonce is a key to a row, never a fact. The number is an account's id or the page of the list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PREFIX: Final = "k:"
NO_NONCE: Final = "-"  # turning a page is about no row

# 64 bytes at most: 6 of the prefix, 36 of a document's nonce, a colon, 18 digits.
_DATA = re.compile(r"k:([a-z]{2,3}):([A-Za-z0-9_-]{16,43}|-):(0|[1-9][0-9]{0,17})", re.ASCII)


class KnowledgePress(StrEnum):
    """The actions; a second step adds letters to the first one's (rulings, 13)."""

    CHOOSE = "ch"
    CANCEL = "no"
    PAGE = "pg"
    REMOVE = "rm"
    REMOVE_YES = "rmy"


@dataclass(frozen=True, slots=True)
class KnowledgeCallback:
    """One button."""

    press: KnowledgePress
    nonce: str = NO_NONCE
    number: int = 0

    def pack(self) -> str:
        """The button's data."""
        return f"{PREFIX}{self.press}:{self.nonce}:{self.number}"

    @classmethod
    def parse(cls, data: str) -> KnowledgeCallback | None:
        """What was pressed; None for anything else, for clients may send what they like."""
        found = _DATA.fullmatch(data)
        if found is None:
            return None
        action, nonce, number = found.groups()
        try:
            press = KnowledgePress(action)
        except ValueError:
            return None
        return cls(press, nonce, int(number))
