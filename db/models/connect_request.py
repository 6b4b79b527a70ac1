"""A login that somebody began: the `state` that Instagram hands back with its code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Model


class ConnectRequest(Dated, Model):
    """Good once and for a short time. Only a hash of the `state` is kept."""

    __tablename__ = "connect_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    state_hash: Mapped[str] = mapped_column(unique=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"))
    chat_id: Mapped[int]  # where the link was asked for, and where the outcome is told
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
