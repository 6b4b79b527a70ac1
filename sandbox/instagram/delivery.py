"""One webhook body and what became of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sandbox.instagram.batching import Event
from sandbox.instagram.regime import Regime, Subscriber


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    ABANDONED = "abandoned"  # refused for 36 hours, or until the application was unsubscribed
    UNSENT = "unsent"  # nobody was subscribed or no address was known
    LOST = "lost"  # by the switch `lose`: never sent, although it happened


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
    """One webhook body and what became of it; `about` are the comments and messages it tells.

    While it still collects events it has no body. It is wanted as long as one of its `subscribers`, by id
    of account, is subscribed; without any of them always.
    """

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    about: list[str]
    created_at: datetime
    events: list[Event] = field(default_factory=list)
    body: bytes | None = None
    regime: Regime = Regime.COMMENTS
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    state: DeliveryState = DeliveryState.PENDING
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def wanted(self) -> bool:
        return not self.subscribers or any(one.subscribed for one in self.subscribers.values())

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "about": self.about[0],
            "events": self.about,
            "state": self.state.value,
            "status": self.attempts[-1].status if self.attempts else None,
            "attempts": [attempt.shown() for attempt in self.attempts],
            "body": (self.body or b"").decode(),
            "created_at": self.created_at.isoformat(),
        }
