"""Meta's two ways with a receiver that does not answer, and how long it has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

ALERT_AFTER = timedelta(minutes=15)  # of failures, documented for messaging webhooks
UNSUBSCRIBED_AFTER = timedelta(hours=1)  # likewise


class Regime(StrEnum):
    """Which page of Meta's describes what follows a failure."""

    COMMENTS = "comments"  # repeated for 36 hours, then dropped
    MESSAGING = "messaging"  # an alert after 15 minutes, unsubscribed after an hour


class Subscriber(Protocol):
    """Who is told the events of an account: fields by which it is, none when it is not."""

    subscribed: tuple[str, ...]


class AlertKind(StrEnum):
    """What Meta writes to the developer."""

    FAILING = "failing"
    DISABLED = "disabled"  # "Webhooks Disabled": the application is unsubscribed from the account


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message to the developer."""

    kind: AlertKind
    account_id: str
    at: datetime

    def shown(self) -> dict[str, str]:
        return {"kind": self.kind.value, "account_id": self.account_id, "at": self.at.isoformat()}


@dataclass(slots=True)
class Failures:
    """How long the messaging webhooks of each account have failed without one success."""

    since: dict[str, datetime] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    _warned: set[str] = field(default_factory=set)

    def end(self, account_ids: Iterable[str]) -> None:
        """One was taken."""
        for account_id in account_ids:
            self.since.pop(account_id, None)
            self._warned.discard(account_id)

    def note(self, account_id: str, at: datetime) -> bool:
        """One was not taken; True when that was long enough to be unsubscribed, and the count begins anew."""
        lasting = at - self.since.setdefault(account_id, at)
        if lasting >= ALERT_AFTER and account_id not in self._warned:
            self._warned.add(account_id)
            self.alerts.append(Alert(kind=AlertKind.FAILING, account_id=account_id, at=at))
        if lasting < UNSUBSCRIBED_AFTER:
            return False
        self.alerts.append(Alert(kind=AlertKind.DISABLED, account_id=account_id, at=at))
        self.end([account_id])
        return True

    def shown(self) -> dict[str, Any]:
        return {
            "failing_since": {account_id: at.isoformat() for account_id, at in self.since.items()},
            "alerts": [alert.shown() for alert in self.alerts],
        }
