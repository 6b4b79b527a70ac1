"""Raising and resolving alerts. Drawing them belongs to `bot`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from db.engine import Transaction
from db.models import Alert
from db.models.alert import Severity
from db.queue import Job, Step
from db.repositories import alerts

ALERT_PRIORITY = 5


async def raise_alert(
    tx: Transaction,
    kind: str,
    subject: str = "",
    *,
    severity: Severity = Severity.WARNING,
    account_id: int | None = None,
    chat_id: int | None = None,
    **params: Any,
) -> Alert:
    """Tell people that something needs them: the same `kind` and `subject` count up in one message.

    `params` fill the catalogue's text `alert.<kind>`; they carry no secrets and no customers' words.
    """
    alert = await alerts.raise_(
        tx.session,
        f"{kind}:{subject}",
        kind=kind,
        severity=severity,
        params=params,
        account_id=account_id,
        chat_id=chat_id,
    )
    redraw(tx, alert)
    return alert


async def resolve_alert(tx: Transaction, kind: str, subject: str = "") -> bool:
    """The cause is gone; False when nobody had been told."""
    alert = await alerts.resolve(tx.session, f"{kind}:{subject}")
    if alert is None:
        return False
    redraw(tx, alert)
    return True


async def resolve_kind(
    tx: Transaction, kind: str, quiet_for: timedelta = timedelta(), sparing: Collection[int] = ()
) -> None:
    """All open alerts of a kind that have not come back for `quiet_for` are over, but in some accounts."""
    for alert in await alerts.resolve_kind(tx.session, kind, quiet_for, sparing):
        redraw(tx, alert)


def redraw(tx: Transaction, alert: Alert) -> None:
    """Queue the drawing of an alert's wanted revision."""
    tx.enqueue(
        Job(
            Step.RENDER_ALERT,
            alert.id,
            key=f"alert:{alert.id}:{alert.wanted_rev}",
            priority=ALERT_PRIORITY,
        )
    )
