"""Control of who is on Instagram: accounts and their posts, people, permissions and limits.

- `POST /_control/accounts {username, name?, posts?}` → `{account_id, app_scoped_id, token, media_ids}`; `GET`
- `POST /_control/media {posts: [{caption?, kind?, type?, at?, original_id?, ad_title?}], account_id?}` →
  `{media_ids}`; `PATCH /_control/media/{id} {comments_enabled?, age_gated?, ended?}`
- `POST /_control/people {username, account_id?, restricted?, blocked?, following?}` → `{id, username}`
- `GET|POST /_control/limits`: see `LimitChange`; `GET|POST /_control/oauth`: see `OAuthOptions`
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sandbox.instagram.account import Account
from sandbox.instagram.control_request import (
    ControlError,
    Moment,
    Username,
    chosen,
    guarded,
    parsed,
)
from sandbox.instagram.limits import DOCUMENTED, Limits
from sandbox.instagram.model import Media, MediaKind, MediaType, now
from sandbox.instagram.network import Network
from sandbox.instagram.oauth import OAuthOptions
from sandbox.instagram.switches import Usage

# What a post of each kind is made of; others are pictures.
MOVING = {MediaKind.REELS: MediaType.VIDEO, MediaKind.LIVE: MediaType.BROADCAST}
NEW_POSTS = ("Новинки недели", "What is new this week")
MOST_POSTS = 1000
AGO = timedelta(hours=1)  # how old each of several new posts is more than the one after it


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


class NewPost(_Asked):
    """A post; an advertisement promotes `original_id`."""

    caption: Annotated[str, StringConstraints(max_length=2200)] = ""
    kind: MediaKind = MediaKind.FEED
    type: MediaType | None = None
    at: Moment | None = None
    original_id: str | None = None
    ad_title: str | None = None


class NewPosts(_Asked):
    """Posts of an account, the oldest first."""

    account_id: str | None = None
    posts: list[NewPost] = Field(min_length=1, max_length=MOST_POSTS)


class NewAccount(_Asked):
    """A further professional account; without `posts` it has two, with an empty list none."""

    username: Annotated[str, StringConstraints(pattern=r"^@?[a-z0-9._]{1,30}$")]
    name: str = ""
    posts: list[NewPost] | None = Field(default=None, max_length=MOST_POSTS)


class PostChange(_Asked):
    """What becomes of a post; `ended` ends a broadcast, for good."""

    comments_enabled: bool | None = None
    age_gated: bool | None = None
    ended: bool | None = None


class PersonChange(_Asked):
    """What a person is to an account: restricted by it, following it, or having blocked it."""

    username: Username
    account_id: str | None = None
    restricted: bool | None = None
    blocked: bool | None = None
    following: bool | None = None


class LimitChange(Limits):
    """Limits of an account by their names; others stay.

    `documented` sets all known numbers first, `forget` forgets earlier calls. `usage` is told in the header
    of every answer to the account, null as it is counted.
    """

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    account_id: str | None = None
    documented: bool = False
    forget: bool = False
    usage: Usage | None = None


class AccountControl:
    """Further control addresses; answered and refused as the others are."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_control/accounts", guarded(self._accounts)),
            web.post("/_control/accounts", guarded(self._open)),
            web.post("/_control/media", guarded(self._publish)),
            web.patch("/_control/media/{id}", guarded(self._change)),
            web.post("/_control/people", guarded(self._person)),
            web.get("/_control/limits", guarded(self._limits)),
            web.post("/_control/limits", guarded(self._limit)),
            web.get("/_control/oauth", guarded(self._oauth)),
            web.post("/_control/oauth", guarded(self._set_oauth)),
        ]

    async def _accounts(self, _request: web.Request) -> Any:
        return [
            {
                "account_id": config.account_id,
                "app_scoped_id": config.app_scoped_id,
                "username": config.username,
                "name": config.name,
                "subscribed": list(account.subscribed),
                "media_ids": list(account.state.posts),
            }
            for account in self._network.accounts.values()
            for config in [account.config]
        ]

    async def _open(self, request: web.Request) -> Any:
        asked = await parsed(request, NewAccount)
        username = asked.username.removeprefix("@")
        if self._network.named(username) is not None:
            raise ControlError("this account exists", status=409)
        account = self._network.open_account(username, asked.name or username)
        posts = [NewPost(caption=caption) for caption in NEW_POSTS] if asked.posts is None else asked.posts
        return {
            "account_id": account.config.account_id,
            "app_scoped_id": account.config.app_scoped_id,
            "token": account.config.access_token,
            "media_ids": self._add(account, posts),
        }

    async def _publish(self, request: web.Request) -> Any:
        asked = await parsed(request, NewPosts)
        return {"media_ids": self._add(chosen(self._network, asked.account_id), asked.posts)}

    async def _change(self, request: web.Request) -> Any:
        media_id = request.match_info["id"]
        media = self._network.find(media_id) or self._mentioning(media_id)
        if not isinstance(media, Media):
            raise ControlError("no such media", status=404)
        asked = await parsed(request, PostChange)
        if asked.ended is not None and media.kind is not MediaKind.LIVE:
            raise ControlError("only a broadcast ends")
        for name, value in asked.model_dump(exclude_none=True).items():
            setattr(media, name, value)
        return {"id": media.id, **{name: getattr(media, name) for name in PostChange.model_fields}}

    async def _person(self, request: web.Request) -> Any:
        asked = await parsed(request, PersonChange)
        state = chosen(self._network, asked.account_id).state
        person = state.person(asked.username)
        for wanted, people in (
            (asked.restricted, state.restricted),
            (asked.blocked, state.blocked),
            (asked.following, state.following),
        ):
            if wanted is not None:
                (people.add if wanted else people.discard)(person.id)
        return {"id": person.id, "username": person.username}

    async def _limits(self, request: web.Request) -> Any:
        return _told(chosen(self._network, request.query.get("account_id")))

    async def _limit(self, request: web.Request) -> Any:
        asked = await parsed(request, LimitChange)
        account = chosen(self._network, asked.account_id)
        meter = account.meter
        known = {bucket.value: number for bucket, number in DOCUMENTED.items()} if asked.documented else {}
        named = asked.model_dump(include=asked.model_fields_set & Limits.model_fields.keys())
        meter.limits = meter.limits.model_copy(update=known | named)
        if "usage" in asked.model_fields_set:
            meter.usage = asked.usage
        if asked.forget:
            meter.forget()
        return _told(account)

    async def _oauth(self, _request: web.Request) -> Any:
        return self._network.app.options.model_dump(mode="json")

    async def _set_oauth(self, request: web.Request) -> Any:
        asked = await parsed(request, OAuthOptions)
        app = self._network.app
        named = {name: getattr(asked, name) for name in asked.model_fields_set}
        app.options = app.options.model_copy(update=named)
        return app.options.model_dump(mode="json")

    def _add(self, account: Account, posts: list[NewPost]) -> list[str]:
        start, made = now(), []
        for place, post in enumerate(posts):
            media = Media(
                id=self._network.ids.media(),
                kind=post.kind,
                type=post.type or MOVING.get(post.kind, MediaType.IMAGE),
                caption=post.caption,
                published_at=post.at or start - (len(posts) - place - 1) * AGO,
                original_id=post.original_id,
                ad_id=f"12025{self._network.ids.serial():013d}" if post.kind is MediaKind.AD else None,
                ad_title=post.ad_title,
            )
            media.shortcode = f"D{media.id}"
            account.state.add_post(media)
            made.append(media.id)
        return made

    def _mentioning(self, media_id: str) -> Media | None:
        owner = self._network.owner(media_id)
        return owner.state.mentioning.get(media_id) if owner else None


def _told(account: Account) -> dict[str, Any]:
    usage = account.meter.usage
    return {
        "account_id": account.config.account_id,
        **account.meter.limits.model_dump(),
        "usage": usage.model_dump() if usage else None,
    }
