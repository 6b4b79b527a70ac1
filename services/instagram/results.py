"""What the Graph API answers, as far as we read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _time(value: object) -> object:
    """`2026-11-20T10:11:12+0000`; anything unreadable is no time rather than a lost answer."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            return None
    return value


GraphTime = Annotated[datetime | None, BeforeValidator(_time)]
Id = Annotated[str, BeforeValidator(str)]


class Result(BaseModel):
    """Unknown fields are ignored: Meta adds them without notice."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Profile(Result):
    """`GET /me`: `user_id` is what webhooks call the account, `id` is not."""

    user_id: Id
    username: str = ""


class Post(Result):
    """`GET /{media}`."""

    id: Id
    caption: str | None = None
    media_type: str | None = None
    media_product_type: str | None = None
    media_url: str | None = None
    thumbnail_url: str | None = None
    permalink: str | None = None


class Author(Result):
    """Who wrote a comment."""

    id: Id | None = None
    username: str | None = None


class Reply(Result):
    """An element of `GET /{comment}/replies`."""

    id: Id
    text: str = ""
    timestamp: GraphTime = None
    username: str | None = None
    author: Author | None = Field(default=None, alias="from")


class LongToken(Result):
    """An access token with its remaining life in seconds."""

    access_token: str
    expires_in: int | None = None


def unwrapped(body: dict[str, Any]) -> dict[str, Any]:
    """`/me` is drawn as `{"data": [{…}]}` and observed flat: both are accepted."""
    data = body.get("data")
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict):
        return data[0]
    return body
