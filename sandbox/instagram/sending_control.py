"""Control of what is told and when: `/_control/clock`, `/_control/events`, `/_control/batch`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from sandbox.instagram.account import Account
from sandbox.instagram.batching import Event
from sandbox.instagram.clock import Clock
from sandbox.instagram.control_request import ControlError, Text, Username, chosen, guarded, parsed
from sandbox.instagram.events import comment_told
from sandbox.instagram.happenings import AnyHappening
from sandbox.instagram.happenings.happening import Identifier
from sandbox.instagram.model import Comment, Media, MediaKind
from sandbox.instagram.network import Network
from sandbox.instagram.switches import MOST_TOGETHER

LONGEST_ADVANCE = 400 * 86_400.0  # seconds: past every lifetime that Instagram knows
LAST_YEAR = 2200  # the clock goes no further
FASTEST = 100_000.0


class ClockChange(BaseModel):
    """Seconds to move forward, and how many pass in one of the machine's from now on."""

    model_config = ConfigDict(extra="forbid")

    advance: float = Field(default=0.0, ge=0, le=LONGEST_ADVANCE)
    scale: float | None = Field(default=None, ge=0, le=FASTEST)


class Batch(BaseModel):
    """Comments that are told in one body; number `poison`, from 0, in a shape that cannot be understood.

    In `text` and `username` `{n}` stands for the comment's number.
    """

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    count: int = Field(ge=1, le=MOST_TOGETHER)
    poison: int | None = Field(default=None, ge=0)
    username: Username = "customer_{n}"
    text: Text = "Вопрос {n}: сколько стоит доставка?"
    media_id: Identifier | None = None
    account_id: str | None = None


class SendingControl:
    """Further control addresses; answered and refused as the others are."""

    def __init__(self, network: Network, clock: Clock) -> None:
        self._network = network
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_control/clock", guarded(self._time)),
            web.post("/_control/clock", guarded(self._move)),
            web.post("/_control/events", guarded(self._happen)),
            web.post("/_control/batch", guarded(self._batch)),
        ]

    async def _time(self, _request: web.Request) -> Any:
        return self._clock.shown()

    async def _move(self, request: web.Request) -> Any:
        """Answered when everything that falls due until then has been done."""
        asked = await parsed(request, ClockChange)
        if asked.scale is not None:
            self._clock.scale = asked.scale
        if asked.advance:
            if self._clock.now().year >= LAST_YEAR:
                raise ControlError(f"the clock ends in {LAST_YEAR}")
            await self._clock.advance(asked.advance)
        return self._clock.shown()

    async def _happen(self, request: web.Request) -> Any:
        asked = (await parsed(request, AnyHappening)).root
        account = chosen(self._network, asked.account_id)
        events = asked.play(account)
        sender = self._network.sender
        delivery = account.tell(*events) if asked.needs_subscription else sender.tell(*events)
        return {"id": events[0].about, "delivery_id": delivery.id if delivery else None}

    async def _batch(self, request: web.Request) -> Any:
        asked = await parsed(request, Batch)
        if asked.poison is not None and asked.poison >= asked.count:
            raise ControlError("poison is the number of one of the comments")
        account = chosen(self._network, asked.account_id)
        media = _post(account, asked.media_id)
        comments = [_numbered(account, media, asked, number) for number in range(asked.count)]
        events = [comment_told(comment, account.config, account.switches) for comment in comments]
        poisoned = None
        if asked.poison is not None:
            poisoned = comments[asked.poison].id
            events[asked.poison] = _poisoned(events[asked.poison])
        delivery = self._network.sender.tell_together(events, account)
        return {
            "ids": [comment.id for comment in comments],
            "poisoned": poisoned,
            "delivery_id": delivery.id,
        }


def _post(account: Account, media_id: str | None) -> Media:
    posts = account.state.posts
    if media_id is None:
        media = next((post for post in posts.values() if post.kind is MediaKind.FEED), None)
    else:
        media = posts.get(media_id)
    if media is None:
        raise ControlError("no such media", status=404)
    return media


def _numbered(account: Account, media: Media, asked: Batch, number: int) -> Comment:
    username = asked.username.replace("{n}", str(number))
    text = asked.text.replace("{n}", str(number))
    return account.state.add_comment(media, account.state.person(username), text)


def _poisoned(event: Event) -> Event:
    """The same comment with a list for an id, a text for an author and an object for a text."""
    value = {
        "from": event.value["from"].get("username"),
        "media": [event.value["media"]],
        "id": [event.about],
        "text": {"text": event.value["text"]},
    }
    return replace(event, value=value)
