"""What people and policies decided, and every change of state: both only ever grow."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Model, choice


class Action(StrEnum):
    """What was decided. The audit uses these words."""

    APPROVE = "approve"
    CLAIM = "claim"
    RELEASE = "release"
    TAKE_OVER = "take_over"
    EDIT = "edit"
    REGENERATE = "regenerate"
    ESCALATE = "escalate"
    REJECT = "reject"
    REOPEN = "reopen"
    UNDO = "undo"
    HIDE = "hide"
    UNHIDE = "unhide"
    RETRY = "retry"
    WAS_SENT = "was_sent"
    SEND_AGAIN = "send_again"
    DONE = "done"
    SUPERSEDE = "supersede"
    DENIED = "denied"  # a press by somebody who may not


class Decision(Dated, Model):
    """One decision: who, what, on which version. Append-only, by a trigger in the database.

    Texts stay in comments and drafts only; `text_hash` is keyed (rulings, 16).
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_draft", "draft_id", "id"),
        Index("ix_decisions_created_at", "account_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id"))
    rev: Mapped[int]
    actor_id: Mapped[int | None]  # Telegram id; None is a policy or the program itself
    actor_name: Mapped[str]
    action: Mapped[Action] = mapped_column(choice(Action))
    from_state: Mapped[str]
    to_state: Mapped[str]
    draft_version: Mapped[int]
    text_hash: Mapped[str | None]
    reason: Mapped[str | None]
    telegram_update_id: Mapped[int | None]


class Subject(StrEnum):
    """Whose state changed."""

    COMMENT = "comment"
    DRAFT = "draft"
    DELIVERY = "delivery"


class Transition(Dated, Model):
    """One change of state, for the timeline of a comment."""

    __tablename__ = "transitions"
    __table_args__ = (Index("ix_transitions_comment", "comment_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    subject: Mapped[Subject] = mapped_column(choice(Subject))
    subject_id: Mapped[int]
    from_state: Mapped[str]
    to_state: Mapped[str]
    note: Mapped[str | None]
