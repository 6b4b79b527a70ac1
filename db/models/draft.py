"""A draft and its versions of text."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.life.draft import DraftState
from db.models.table import Dated, Leased, Model, choice


class Draft(Dated, Leased, Model):
    """What managers decide about one comment. `version` 0 means that there is no text to approve yet.

    `claimed_by` and `claim_until` are a person's editing lease. `rev` grows with every decision.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        Index("ix_drafts_open", "account_id", "id", postgresql_where="state IN ('pending', 'escalated')"),
        Index("ix_drafts_working", "id", postgresql_where="state = 'regenerating'"),
        Index("ix_drafts_claimed", "claim_until", postgresql_where="claimed_by IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), unique=True)
    state: Mapped[DraftState] = mapped_column(choice(DraftState), server_default=DraftState.PENDING)
    version: Mapped[int] = mapped_column(server_default="0")
    rev: Mapped[int] = mapped_column(server_default="0")
    urgent: Mapped[bool] = mapped_column(server_default="false")
    why_no_text: Mapped[str | None]  # a key of the card's catalogue: withheld, manual, llm_failed, …
    regenerations: Mapped[int] = mapped_column(server_default="0")
    hint: Mapped[str | None]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))
    claim_until: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    escalated_at: Mapped[datetime | None]
    escalated_to: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))


class DraftOrigin(StrEnum):
    """Who wrote a version."""

    MODEL = "model"
    MANAGER = "manager"


class DraftVersion(Dated, Model):
    """One text. Never changed: an edit or a regeneration adds the next version."""

    __tablename__ = "draft_versions"
    __table_args__ = (UniqueConstraint("draft_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    version: Mapped[int]
    text: Mapped[str]
    language: Mapped[str]
    origin: Mapped[DraftOrigin] = mapped_column(choice(DraftOrigin))
    sources: Mapped[list[Any]] = mapped_column(server_default="[]")  # [{id, title}] of passages used
    flags: Mapped[list[Any]] = mapped_column(server_default="[]")  # [{check, found}] of failed checks
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))
    hint: Mapped[str | None]
    llm_call_id: Mapped[int | None] = mapped_column(ForeignKey("llm_calls.id"))
