"""What a reply to a card or to its question wishes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.commands.parsing import Command

HINT_LIMIT = 500  # characters: a wish about the style, not another knowledge base
_HINT = re.compile(r"\s*(?:hint|подсказка)\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_CANCEL_WORDS = frozenset({"cancel", "отмена"})


@dataclass(frozen=True, slots=True)
class NewText:
    """Take these words instead."""

    text: str


@dataclass(frozen=True, slots=True)
class Hint:
    """Have the model write another version, with this in mind (None: just another one)."""

    hint: str | None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Leave the text as it is."""


Wish = NewText | Hint | Cancel


def read_wish(text: str) -> Wish:
    """Read a manager's reply."""
    command = Command.parse(text)
    if (command is not None and command.name == "cancel") or text.strip().casefold() in _CANCEL_WORDS:
        return Cancel()
    hint = _HINT.fullmatch(text)
    if hint is not None:
        return Hint(hint[1].strip()[:HINT_LIMIT] or None)
    return NewText(text)
