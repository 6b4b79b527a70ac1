"""Sending webhooks as Meta does: signed, impatient, without redirects, again and again for 36 hours."""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, repeat
from typing import Any

import aiohttp

from sandbox.instagram.background import Background
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.model import now
from sandbox.instagram.signature import sign
from sandbox.instagram.switches import Switches

TIMEOUT = aiohttp.ClientTimeout(total=5)  # Meta's own patience, documented for messaging webhooks
FIRST_RETRIES = (1, 2, 5, 10, 20, 40)  # seconds; ours, Meta publishes only that the frequency decreases
LATER_RETRIES = 60
RETRIES_END = timedelta(hours=36)  # documented
AT_ONCE = 64  # open requests to the receiver; further ones wait
USER_AGENT = "Webhooks/1.0 (https://fb.me/webhooks)"
VERIFYING_USER_AGENT = "facebookplatform/1.0 (+http://developers.facebook.com)"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    ABANDONED = "abandoned"  # refused for 36 hours
    UNSENT = "unsent"  # nobody was subscribed or no address was known


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One POST: the status answered, or the name of what went wrong; `again` when asked for by control."""

    at: datetime
    status: int | None
    error: str | None
    ms: int
    again: bool

    def shown(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "status": self.status,
            "error": self.error,
            "ms": self.ms,
            "again": self.again,
        }


@dataclass(slots=True, eq=False, kw_only=True)
class Delivery:
    """One webhook body and what became of it; `about` is the comment or message it tells."""

    id: str
    about: str
    body: bytes
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: list[Attempt] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "about": self.about,
            "state": self.state.value,
            "status": self.attempts[-1].status if self.attempts else None,
            "attempts": [attempt.shown() for attempt in self.attempts],
            "body": self.body.decode(),
            "created_at": self.created_at.isoformat(),
        }


def retry_pauses() -> Iterator[int]:
    """Seconds before each retry, together at most 36 hours."""
    elapsed = 0
    for pause in chain(FIRST_RETRIES, repeat(LATER_RETRIES)):
        elapsed += pause
        if elapsed > RETRIES_END.total_seconds():
            return
        yield pause


class WebhookSender:
    """Delivers bodies to the one address that the application has configured."""

    def __init__(self, config: InstagramConfig, switches: Switches, background: Background) -> None:
        self.url = config.webhook_url
        self.deliveries: dict[str, Delivery] = {}
        self.session: aiohttp.ClientSession | None = None
        self._config = config
        self._switches = switches
        self._background = background
        self._about: dict[str, Delivery] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    def find(self, wanted: str) -> Delivery | None:
        """A delivery by its id, or the last one about a comment or message of this id."""
        return self.deliveries.get(wanted) or self._about.get(wanted)

    def record(self, about: str, body: bytes) -> Delivery:
        """A delivery that is not sent by itself."""
        delivery = Delivery(
            id=uuid.uuid4().hex, about=about, body=body, created_at=now(), state=DeliveryState.UNSENT
        )
        self.deliveries[delivery.id] = delivery
        self._about[about] = delivery
        return delivery

    def send(self, about: str, body: bytes, *, subscribed: bool) -> Delivery:
        """Record a delivery and start sending it, if there is a subscriber and an address."""
        delivery = self.record(about, body)
        if subscribed and self.url is not None:
            delivery.state = DeliveryState.PENDING
            # The delivery records what becomes of it, and the owner of the task ends it.
            _task = self._background.start(self._persist(delivery))
        return delivery

    async def redeliver(self, delivery: Delivery, times: int, *, concurrent: bool) -> list[Attempt]:
        """Send the same bytes `times` more times, each once, and give what came of it."""
        if concurrent:
            return await asyncio.gather(*(self._attempt(delivery, again=True) for _ in range(times)))
        return [await self._attempt(delivery, again=True) for _ in range(times)]

    async def verify(self) -> dict[str, Any]:
        """The verification GET with which Meta checks an address: `{ok, status, error}`."""
        if self.session is None or self.url is None:
            return {"ok": False, "status": None, "error": "no address"}
        challenge = str(secrets.randbelow(2**31))
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": self._config.verify_token,
        }
        try:
            async with self.session.get(
                self.url,
                params=query,
                headers={"User-Agent": VERIFYING_USER_AGENT},
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as answer:
                body = await answer.content.read(len(challenge) + 1)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return {"ok": False, "status": None, "error": type(error).__name__}
        echoed = body == challenge.encode()
        says = None if echoed else "the answer is not the challenge"
        return {"ok": answer.status == 200 and echoed, "status": answer.status, "error": says}

    async def _persist(self, delivery: Delivery) -> None:
        for pause in chain((0,), retry_pauses()):
            await asyncio.sleep(pause * self._switches.retry_scale)
            attempt = await self._attempt(delivery, again=False)
            if attempt.status == 200:  # Meta asks for exactly this
                delivery.state = DeliveryState.DELIVERED
                return
        delivery.state = DeliveryState.ABANDONED

    async def _attempt(self, delivery: Delivery, *, again: bool) -> Attempt:
        async with self._gate:
            at, started = now(), time.monotonic()
            status, error = await self._post(delivery.body)
            attempt = Attempt(
                at=at,
                status=status,
                error=error,
                ms=round((time.monotonic() - started) * 1000),
                again=again,
            )
        delivery.attempts.append(attempt)
        return attempt

    async def _post(self, body: bytes) -> tuple[int | None, str | None]:
        if self.session is None or self.url is None:
            return None, "no address"
        try:
            async with self.session.post(
                self.url,
                data=body,
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": USER_AGENT,
                    **sign(body, self._config.app_secret),
                },
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as answer:
                return answer.status, None
        except (aiohttp.ClientError, OSError, ValueError) as error:  # a timeout is an OSError
            return None, type(error).__name__
