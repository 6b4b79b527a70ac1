"""All writes to Telegram, through one object."""

from __future__ import annotations

from bot.outgoing.errors import (
    ChatLost,
    ChatMoved,
    MessageLost,
    Postponed,
    Refused,
    ThreadLost,
    TokenRevoked,
    Undelivered,
)
from bot.outgoing.sender import DEADLINE, PATIENCE, Outgoing

__all__ = [
    "DEADLINE",
    "PATIENCE",
    "ChatLost",
    "ChatMoved",
    "MessageLost",
    "Outgoing",
    "Postponed",
    "Refused",
    "ThreadLost",
    "TokenRevoked",
    "Undelivered",
]
