"""Updates from Telegram, stored before they are acknowledged."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Model, choice


class UpdateState(StrEnum):
    """Where an update stands."""

    RECEIVED = "received"
    PROCESSED = "processed"
    FAILED = "failed"


class TelegramUpdate(Dated, Model):
    """`id` is Telegram's `update_id`."""

    __tablename__ = "telegram_updates"
    __table_args__ = (Index("ix_telegram_updates_open", "id", postgresql_where="state = 'received'"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    payload: Mapped[dict[str, Any]]
    state: Mapped[UpdateState] = mapped_column(choice(UpdateState), server_default=UpdateState.RECEIVED)
    attempts: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
