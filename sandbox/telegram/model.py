"""What the stand-in remembers: people, chats, topics, messages and taps."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A Telegram user; ids may exceed 2³¹."""

    id: int
    name: str
    username: str
    language_code: str = "ru"


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """Who is there. The first member owns the group; the stranger is no member and never started the bot."""

    bot_token: str
    bot_username: str
    chat_id: int
    chat_title: str
    members: tuple[Person, ...]
    stranger: Person
    forum: bool = True

    @property
    def bot_id(self) -> int:
        """The number before the colon of a token is the bot's user id."""
        return int(self.bot_token.partition(":")[0])


class Membership(StrEnum):
    """The bot's standing in a chat. In a private chat LEFT is "never started" and KICKED "blocked"."""

    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"


@dataclass(slots=True)
class Topic:
    """A forum topic; its number is the id of the service message that created it."""

    thread_id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a chat a message stands: its thread, whether that is a topic, and what it answers."""

    thread_id: int | None = None
    in_topic: bool = False
    reply_to: int | None = None


@dataclass(slots=True)
class Message:
    """A message as it is now. `content` holds the fields that differ by kind; times are Unix seconds."""

    message_id: int
    date: int
    sender: Json
    content: Json
    place: Place
    by_bot: bool = False
    service: bool = False
    sender_chat: Json | None = None
    keyboard: Json | None = None
    force_reply: Json | None = None
    edit_date: int | None = None
    edits: int = 0
    reactions: list[Json] = field(default_factory=list)
    deleted: bool = False


@dataclass(slots=True)
class Chat:
    """The group, or the private chat of the bot with `person`."""

    id: int
    title: str = ""
    person: Person | None = None
    forum: bool = False
    bot: Membership = Membership.MEMBER
    last_message_id: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    migrated_to: int | None = None
    writes: deque[float] = field(default_factory=deque)

    @property
    def is_private(self) -> bool:
        """A chat of two; its id is the person's."""
        return self.person is not None

    def find(self, message_id: int) -> Message | None:
        """The message, unless it never was or is deleted."""
        message = self.messages.get(message_id)
        return None if message is None or message.deleted else message


@dataclass(slots=True)
class Tap:
    """A press of a button that waits for `answerCallbackQuery`; `at` is monotonic seconds."""

    id: str
    person: Person
    chat_id: int
    message_id: int
    at: float
    answer: asyncio.Future[Json]
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    filename: str
    content_type: str
    data: bytes

    @property
    def suffix(self) -> str:
        """What the file's name ends with, dot included; empty without one."""
        return PurePosixPath(self.filename).suffix
