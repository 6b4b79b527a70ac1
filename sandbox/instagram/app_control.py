"""Control of what people do in the Instagram app: the account's owner beside us, and whoever mentions it.

- `POST /_control/app {action: reply|hide|unhide|delete|message, comment_id?, text?, username?, account_id?}`
  → `{id, delivery_id}`
- `POST /_control/mentions {username, text?, caption?, owner?, media_id?, as?, readable?, account_id?}` →
  `{id, media_id, delivery_id}`
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, assert_never

from aiohttp import web
from pydantic import BaseModel, ConfigDict, model_validator

from sandbox.instagram.account import Account
from sandbox.instagram.batching import Event
from sandbox.instagram.control_request import ControlError, Text, Username, chosen, guarded, parsed
from sandbox.instagram.delivery import Delivery
from sandbox.instagram.model import Comment, Media, MediaKind, Message, now
from sandbox.instagram.network import Network


class Action(StrEnum):
    """What the owner does by hand."""

    REPLY = "reply"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    MESSAGE = "message"


class ByHand(BaseModel):
    """One act of the owner: on a comment, or a message.

    A message goes to a person, by name, or privately to the author of `comment_id`.
    """

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    action: Action
    comment_id: str | None = None
    text: Text | None = None
    username: Username | None = None
    account_id: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> ByHand:
        if self.comment_id is None and (self.action is not Action.MESSAGE or self.username is None):
            raise ValueError("say which comment, or for a message which person")
        if self.text is None and self.action in {Action.REPLY, Action.MESSAGE}:
            raise ValueError("say which text")
        return self


class Mention(BaseModel):
    """Somebody names the account: in a comment of this `text`, or without one in the caption of a post.

    The post belongs to `owner` (by default to the same person); it is a new one unless `media_id` is of an
    earlier mention. `as` is how it is told: among the `comments`, as Instagram Login is documented to do, or
    by the field `mentions` of Facebook Login, as always for a caption. Whether Graph tells a comment so found
    by its id is disputed: `readable`, by default in the first case only.
    """

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    username: Username
    text: Text | None = None
    caption: Text | None = None
    owner: Username | None = None
    media_id: str | None = None
    account_id: str | None = None
    told: Literal["comments", "mentions"] | None = None
    readable: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        """`as` is no name in Python."""
        if isinstance(value, dict) and "as" in value:
            return {**{name: told for name, told in value.items() if name != "as"}, "told": value["as"]}
        return value

    @model_validator(mode="after")
    def _complete(self) -> Mention:
        if self.text is None and self.caption is None:
            raise ValueError("say which text or which caption")
        if self.text is None and self.told == "comments":
            raise ValueError("a caption is told by the field mentions")
        return self


class AppControl:
    """Further control addresses; answered and refused as the others are. Nothing of it is in the ledger."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/app", guarded(self._act)),
            web.post("/_control/mentions", guarded(self._mention)),
        ]

    async def _act(self, request: web.Request) -> Any:
        asked = await parsed(request, ByHand)
        if asked.comment_id is None:
            account = chosen(self._network, asked.account_id)
            person = account.state.person(asked.username or "")
            if person == account.state.own:
                raise ControlError("the account does not write to itself")
            return _message(account, account.state.write(person, asked.text or "", own=True))
        found = self._network.owner(asked.comment_id)
        comment = found.state.comments.get(asked.comment_id) if found else None
        if found is None or comment is None:
            raise ControlError("no such comment", status=404)
        match asked.action:
            case Action.REPLY:
                return _reply(found, comment, asked.text or "")
            case Action.MESSAGE:
                return _message(found, found.state.private_reply(comment.id, asked.text or ""))
            case Action.HIDE | Action.UNHIDE:
                if comment.author != found.state.own:
                    comment.hidden = asked.action is Action.HIDE
            case Action.DELETE:
                found.state.remove_comment(comment)
            case _:
                assert_never(asked.action)
        return {"id": comment.id, "delivery_id": None}

    async def _mention(self, request: web.Request) -> Any:
        asked = await parsed(request, Mention)
        account = chosen(self._network, asked.account_id)
        media = self._post(account, asked)
        if asked.text is None:
            delivery = account.tell(_told(account, media))
            return {"id": None, "media_id": media.id, "delivery_id": _id(delivery)}
        told = asked.told or "comments"
        text = _naming(account, asked.text)
        comment = account.state.add_comment(media, account.state.person(asked.username), text)
        comment.readable = told == "comments" if asked.readable is None else asked.readable
        delivery = (
            account.tell_comment(comment)
            if told == "comments"
            else account.tell(_told(account, media, comment))
        )
        return {"id": comment.id, "media_id": media.id, "delivery_id": _id(delivery)}

    def _post(self, account: Account, asked: Mention) -> Media:
        if asked.media_id is not None:
            known = account.state.mentioning.get(asked.media_id)
            if known is None:
                raise ControlError("no such media", status=404)
            return known
        caption = asked.caption or ""
        media = Media(
            id=self._network.ids.media(),
            kind=MediaKind.FEED,
            caption=_naming(account, caption) if asked.text is None else caption,
            published_at=now(),
            owner=account.state.person(asked.owner or asked.username),
        )
        media.shortcode = f"D{media.id}"
        account.state.add_mentioning(media)
        return media


def _reply(account: Account, comment: Comment, text: str) -> dict[str, Any]:
    """In the app a human may answer where Graph does not allow it."""
    reply = account.state.add_comment(comment.media, account.state.own, text, parent=comment)
    return {"id": reply.id, "delivery_id": _id(account.tell_comment(reply))}


def _message(account: Account, message: Message) -> dict[str, Any]:
    return {"id": message.id, "delivery_id": _id(account.tell_message(message))}


def _told(account: Account, media: Media, comment: Comment | None = None) -> Event:
    value = {"media_id": media.id} | ({"comment_id": comment.id} if comment else {})
    about = comment.id if comment else media.id
    return Event(about=about, field="mentions", value=value, account_id=account.config.account_id)


def _naming(account: Account, text: str) -> str:
    name = f"@{account.config.username}"
    return text if name in text else f"{name} {text}"


def _id(delivery: Delivery | None) -> str | None:
    return delivery.id if delivery else None
