"""Control addresses: what no neighbour offers, but whoever plays the customers needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    ValidationError,
)

from sandbox.instagram.account import Account
from sandbox.instagram.intake import take_in
from sandbox.instagram.view import overview


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


Model = TypeVar("Model", bound=BaseModel)
Username = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


class NewComment(BaseModel):
    """A comment somebody writes now, or wrote `at` some time; by the account's own name, a human answers."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    media_id: str
    username: Username
    text: Text
    parent_id: str | None = None
    at: Moment | None = None


class NewMessage(BaseModel):
    """A direct message to the account."""

    username: Username
    text: Text
    at: Moment | None = None


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
    """When the token was issued and expires, whether it is refused (and with which subcode), a new one."""

    model_config = ConfigDict(extra="forbid")

    issued_at: Moment | None = None
    expires_at: Moment | None = None
    invalid: bool | None = None
    subcode: int | None = None
    value: str | None = Field(default=None, min_length=1)


class WebhookTarget(BaseModel):
    """Where webhooks go; None stops them."""

    url: HttpUrl | None


class ControlError(Exception):
    """The control request cannot be carried out."""

    def __init__(self, says: Any, status: int = 400) -> None:
        super().__init__(str(says))
        self.says = says
        self.status = status


class Control:
    """`/_control/…`; everything is answered in JSON, mistakes as `{"error": …}`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/comments", _guarded(self._comment)),
            web.patch("/_control/comments/{id}", _guarded(self._edit)),
            web.delete("/_control/comments/{id}", _guarded(self._remove)),
            web.post("/_control/messages", _guarded(self._message)),
            web.get("/_control/ledger", _guarded(self._ledger)),
            web.get("/_control/deliveries", _guarded(self._deliveries)),
            web.post("/_control/redeliver", _guarded(self._redeliver)),
            web.post("/_control/import", _guarded(self._import)),
            web.post("/_control/token", _guarded(self._token)),
            web.get("/_control/switches", _guarded(self._switches)),
            web.post("/_control/switches", _guarded(self._switch)),
            web.post("/_control/webhook", _guarded(self._webhook)),
            web.post("/_control/verify", _guarded(self._verify)),
            web.get("/_control/state", _guarded(self._state)),
        ]

    def fallback(self) -> list[web.RouteDef]:
        """The answer to control addresses that nobody serves; to be added after all others."""
        return [web.route("*", "/_control{path:.*}", _guarded(self._unknown))]

    async def _comment(self, request: web.Request) -> Any:
        asked = await _parsed(request, NewComment)
        state = self._account.state
        media = state.posts.get(asked.media_id)
        if media is None:
            raise ControlError("no such media", status=404)
        parent = None
        if asked.parent_id is not None:
            parent = state.comments.get(asked.parent_id)
            if parent is None or parent.media is not media:
                raise ControlError("no such parent under this media", status=404)
        author = state.person(asked.username.removeprefix("@"))
        comment = state.add_comment(media, author, asked.text, parent=parent, at=asked.at)
        delivery = self._account.tell_comment(comment)
        return {"id": comment.id, "delivery_id": delivery.id if delivery else None}

    async def _edit(self, request: web.Request) -> Any:
        comment = self._account.state.comments.get(request.match_info["id"])
        if comment is None:
            raise ControlError("no such comment", status=404)
        comment.text = (await _parsed(request, NewText)).text
        return {"id": comment.id}

    async def _remove(self, request: web.Request) -> Any:
        comment = self._account.state.comments.get(request.match_info["id"])
        if comment is None:
            raise ControlError("no such comment", status=404)
        self._account.state.remove_comment(comment)
        return {"deleted": comment.id}

    async def _message(self, request: web.Request) -> Any:
        asked = await _parsed(request, NewMessage)
        person = self._account.state.person(asked.username.removeprefix("@"))
        if person == self._account.state.own:
            raise ControlError("the account does not write to itself")
        message = self._account.state.receive(person, asked.text, at=asked.at)
        delivery = self._account.tell_message(message)
        return {"id": message.id, "delivery_id": delivery.id if delivery else None}

    async def _ledger(self, _request: web.Request) -> Any:
        return [entry.shown() for entry in self._account.ledger]

    async def _deliveries(self, _request: web.Request) -> Any:
        return [delivery.shown() for delivery in self._account.sender.deliveries.values()]

    async def _redeliver(self, request: web.Request) -> Any:
        asked = await _parsed(request, Redelivery)
        sender, state = self._account.sender, self._account.state
        delivery = sender.find(asked.id)
        if delivery is None and asked.id in state.comments:
            # An imported comment, which was never delivered from here.
            delivery = sender.record(asked.id, self._account.comment_body(state.comments[asked.id]))
        if delivery is None:
            raise ControlError("no such delivery, comment or message", status=404)
        attempts = await sender.redeliver(delivery, asked.times, concurrent=asked.concurrent)
        return {"id": delivery.id, "statuses": [attempt.status for attempt in attempts]}

    async def _import(self, request: web.Request) -> Any:
        return take_in(self._account.state, await _decoded(request))

    async def _token(self, request: web.Request) -> Any:
        asked = await _parsed(request, TokenChange)
        tokens = self._account.tokens
        if asked.value is not None:
            tokens.accept(asked.value)
        if asked.invalid is not None:
            tokens.invalid, tokens.subcode = asked.invalid, asked.subcode
        tokens.move(issued_at=asked.issued_at, expires_at=asked.expires_at)
        return {"expires_at": tokens.newest().expires_at.isoformat(), "invalid": tokens.invalid}

    async def _switches(self, _request: web.Request) -> Any:
        return self._account.switches.model_dump(mode="json")

    async def _switch(self, request: web.Request) -> Any:
        patch = await _decoded(request)
        if not isinstance(patch, dict):
            raise ControlError("switches are a JSON object")
        switches = self._account.switches
        stale = switches.stale_replies
        try:
            switches.change(patch)
        except ValidationError as error:
            raise _wrong(error) from None
        if switches.stale_replies != stale:
            state = self._account.state
            state.listed_until = state.serial if switches.stale_replies else None
        return switches.model_dump(mode="json")

    async def _webhook(self, request: web.Request) -> Any:
        asked = await _parsed(request, WebhookTarget)
        self._account.sender.url = None if asked.url is None else str(asked.url)
        return {"url": self._account.sender.url}

    async def _verify(self, _request: web.Request) -> Any:
        return await self._account.sender.verify()

    async def _state(self, _request: web.Request) -> Any:
        return overview(self._account)

    async def _unknown(self, _request: web.Request) -> Any:
        raise ControlError("no such control address", status=404)


def _guarded(work: Callable[[web.Request], Any]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await work(request))
        except ControlError as error:
            return web.json_response({"error": error.says}, status=error.status)

    return handle


async def _decoded(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError):
        raise ControlError("the body is not JSON") from None


async def _parsed(request: web.Request, kind: type[Model]) -> Model:
    try:
        return kind.model_validate(await _decoded(request))
    except ValidationError as error:
        raise _wrong(error) from None


def _wrong(error: ValidationError) -> ControlError:
    return ControlError(error.errors(include_url=False, include_context=False, include_input=False))
