"""What an Instagram account consists of, as far as comments and messages need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from sandbox.instagram import clock

THREAD = "aWdfdGhyZWFk"  # how the ids of conversations begin here


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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on Instagram; `id` is scoped to the business account, as Graph's ids of people are."""

    id: str
    username: str


@dataclass(slots=True, kw_only=True, eq=False)
class Media:
    """A post, a reel, a story, an advertisement or a broadcast.

    An advertisement has its own `id`; `original_id` is the organic post that it promotes. `colours` are
    the upper and the lower colour of its picture, six hexadecimal digits each. `owner` is set on somebody
    else's post, which is known only because it mentions the account. A broadcast is readable until it
    `ended`; the comments of `age_gated` media are not.
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
    owner: Person | None = None
    comments_enabled: bool = True
    age_gated: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a message carries beside words: Graph's `type` (image, audio, video, file) and its address."""

    type: str
    url: str


@dataclass(slots=True, eq=False)
class Message:
    """A direct message between the account and a person; `own` when the account wrote it.

    `comment_id` is the comment it privately replies to, `reaction` what the account put under it. One that
    was unsent is `deleted`: Graph no longer tells it.
    """

    id: str
    person: Person
    text: str
    at: datetime
    own: bool
    comment_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reaction: str | None = None
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Thread:
    """The conversation with a person, oldest message first. It has its own id."""

    person: Person
    messages: list[Message]

    @property
    def id(self) -> str:
        return f"{THREAD}{self.person.id}"


@dataclass(slots=True, eq=False)
class Comment:
    """A comment under a post, or a reply in its thread (then `parent` is the top-level comment).

    `serial` grows with every comment, whatever times they carry. A comment known only because a reply
    to it was imported is `hollow`: it has no text and is not listed until it is imported itself. One under
    somebody else's post may not be `readable` by its id, only as a mention.
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
    readable: bool = True
    private_reply: Message | None = None
    replies: list[Comment] = field(default_factory=list)

    @property
    def top(self) -> Comment:
        """The top-level comment of the thread, which may be this one."""
        return self.parent or self


def now() -> datetime:
    """The present moment in UTC, on the clock of the stand-in that is being asked."""
    return clock.now()


def graph_time(moment: datetime) -> str:
    """A moment as Graph writes it: whole seconds, `+0000`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
