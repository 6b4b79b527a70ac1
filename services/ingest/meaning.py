"""What an element means: a person's words, our own, a change of them, or nothing the pipeline works on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from db.models.comment import CommentKind


class Reason(StrEnum):
    """Why an element is not for the pipeline."""

    REACTION = "reaction"
    READ = "read"
    REFERRAL = "referral"
    EDIT_ZERO = "edit_zero"
    """Meta tells of a message of ours in this odd way: its echo tells more."""
    EMPTY = "empty"
    """Neither text nor attachments."""
    STORY_INSIGHTS = "story_insights"
    STANDBY = "standby"
    """Another app answers this conversation."""
    SERVICE = "service"
    """Opt-ins, handover between apps, notices from Meta."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something a person wrote to us."""

    kind: CommentKind
    instagram_id: str
    """The comment's or message's id; of a mention in a caption, which has none, the post's."""
    parent_instagram_id: str | None = None
    """The comment or message it answers."""
    media_instagram_id: str | None = None
    """The post; under an ad the ad's own post; of a story reply the story; a mention's is not ours."""
    original_media_instagram_id: str | None = None
    """Under an ad: the organic post it was made from."""
    media_kind: str | None = None
    """FEED, REELS, AD, LIVE, STORY, or what Meta adds."""
    ad_id: str | None = None
    author_instagram_id: str | None = None
    author_username: str | None = None
    text: str = ""
    """At most 10,000 characters, safe to store; empty for mentions, whose text must be fetched."""
    written_at: datetime | None = None
    """UTC; known for messages only."""
    attachments: tuple[str, ...] = ()
    """Types, as Meta names them; `unsupported` for what only the Instagram app can show."""


@dataclass(frozen=True, slots=True)
class OwnComment:
    """Something our account wrote, by us or in the Instagram app: confirms a delivery, is never answered."""

    kind: CommentKind
    instagram_id: str
    parent_instagram_id: str | None = None
    media_instagram_id: str | None = None
    recipient_instagram_id: str | None = None
    """Whom a message went to; None for comments."""
    text: str = ""
    written_at: datetime | None = None
    """UTC; known for messages only."""


Said: TypeAlias = Inbound | OwnComment


@dataclass(frozen=True, slots=True)
class Edit:
    """A message has other words now."""

    message: Said
    """As it reads now; what a person wrote may lack its author here."""
    number: int
    """Of several edits the highest is the newest, whatever order they come in."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message was taken back."""

    message: Said
    """Without its words."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A message of which Meta tells little more than the id (datasheet, §2.7 k): it can be read by that."""

    instagram_id: str
    author_instagram_id: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotForPipeline:
    """Understood, and nothing to answer."""

    reason: Reason
    instagram_id: str | None = None
    """The comment or message it is about."""


@dataclass(frozen=True, slots=True)
class TestPayload:
    """The App Dashboard's test button: worth telling the owner, never classified or answered."""

    __test__ = False  # pytest collects classes by this name

    field: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A shape that cannot be understood; the problem is in plain words and quotes nothing of the payload."""

    problem: str


Normalised: TypeAlias = (
    Inbound | OwnComment | Edit | Deletion | Unread | NotForPipeline | TestPayload | Malformed
)
