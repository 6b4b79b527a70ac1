"""Links to messages of a supergroup."""

from __future__ import annotations

import re

_SUPERGROUP = "-100"  # what the Bot API puts before a supergroup's own number
_LINK = re.compile(r"https?://t\.me/c/([0-9]{1,15})/(?:[0-9]{1,15}/)?([0-9]{1,15})/?", re.ASCII)


def message_link(chat_id: int, message_id: int, thread_id: int | None = None) -> str | None:
    """The address of a message; None in chats whose messages have none."""
    chat = str(chat_id)
    if not chat.startswith(_SUPERGROUP):
        return None
    thread = "" if thread_id is None else f"{thread_id}/"
    return f"https://t.me/c/{chat.removeprefix(_SUPERGROUP)}/{thread}{message_id}"


def linked_message(url: str) -> tuple[int, int] | None:
    """The chat and the message of such an address."""
    found = _LINK.fullmatch(url)
    return None if found is None else (int(_SUPERGROUP + found[1]), int(found[2]))
