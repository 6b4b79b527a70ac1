"""The Telegram message that shows a draft, and the question that asks a manager for a new text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Leased, Model


class Card(Dated, Leased, Model):
    """Desired state: the message is right when `rendered_rev` has reached `wanted_rev`.

    `nonce` (128 bits, base64url) is what buttons carry; it is a key to this row, never a fact.
    """

    __tablename__ = "cards"
    __table_args__ = (
        Index("ix_cards_stale", "id", postgresql_where="rendered_rev < wanted_rev"),
        Index("ix_cards_message", "chat_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"), unique=True)
    nonce: Mapped[str] = mapped_column(unique=True)
    chat_id: Mapped[int]
    thread_id: Mapped[int | None]
    message_id: Mapped[int | None]
    wanted_rev: Mapped[int] = mapped_column(server_default="1")
    rendered_rev: Mapped[int] = mapped_column(server_default="0")
    step: Mapped[str | None]  # a second step shown in place of the buttons: reject, hide
    shown_at: Mapped[datetime | None]


class EditRequest(Dated, Model):
    """A message of the bot that asks one manager for a new text; the manager replies to it."""

    __tablename__ = "edit_requests"
    __table_args__ = (UniqueConstraint("chat_id", "message_id"), Index("ix_edit_requests_draft", "draft_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"))
    version: Mapped[int]
    chat_id: Mapped[int]
    message_id: Mapped[int]
    answered_at: Mapped[datetime | None]
