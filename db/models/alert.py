"""Something that needs a person outside the drafts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Leased, Model, choice


class Severity(StrEnum):
    """How loud an alert is."""

    WARNING = "warning"
    CRITICAL = "critical"


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Alert(Dated, Leased, Model):
    """One cause, however often it happens: the same fingerprint counts up in the same message."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("uq_alerts_fingerprint", "fingerprint", unique=True, postgresql_where="state <> 'resolved'"),
        Index("ix_alerts_stale", "id", postgresql_where="rendered_rev < wanted_rev"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    kind: Mapped[str]  # a key of the catalogue: alert.<kind>
    severity: Mapped[Severity] = mapped_column(choice(Severity))
    params: Mapped[dict[str, Any]]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    state: Mapped[AlertState] = mapped_column(choice(AlertState), server_default=AlertState.OPEN)
    count: Mapped[int] = mapped_column(server_default="1")
    last_at: Mapped[datetime] = mapped_column(server_default=func.now())
    muted_until: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))
    nonce: Mapped[str] = mapped_column(unique=True)
    chat_id: Mapped[int | None]
    message_id: Mapped[int | None]
    wanted_rev: Mapped[int] = mapped_column(server_default="1")
    rendered_rev: Mapped[int] = mapped_column(server_default="0")
