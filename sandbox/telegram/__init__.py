"""A stand-in of Telegram's Bot API: one bot, one managers' group, a private chat with each person.

It answers the methods that the product uses with the server's own words and limits, delivers updates by
long poll or webhook, and lets a driver act as the people (`/_control/…`). Everything is in memory.
"""

from __future__ import annotations

from sandbox.telegram.model import Person, TelegramConfig
from sandbox.telegram.server import Telegram

__all__ = ["Person", "Telegram", "TelegramConfig"]
