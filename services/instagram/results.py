"""What the Graph API answers, as far as we read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from services.ingest.document import readable


def _time(value: object) -> object:
    """`2026-11-20T10:11:12+0000`; anything unreadable is no time rather than a lost answer."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    return value if isinstance(value, datetime) else None


def _data(value: object) -> object:
    """The items of `{"data": […]}`."""
    return (value.get("data") or []) if isinstance(value, dict) else value or []


def _split(value: object) -> object:
    """Drawn as text with commas, sent as a list."""
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value or []


def _words(value: object) -> object:
    """As PostgreSQL can store them."""
    return readable(value) if isinstance(value, str) else value


def _id(value: object) -> object:
    """An id, which Meta mostly writes as text and sometimes as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ValueError("no id")
    return str(value)


def _maybe_id(value: object) -> object:
    """An id that nothing is lost without."""
    try:
        return _id(value)
    except ValueError:
        return None


def _after(value: object) -> object:
    cursors = value.get("cursors") if isinstance(value, dict) else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return str(after) if after else None


T = TypeVar("T")

GraphTime = Annotated[datetime | None, BeforeValidator(_time)]
Id = Annotated[str, BeforeValidator(_id)]
MaybeId = Annotated[str | None, BeforeValidator(_maybe_id)]
Words = Annotated[str | None, BeforeValidator(_words)]
Text = Annotated[str, BeforeValidator(lambda value: _words(value) or "")]
Flag = Annotated[bool, BeforeValidator(lambda value: value or False)]

REPLIES_SHOWN = 50  # of each comment in a listing; more are on the pages of `replies`


class Result(BaseModel):
    """Unknown fields are ignored: Meta adds them without notice."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Profile(Result):
    """`GET /me`: `user_id` is what webhooks call the account, `id` is scoped to the app.

    With Facebook Login `/me` is the Page, and the account is a field of it.
    """

    user_id: Id
    app_scoped_id: MaybeId = Field(default=None, alias="id")
    username: Text = ""
    name: Words = None
    page_id: MaybeId = None
    """The linked Page, with Facebook Login only."""

    @model_validator(mode="before")
    @classmethod
    def _of_page(cls, value: Any) -> Any:
        account = value.get("instagram_business_account") if isinstance(value, dict) else None
        if not isinstance(account, dict):
            return value
        known = {name: account.get(name) for name in ("username", "name")}
        return {"user_id": account.get("id"), "page_id": value.get("id"), **known}


class Pictured(Result):
    """What has a picture: a post, or one of an album."""

    id: Id
    media_type: str | None = None
    media_url: str | None = None
    """Of a video the video itself; left out where somebody else's rights are in it."""
    thumbnail_url: str | None = None
    """Of videos only."""

    @property
    def image(self) -> str | None:
        """The address of something that can be looked at as a picture."""
        return self.thumbnail_url if self.media_type == "VIDEO" else self.media_url or self.thumbnail_url


class Child(Pictured):
    """One picture of an album."""


class Post(Pictured):
    """`GET /{media}`."""

    caption: Words = None
    media_product_type: str | None = None
    permalink: str | None = None
    timestamp: GraphTime = None
    comments_count: int | None = None
    """Comments and replies, without those of advertisements."""
    username: Words = None
    children: Annotated[list[Child], BeforeValidator(_data)] = []

    @property
    def image(self) -> str | None:
        """The picture that stands for the post: of an album its first, whose `media_url` may be a video."""
        return next(iter(self.images), None) or super().image

    @property
    def images(self) -> list[str]:
        """The addresses of an album's pictures in their order; of other posts none."""
        return [child.image for child in self.children if child.image]


class Author(Result):
    """Who wrote a comment."""

    id: MaybeId = None
    username: Words = None


class Reply(Result):
    """An element of `GET /{comment}/replies`."""

    id: Id
    text: Text = ""
    timestamp: GraphTime = None
    username: Words = None
    author: Author | None = Field(default=None, alias="from")

    @property
    def author_id(self) -> str | None:
        """The writer's id, when it is told."""
        return self.author.id if self.author else None

    @property
    def author_name(self) -> str | None:
        """The writer's username, wherever it is told."""
        return self.username or (self.author.username if self.author else None)


class MediaRef(Result):
    """The post under which a comment stands."""

    id: Id
    media_product_type: str | None = None
    permalink: str | None = None


class GraphComment(Reply):
    """`GET /{comment}`, and an element of `GET /{media}/comments`."""

    hidden: Flag = False
    parent_id: MaybeId = None
    media: MediaRef | None = None
    replies: Annotated[list[GraphComment], BeforeValidator(_data)] = []
    """The first page of its replies."""

    @property
    def more_replies(self) -> bool:
        """Whether there may be replies beyond those of a listing."""
        return len(self.replies) >= REPLIES_SHOWN


class GraphMessage(Result):
    """`GET /{message}`."""

    id: Id
    message: Text = ""
    created_time: GraphTime = None
    author: Author | None = Field(default=None, alias="from")
    recipients: Annotated[list[Author], BeforeValidator(_data)] = Field(default=[], alias="to")


class Person(Result):
    """A person, or a conversation of which only the id is read."""

    id: Id
    username: Words = None
    name: Words = None


class ShortToken(Result):
    """What a code is exchanged for; Meta draws `permissions` as text and sends a list."""

    access_token: str = Field(repr=False)
    user_id: MaybeId = None
    permissions: Annotated[list[str], BeforeValidator(_split)] = []


class LongToken(Result):
    """An access token with its remaining life in seconds."""

    access_token: str = Field(repr=False)
    expires_in: int | None = None


class Subscription(Result):
    """An app that gets the account's webhooks."""

    id: MaybeId = None
    subscribed_fields: list[str] = []


class Listed(Result, Generic[T]):
    """One page of a listing."""

    data: list[T]
    cursor: Annotated[str | None, BeforeValidator(_after)] = Field(default=None, alias="paging")

    @property
    def after(self) -> str | None:
        """The cursor of the next page; None when this is certainly the last, as an empty one is."""
        return self.cursor if self.data else None


def unwrapped(body: dict[str, Any]) -> dict[str, Any]:
    """`/me` is drawn as `{"data": [{…}]}` and observed flat: both are accepted."""
    data = body.get("data")
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict):
        return data[0]
    return body
