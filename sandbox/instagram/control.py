"""Control addresses: what no neighbour offers, but whoever plays the customers needs.

Posts, comments and messages are found in whichever account they are; where nothing else tells the account,
`account_id` does, and without it the first account is meant.

- `POST /_control/comments {media_id, username, text, parent_id?, at?}` → `{id, delivery_id}`;
  `PATCH /_control/comments/{id} {text}` and `DELETE`, as the author does it, told to nobody
- `POST /_control/messages {username, text, at?, account_id?}` → `{id, delivery_id}`
- `POST /_control/import`: a webhook body, whose comments and messages come to be without a delivery
- `GET /_control/ledger`, `GET /_control/deliveries`, `GET /_control/state[?account_id=]`
- `POST /_control/redeliver {id, times?, concurrent?}`, `POST /_control/webhook {url}`,
  `POST /_control/verify`
- `POST /_control/token {account_id?, value?, scopes?, invalid?, subcode?, issued_at?, expires_at?}`
- `GET|POST /_control/switches`: see `switches`
"""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from sandbox.instagram.account import Account
from sandbox.instagram.control_request import (
    ControlError,
    Moment,
    Text,
    Username,
    chosen,
    decoded,
    guarded,
    parsed,
    wrong,
)
from sandbox.instagram.intake import take_in
from sandbox.instagram.model import Comment
from sandbox.instagram.network import Network
from sandbox.instagram.permissions import Scope
from sandbox.instagram.view import overview


class NewComment(BaseModel):
    """A comment somebody writes now, or wrote `at` some time; by the account's own name, a human answers."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    media_id: str
    username: Username
    text: Text
    parent_id: str | None = None
    at: Moment | None = None


class NewMessage(BaseModel):
    """A direct message to an account, the first one by default."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    username: Username
    text: Text
    at: Moment | None = None
    account_id: str | None = None


class NewText(BaseModel):
    """What a comment is edited to."""

    text: Text


class Redelivery(BaseModel):
    """A delivery, or the comment or message whose delivery is meant, and how often to send it again."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    times: int = Field(default=1, ge=1, le=10_000)
    concurrent: bool = False


class TokenChange(BaseModel):
    """What becomes of all tokens of an account, the first one by default.

    When they were issued and expire, whether they are refused (and with which subcode; later ones are not),
    what they may; `value` is a new one.
    """

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    account_id: str | None = None
    scopes: frozenset[Scope] | None = None
    issued_at: Moment | None = None
    expires_at: Moment | None = None
    invalid: bool | None = None
    subcode: int | None = None
    value: str | None = Field(default=None, min_length=1)


class WebhookTarget(BaseModel):
    """Where webhooks go; None stops them."""

    url: HttpUrl | None


class Control:
    """`/_control/…`; everything is answered in JSON, mistakes as `{"error": …}`."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/comments", guarded(self._comment)),
            web.patch("/_control/comments/{id}", guarded(self._edit)),
            web.delete("/_control/comments/{id}", guarded(self._remove)),
            web.post("/_control/messages", guarded(self._message)),
            web.get("/_control/ledger", guarded(self._ledger)),
            web.get("/_control/deliveries", guarded(self._deliveries)),
            web.post("/_control/redeliver", guarded(self._redeliver)),
            web.post("/_control/import", guarded(self._import)),
            web.post("/_control/token", guarded(self._token)),
            web.get("/_control/switches", guarded(self._switches)),
            web.post("/_control/switches", guarded(self._switch)),
            web.post("/_control/webhook", guarded(self._webhook)),
            web.post("/_control/verify", guarded(self._verify)),
            web.get("/_control/state", guarded(self._state)),
        ]

    def fallback(self) -> list[web.RouteDef]:
        """The answer to control addresses that nobody serves; to be added after all others."""
        return [web.route("*", "/_control{path:.*}", guarded(self._unknown))]

    async def _comment(self, request: web.Request) -> Any:
        asked = await parsed(request, NewComment)
        account = self._network.owner(asked.media_id)
        media = account.state.posts.get(asked.media_id) if account else None
        if account is None or media is None:
            raise ControlError("no such media", status=404)
        if media.ended or not media.comments_enabled:
            raise ControlError("this media takes no comments", status=409)
        state = account.state
        parent = None
        if asked.parent_id is not None:
            parent = state.comments.get(asked.parent_id)
            if parent is None or parent.media is not media:
                raise ControlError("no such parent under this media", status=404)
        author = state.person(asked.username)
        comment = state.add_comment(media, author, asked.text, parent=parent, at=asked.at)
        delivery = account.tell_comment(comment)
        return {"id": comment.id, "delivery_id": delivery.id if delivery else None}

    async def _edit(self, request: web.Request) -> Any:
        _, comment = self._found(request)
        comment.text = (await parsed(request, NewText)).text
        return {"id": comment.id}

    async def _remove(self, request: web.Request) -> Any:
        account, comment = self._found(request)
        account.state.remove_comment(comment)
        return {"deleted": comment.id}

    async def _message(self, request: web.Request) -> Any:
        asked = await parsed(request, NewMessage)
        account = chosen(self._network, asked.account_id)
        person = account.state.person(asked.username)
        if person == account.state.own:
            raise ControlError("the account does not write to itself")
        message = account.state.receive(person, asked.text, at=asked.at)
        delivery = account.tell_message(message)
        return {"id": message.id, "delivery_id": delivery.id if delivery else None}

    async def _ledger(self, _request: web.Request) -> Any:
        return [entry.shown() for entry in self._network.ledger]

    async def _deliveries(self, _request: web.Request) -> Any:
        return [delivery.shown() for delivery in self._network.sender.deliveries.values()]

    async def _redeliver(self, request: web.Request) -> Any:
        asked = await parsed(request, Redelivery)
        sender = self._network.sender
        delivery = sender.find(asked.id)
        account = self._network.owner(asked.id)
        if delivery is None and account is not None and asked.id in account.state.comments:
            # An imported comment, which was never delivered from here.
            delivery = sender.record(asked.id, account.comment_body(account.state.comments[asked.id]))
        if delivery is None:
            raise ControlError("no such delivery, comment or message", status=404)
        attempts = await sender.redeliver(delivery, asked.times, concurrent=asked.concurrent)
        return {"id": delivery.id, "statuses": [attempt.status for attempt in attempts]}

    async def _import(self, request: web.Request) -> Any:
        return take_in(self._network, await decoded(request))

    async def _token(self, request: web.Request) -> Any:
        asked = await parsed(request, TokenChange)
        tokens = chosen(self._network, asked.account_id).tokens
        if asked.value is not None:
            tokens.accept(asked.value)
        if asked.scopes is not None:
            tokens.allow(asked.scopes)
        if asked.invalid is not None:
            tokens.invalidate(asked.subcode) if asked.invalid else tokens.restore()
        tokens.move(issued_at=asked.issued_at, expires_at=asked.expires_at)
        newest = tokens.newest()
        return {"expires_at": newest.expires_at.isoformat(), "invalid": newest.invalid}

    async def _switches(self, _request: web.Request) -> Any:
        return self._network.switches.model_dump(mode="json")

    async def _switch(self, request: web.Request) -> Any:
        patch = await decoded(request)
        if not isinstance(patch, dict):
            raise ControlError("switches are a JSON object")
        switches = self._network.switches
        stale = switches.stale_replies
        try:
            switches.change(patch)
        except ValidationError as error:
            raise wrong(error) from None
        if switches.stale_replies != stale:
            for account in self._network.accounts.values():
                account.state.listed_until = self._network.ids.last if switches.stale_replies else None
        return switches.model_dump(mode="json")

    async def _webhook(self, request: web.Request) -> Any:
        asked = await parsed(request, WebhookTarget)
        self._network.sender.url = None if asked.url is None else str(asked.url)
        return {"url": self._network.sender.url}

    async def _verify(self, _request: web.Request) -> Any:
        return await self._network.sender.verify()

    async def _state(self, request: web.Request) -> Any:
        """The first account, or the one of `?account_id=`."""
        return overview(self._network, chosen(self._network, request.query.get("account_id")))

    async def _unknown(self, _request: web.Request) -> Any:
        raise ControlError("no such control address", status=404)

    def _found(self, request: web.Request) -> tuple[Account, Comment]:
        comment_id = request.match_info["id"]
        account = self._network.owner(comment_id)
        comment = account.state.comments.get(comment_id) if account else None
        if account is None or comment is None:
            raise ControlError("no such comment", status=404)
        return account, comment
