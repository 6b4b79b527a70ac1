"""Sending webhooks as Meta does: signed, impatient, without redirects, again and again for 36 hours."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any, assert_never

import aiohttp

from sandbox.instagram.background import Background
from sandbox.instagram.batching import Event, Form, compose
from sandbox.instagram.chance import Chance
from sandbox.instagram.clock import Clock
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.delivery import Attempt, Delivery, DeliveryState
from sandbox.instagram.events import serialize
from sandbox.instagram.regime import Failures, Regime, Subscriber
from sandbox.instagram.signature import sign
from sandbox.instagram.switches import Signing, Switches

TIMEOUT = aiohttp.ClientTimeout(total=5)  # Meta's own patience, documented for messaging webhooks
FIRST_RETRIES = (1, 2, 5, 10, 20, 40)  # seconds; ours, Meta publishes only that the frequency decreases
LATER_RETRIES = 60
RETRIES_END = timedelta(hours=36)  # documented
VERIFYING_USER_AGENT = "facebookplatform/1.0 (+http://developers.facebook.com)"


def retry_pauses() -> Iterator[int]:
    """Seconds before each retry, together at most 36 hours."""
    elapsed = 0
    for pause in chain(FIRST_RETRIES, repeat(LATER_RETRIES)):
        elapsed += pause
        if elapsed > RETRIES_END.total_seconds():
            return
        yield pause


class WebhookSender:
    """Delivers events to the one address that the application has configured."""

    def __init__(
        self, config: InstagramConfig, switches: Switches, background: Background, clock: Clock
    ) -> None:
        self.url = config.webhook_url
        self.deliveries: dict[str, Delivery] = {}
        self.failures = Failures()
        self.session: aiohttp.ClientSession | None = None
        self._config = config
        self._switches = switches
        self._background = background
        self._clock = clock
        self._chance = Chance(switches)
        self._about: dict[str, Delivery] = {}
        self._collecting: dict[Regime, Delivery] = {}
        self._gate = (switches.at_once, asyncio.Semaphore(switches.at_once))

    def find(self, wanted: str) -> Delivery | None:
        """A delivery by its id, or the last one about a comment or message of this id."""
        return self.deliveries.get(wanted) or self._about.get(wanted)

    def record(self, about: str, body: bytes) -> Delivery:
        """A delivery that is not sent by itself."""
        delivery = Delivery(
            about=[about], body=body, created_at=self._clock.now(), state=DeliveryState.UNSENT
        )
        self.deliveries[delivery.id] = self._about[about] = delivery
        return delivery

    def tell(self, *events: Event, subscriber: Subscriber | None = None) -> Delivery | None:
        """Send events as the switches demand and give the last one's delivery; None while it is late.

        Without a `subscriber` they are sent whoever is subscribed, as the dashboard's tests are.
        """
        delivery = None
        for event in events:
            delivery = self._tell(event, subscriber)
        return delivery

    def tell_together(self, events: Sequence[Event], subscriber: Subscriber) -> Delivery:
        """Send one body with all these events at once, whatever the switches say of batches and losses."""
        delivery = self._begun(events[0])
        for event in events:
            self._add(delivery, event, subscriber)
        if self.url is None or not subscriber.subscribed:
            self._close(delivery)
            delivery.state = DeliveryState.UNSENT
        else:
            self._dispatch(delivery)
        return delivery

    def shown(self) -> dict[str, Any]:
        """Since when messaging webhooks fail, what Meta wrote of it, and how many deliveries stand where."""
        states = [delivery.state for delivery in self.deliveries.values()]
        return {
            **self.failures.shown(),
            "deliveries": {state.value: states.count(state) for state in DeliveryState},
        }

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

    def _tell(self, event: Event, subscriber: Subscriber | None) -> Delivery | None:
        if self.url is None or not (subscriber is None or subscriber.subscribed):
            return self._kept(event, DeliveryState.UNSENT)
        fate = self._chance.next()
        if fate.lost:
            return self._kept(event, DeliveryState.LOST)
        delivery = None
        for seconds in fate.late:
            if seconds:
                moment = self._clock.now() + timedelta(seconds=seconds)
                self._start(self._join_later(event, subscriber, moment))
            else:
                delivery = self._join(event, subscriber)
        return delivery

    def _kept(self, event: Event, state: DeliveryState) -> Delivery:
        """An event that is written down and not sent."""
        delivery = self._begun(event)
        self._add(delivery, event, None)
        self._close(delivery)
        delivery.state = state
        return delivery

    async def _join_later(self, event: Event, subscriber: Subscriber | None, moment: datetime) -> None:
        await self._clock.until(moment)
        self._join(event, subscriber)

    def _join(self, event: Event, subscriber: Subscriber | None) -> Delivery:
        """Put an event into the body that is collected, or a body of its own."""
        size = 1 if event.form is Form.RAW else self._switches.batch_size
        regime = self._regime(event)
        delivery = self._collecting.get(regime) if size > 1 else None
        if delivery is None:
            delivery = self._begun(event)
            if size > 1:
                self._collecting[regime] = delivery
                moment = self._clock.now() + timedelta(seconds=self._switches.batch_wait)
                self._start(self._dispatch_later(delivery, moment))
        self._add(delivery, event, subscriber)
        if len(delivery.events) >= size:
            self._dispatch(delivery)
        return delivery

    def _begun(self, event: Event) -> Delivery:
        delivery = Delivery(about=[], created_at=self._clock.now(), regime=self._regime(event))
        self.deliveries[delivery.id] = delivery
        return delivery

    def _add(self, delivery: Delivery, event: Event, subscriber: Subscriber | None) -> None:
        delivery.events.append(event)
        delivery.about.append(event.about)
        self._about[event.about] = delivery
        if subscriber is not None:
            delivery.subscribers[event.account_id] = subscriber

    def _regime(self, event: Event) -> Regime:
        messaging = event.field in self._switches.messaging_regime
        return Regime.MESSAGING if messaging else Regime.COMMENTS

    async def _dispatch_later(self, delivery: Delivery, moment: datetime) -> None:
        try:
            await self._clock.until(moment)
            if delivery.body is None:
                self._dispatch(delivery)
        finally:
            self._close(delivery)  # also when the application stops: nothing may join what nobody sends

    def _dispatch(self, delivery: Delivery) -> None:
        self._close(delivery)
        self._start(self._persist(delivery))

    def _close(self, delivery: Delivery) -> bytes:
        """The body, which from now on stays as it is."""
        if delivery.body is None:
            if self._collecting.get(delivery.regime) is delivery:
                del self._collecting[delivery.regime]
            body = compose(delivery.events, self._switches, self._clock.now())
            delivery.body = serialize(body, self._switches.serializer)
        return delivery.body

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work`, for which an advance of the clock waits."""
        self._clock.engage()
        try:
            task = self._background.start(work)
        except RuntimeError:
            self._clock.release()
            raise
        task.add_done_callback(lambda _task: self._clock.release())

    async def _persist(self, delivery: Delivery) -> None:
        for pause in chain((0,), retry_pauses()):
            wait = timedelta(seconds=pause * self._switches.retry_scale)
            await self._clock.until(self._clock.now() + wait)
            if not delivery.wanted:
                if delivery.regime is Regime.MESSAGING:
                    break
                continue  # repeated once somebody is subscribed again
            attempt = await self._attempt(delivery, again=False)
            self._judge(delivery, attempt)
            if attempt.status == 200:  # Meta asks for exactly this
                delivery.state = DeliveryState.DELIVERED
                return
        delivery.state = DeliveryState.ABANDONED

    def _judge(self, delivery: Delivery, attempt: Attempt) -> None:
        """Draw the consequences for the accounts whose messages are told."""
        if delivery.regime is not Regime.MESSAGING:
            return
        if attempt.status == 200:
            self.failures.end(delivery.subscribers)
            return
        for account_id, subscriber in delivery.subscribers.items():
            if self.failures.note(account_id, attempt.at):
                subscriber.subscribed = ()

    async def _attempt(self, delivery: Delivery, *, again: bool) -> Attempt:
        async with self._open_gate():
            at, started = self._clock.now(), time.monotonic()
            status, error = await self._post(self._close(delivery))
            attempt = Attempt(
                at=at,
                status=status,
                error=error,
                ms=round((time.monotonic() - started) * 1000),
                again=again,
            )
        delivery.attempts.append(attempt)
        return attempt

    def _open_gate(self) -> asyncio.Semaphore:
        """Lets in as many as the switch says; those already waiting keep the number of their time."""
        at_once = self._switches.at_once
        if self._gate[0] != at_once:
            self._gate = (at_once, asyncio.Semaphore(at_once))
        return self._gate[1]

    async def _post(self, body: bytes) -> tuple[int | None, str | None]:
        if self.session is None or self.url is None:
            return None, "no address"
        try:
            async with self.session.post(
                self.url,
                data=body,
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": self._switches.user_agent,
                    **sign(body, self._secret()),
                },
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as answer:
                return answer.status, None
        except (aiohttp.ClientError, OSError, ValueError) as error:  # a timeout is an OSError
            return None, type(error).__name__

    def _secret(self) -> str:
        match self._switches.signing:
            case Signing.APP:
                return self._config.app_secret
            case Signing.META:
                return self._config.meta_app_secret
            case Signing.WRONG:
                return f"not {self._config.app_secret}"
            case _:
                assert_never(self._switches.signing)
