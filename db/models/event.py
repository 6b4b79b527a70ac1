"""The inbox: one row per element of a webhook delivery, committed before Meta gets its 200."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Model, choice


class EventState(StrEnum):
    """Where an element stands."""

    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"  # understood, not for the pipeline: reads, reactions, test payloads
    QUARANTINED = "quarantined"  # not understood: kept, shown, its siblings were processed
    UNCLAIMED = "unclaimed"  # for an account that is not connected: kept and reported


class EventSource(StrEnum):
    """How an element reached us."""

    WEBHOOK = "webhook"
    RECONCILIATION = "reconciliation"  # Instagram shows it and no webhook brought it


class Event(Model):
    """`identity` is the event's own within its account, so that a redelivery finds its row.

    It is made by `services.ingest.envelope`.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_open", "id", postgresql_where="state = 'received'"),
        Index("ix_events_received_at", "received_at"),
        Index("ix_events_kept", "received_at", postgresql_where="payload <> '{}'::jsonb"),
        # Per account: one mention may reach two of ours. A bare envelope names none, and that is a value too.
        UniqueConstraint("account_instagram_id", "identity", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str]
    account_instagram_id: Mapped[str | None]
    field: Mapped[str]
    payload: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    source: Mapped[EventSource] = mapped_column(choice(EventSource), server_default=EventSource.WEBHOOK)
    state: Mapped[EventState] = mapped_column(choice(EventState), server_default=EventState.RECEIVED)
    problem: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
