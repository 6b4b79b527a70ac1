"""The inbox: one row per element of a webhook delivery, committed before Meta gets its 200."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Model, choice


class EventState(StrEnum):
    """Where an element stands."""

    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"  # understood, not for the pipeline: reads, reactions, test payloads
    QUARANTINED = "quarantined"  # not understood: kept, shown, its siblings were processed
    UNCLAIMED = "unclaimed"  # for an account that is not connected: kept and reported


class Event(Model):
    """`identity` is the event's own, so that a redelivery finds its row (see `services.ingest.envelope`)."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_open", "id", postgresql_where="state = 'received'"),
        Index("ix_events_received_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(unique=True)
    account_instagram_id: Mapped[str | None]
    field: Mapped[str]
    payload: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[EventState] = mapped_column(choice(EventState), server_default=EventState.RECEIVED)
    problem: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
