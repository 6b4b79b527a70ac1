"""Fitting lines and quotes into one message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aiogram.utils.formatting import Text
from aiogram.utils.text_decorations import html_decoration

from bot.markup import cut, units, words

BUDGET: Final = 3900  # UTF-16 units after parsing, of Telegram's 4,096 (telegram, §3.2)
SHORTEST: Final = 40  # a quote with less room than this is left out


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, quoted; the smaller `rank`, the earlier they get room."""

    words: str
    most: int  # UTF-16 units
    rank: int
    expandable: bool = False
    hint: Callable[[int], Text] | None = None
    """The line under a cut quote, given how many characters are missing."""


HINT_ROOM: Final = 120  # a hint is one line of ours


def fitted(parts: Sequence[Text | Quote], budget: int = BUDGET) -> str:
    """HTML of at most `budget` units after parsing: lines are kept, quotes share what they leave."""
    room = budget - sum(len(part) for part in parts if isinstance(part, Text)) - len(parts)
    given: dict[int, str] = {}
    quotes = [(place, part) for place, part in enumerate(parts) if isinstance(part, Quote)]
    for place, quote in sorted(quotes, key=lambda one: one[1].rank):
        hint = HINT_ROOM if quote.hint is not None else 0
        allowed = min(quote.most, room - hint)
        if allowed < min(SHORTEST, units(quote.words)):
            continue
        given[place] = cut(quote.words, allowed)
        room -= units(given[place]) + (hint if given[place] != quote.words else 0)
    lines: list[str] = []
    for place, part in enumerate(parts):
        if isinstance(part, Text):
            lines.append(part.as_html())
        elif place in given:
            lines.append(_quoted(part, given[place]))
            if part.hint is not None and given[place] != part.words:
                lines.append(part.hint(len(part.words) - len(given[place]) + 1).as_html())
    return "\n".join(lines)


def _quoted(quote: Quote, shown: str) -> str:
    """Written by hand around the inner markup: of two entities that begin together aiogram keeps one."""
    inner = words(shown).as_html()
    if quote.expandable:
        return html_decoration.expandable_blockquote(inner)
    return html_decoration.blockquote(inner)
