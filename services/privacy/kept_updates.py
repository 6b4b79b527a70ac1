"""Updates of Telegram that wait or failed may quote the person; handled ones hold nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from db.engine import Transaction
from db.repositories import traces


@dataclass(frozen=True, slots=True)
class Quotes:
    """What an update must not hold: `messages` by chat and id, somebody's `words`, a name or an id."""

    messages: set[tuple[int, int]] | frozenset[tuple[int, int]] = frozenset()
    words: frozenset[str] = frozenset()
    pattern: str | None = None

    def stand_in(self, payload: dict[str, Any]) -> bool:
        """Whether one of them does."""
        return any(self._in_message(part) for part in _objects(payload)) or any(
            self._in_text(text) for text in _texts(payload)
        )

    def _in_message(self, part: dict[str, Any]) -> bool:
        chat = part.get("chat")
        return isinstance(chat, dict) and (chat.get("id"), part.get("message_id")) in self.messages

    def _in_text(self, text: str) -> bool:
        if any(words in text for words in self.words):
            return True
        return self.pattern is not None and re.search(self.pattern, text, re.IGNORECASE) is not None


async def forget_updates(tx: Transaction, quotes: Quotes) -> None:
    """Blank the updates that quote; a press on a card that says nothing any more means nothing."""
    after = -1
    while kept := await traces.updates_kept(tx.session, after):
        for update in kept:
            if quotes.stand_in(update.payload):
                await traces.blank_update(tx.session, update.id)
        after = kept[-1].id


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _objects(member)
    elif isinstance(value, list):
        for member in value:
            yield from _objects(member)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
