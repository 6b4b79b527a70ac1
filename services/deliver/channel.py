"""How each kind of words is answered: by which effect, how long the text may be, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from db.life.delivery import Effect
from db.models import Comment
from db.models.comment import CommentKind

LONGEST_REPLY: Final = 2200
"""Characters; the limit integrators report for public replies (datasheet, §3.1: unpublished)."""
LONGEST_MESSAGE: Final = 1000
"""Bytes of UTF-8, about 500 Cyrillic letters (datasheet, §3.3)."""

PRIVATE_REPLY_WINDOW: Final = timedelta(days=7)  # since the comment (datasheet, §3.2)
MESSAGE_WINDOW: Final = timedelta(hours=24)  # since the person's newest message (datasheet, §3.3)
HUMAN_AGENT_WINDOW: Final = timedelta(days=7)

WINDOW_CLOSED: Final = "window_closed"
"""Why a delivery failed that was too late: a key of the card's catalogue."""

EFFECTS: Final[Mapping[CommentKind, Effect]] = {
    CommentKind.COMMENT: Effect.REPLY,
    CommentKind.MENTION: Effect.REPLY,
    CommentKind.LIVE_COMMENT: Effect.PRIVATE_REPLY,  # Instagram takes no public ones there (datasheet, §3.1)
    CommentKind.MESSAGE: Effect.MESSAGE,
    CommentKind.STORY_REPLY: Effect.MESSAGE,
}


class Unit(StrEnum):
    """In what Instagram measures a text."""

    CHARACTERS = "characters"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Size:
    """How long a text is, and how long it may be."""

    length: int
    longest: int
    unit: Unit

    @property
    def too_long(self) -> bool:
        """Whether Instagram would refuse the text."""
        return self.length > self.longest


def effect_of(kind: CommentKind) -> Effect:
    """The effect that answers words of this kind."""
    return EFFECTS[kind]


def size(kind: CommentKind, text: str) -> Size:
    """`text` as an answer to words of this kind, measured as Instagram does."""
    if effect_of(kind) is Effect.REPLY:
        return Size(len(text), LONGEST_REPLY, Unit.CHARACTERS)
    return Size(len(text.encode(errors="replace")), LONGEST_MESSAGE, Unit.BYTES)


def window_until(
    comment: Comment, heard_at: datetime | None, *, human_agent: bool = False
) -> datetime | None:
    """Until when (aware UTC) Instagram takes an answer; None where it takes one at any time.

    `heard_at` is when the person last wrote in the conversation; for messages it opens the window.
    `human_agent` tells that a person answers and Meta has approved the app for it.
    """
    written_at = comment.written_at or comment.created_at
    match effect_of(comment.kind):
        case Effect.PRIVATE_REPLY:
            return written_at + PRIVATE_REPLY_WINDOW
        case Effect.MESSAGE:
            window = HUMAN_AGENT_WINDOW if human_agent else MESSAGE_WINDOW
            return max(written_at, heard_at or written_at) + window
        case _:
            return None


def needs_human_agent(comment: Comment, heard_at: datetime | None, at: datetime) -> bool:
    """Whether an answer at `at` (aware) has to carry Meta's human agent tag."""
    until = window_until(comment, heard_at)
    return effect_of(comment.kind) is Effect.MESSAGE and until is not None and at > until
