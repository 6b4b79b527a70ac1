"""What an Instagram account consists of, as far as comments and messages need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class MediaKind(StrEnum):
    """Where a post lives: Graph's `media_product_type`."""

    FEED = "FEED"
    REELS = "REELS"
    STORY = "STORY"
    AD = "AD"
    LIVE = "LIVE"


class MediaType(StrEnum):
    """What a post is made of: Graph's `media_type`."""

    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    CAROUSEL_ALBUM = "CAROUSEL_ALBUM"
    BROADCAST = "BROADCAST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A post, a reel, an advertisement or a broadcast.

    An advertisement has its own `id`; `original_id` is the organic post that it promotes. `colours` are
    the upper and the lower colour of its picture, six hexadecimal digits each.
    """

    id: str
    kind: MediaKind
    type: MediaType = MediaType.IMAGE
    caption: str = ""
    shortcode: str = ""
    published_at: datetime
    like_count: int = 0
    ad_id: str | None = None
    ad_title: str | None = None
    original_id: str | None = None
    children: tuple[Media, ...] = ()
    colours: tuple[str, str] = ("b9a7d6", "6b5b95")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on Instagram; `id` is scoped to the business account, as Graph's ids of people are."""

    id: str
    username: str


@dataclass(slots=True, eq=False)
class Message:
    """A direct message between the account and a person; `own` when the account wrote it.

    `comment_id` is the comment it privately replies to.
    """

    id: str
    person: Person
    text: str
    at: datetime
    own: bool
    comment_id: str | None = None


@dataclass(slots=True, eq=False)
class Comment:
    """A comment under a post, or a reply in its thread (then `parent` is the top-level comment).

    `serial` grows with every comment, whatever times they carry. A comment known only because a reply
    to it was imported is `hollow`: it has no text and is not listed until it is imported itself.
    """

    id: str
    media: Media
    author: Person
    text: str
    at: datetime
    serial: int
    parent: Comment | None = None
    hidden: bool = False
    hollow: bool = False
    private_reply: Message | None = None
    replies: list[Comment] = field(default_factory=list)

    @property
    def top(self) -> Comment:
        """The top-level comment of the thread, which may be this one."""
        return self.parent or self


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def graph_time(moment: datetime) -> str:
    """A moment as Graph writes it: whole seconds, `+0000`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
