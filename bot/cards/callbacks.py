"""What a card's button carries: `d:<action>:<nonce>:<version>` (rulings, 13).

Nothing here is a fact: the nonce finds the card, and the decision is taken on what the database says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PREFIX: Final = "d"
MAX_BYTES: Final = 64  # Bot API, `callback_data`

# base64url never contains a colon; a version is a PostgreSQL integer, so nine digits are always one.
_DATA = re.compile(r"d:([a-z]{2,3}):([A-Za-z0-9_-]{16,43}):(0|[1-9][0-9]{0,8})", re.ASCII)


class Press(StrEnum):
    """The actions; second steps add letters to the first step's action."""

    APPROVE = "ap"
    APPROVE_ANYWAY = "apy"
    EDIT = "ed"
    REGENERATE = "rg"
    ESCALATE = "es"
    REJECT = "rj"
    REJECT_SPAM = "rjs"
    REJECT_OFF_TOPIC = "rjo"
    REJECT_ELSEWHERE = "rje"
    REJECT_WRONG = "rjw"
    HIDE = "hd"
    HIDE_YES = "hdy"
    UNHIDE = "uh"
    UNDO = "un"
    TAKE_OVER = "to"
    RETRY = "rt"
    WAS_SENT = "ws"
    SEND_AGAIN = "sa"
    DONE = "dn"
    REOPEN = "ro"
    BACK = "bk"


class CallbackTooLong(ValueError):
    """Telegram takes at most 64 bytes of callback data."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Callback:
    """One button of one card, drawn for one version of the text."""

    press: Press
    nonce: str
    version: int

    def pack(self) -> str:
        """The button's data. Raises CallbackTooLong."""
        data = f"{PREFIX}:{self.press}:{self.nonce}:{self.version}"
        if len(data.encode()) > MAX_BYTES:
            raise CallbackTooLong
        return data

    @classmethod
    def parse(cls, data: str) -> Callback | None:
        """What was pressed; None for anything else, for clients may send what they like."""
        found = _DATA.fullmatch(data)
        if found is None:
            return None
        action, nonce, version = found.groups()
        try:
            press = Press(action)
        except ValueError:
            return None
        return cls(press, nonce, int(version))
