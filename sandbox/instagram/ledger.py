"""What was done on Instagram through Graph, in the order it was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sandbox.instagram.model import now


class Effect(StrEnum):
    """One kind of visible change; `reply` is the answer to a mention too. The last three are no answers."""

    REPLY = "reply"
    PRIVATE_REPLY = "private_reply"
    MESSAGE = "message"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    COMMENT = "comment"
    COMMENTS_ON = "comments_on"
    COMMENTS_OFF = "comments_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One executed effect.

    `account_id` is whose token did it. `comment_id` is the comment that the request addressed (None for a
    message), `media_id` the post it is about, `id` what Instagram made: the reply, the message, or the object
    itself when nothing was made.
    """

    effect: Effect
    account_id: str
    comment_id: str | None
    text: str | None
    id: str
    at: datetime = field(default_factory=now)
    recipient_id: str | None = None
    media_id: str | None = None

    def shown(self) -> dict[str, str | None]:
        return {
            "effect": self.effect.value,
            "account_id": self.account_id,
            "comment_id": self.comment_id,
            "text": self.text,
            "at": self.at.isoformat(),
            "id": self.id,
            "recipient_id": self.recipient_id,
            "media_id": self.media_id,
        }
