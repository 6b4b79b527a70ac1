"""Events of a conversation, as Meta sends them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

ACCOUNT = "17841400000000001"
ANNA = "900000000000001"
SECOND = 1_000
BEGAN = 1_790_000_400_000  # milliseconds


def body(events: Iterable[dict[str, Any]], account: str = ACCOUNT) -> bytes:
    """One delivery of messaging events."""
    entry = {"id": account, "time": BEGAN + 3600 * SECOND, "messaging": list(events)}
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


def said(mid: str, words: str, at: int = 0, person: str = ANNA, **message: Any) -> dict[str, Any]:
    """A person writes, `at` seconds after the conversation began."""
    given = {"mid": mid} | ({"text": words} if words else {}) | message
    return _between(person, ACCOUNT, at) | {"message": given}


def ours(mid: str, words: str, at: int = 0, person: str = ANNA, **message: Any) -> dict[str, Any]:
    """The account writes to a person, by whatever hand."""
    given = {"mid": mid, "is_echo": True} | ({"text": words} if words else {}) | message
    return _between(ACCOUNT, person, at) | {"message": given}


def edited(mid: str, words: str, number: int, at: int = 0, person: str = ANNA) -> dict[str, Any]:
    """A person changes a message."""
    change = {"mid": mid, "num_edit": number} | ({"text": words} if words else {})
    return _between(person, ACCOUNT, at) | {"message_edit": change}


def edited_by_us(mid: str, words: str, number: int, person: str = ANNA) -> dict[str, Any]:
    change = {"mid": mid, "num_edit": number, "text": words}
    return _between(ACCOUNT, person, 0) | {"message_edit": change}


def unsent(mid: str, at: int = 0, person: str = ANNA) -> dict[str, Any]:
    """A person takes a message back."""
    return _between(person, ACCOUNT, at) | {"message": {"mid": mid, "is_deleted": True}}


def _between(sender: str, recipient: str, at: int) -> dict[str, Any]:
    return {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": BEGAN + at * SECOND,
    }
