"""What the team's decisions taught: examples, rules, and questions that the knowledge could not answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.comment import Category
from db.models.table import Dated, Model, choice


class Example(Dated, Model):
    """An approved pair. Shown to the model as data while the facts it used still hold.

    `facts` are the passages that the answer relied on: [{key, sha256}]. When one changes, the pair goes.
    """

    __tablename__ = "examples"
    __table_args__ = (
        Index(
            "ix_examples_standing",
            "account_id",
            "category",
            "language",
            "id",
            postgresql_where="dropped_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), unique=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    draft_version: Mapped[int]
    category: Mapped[Category] = mapped_column(choice(Category))
    language: Mapped[str]
    question: Mapped[str]  # personal data masked
    answer: Mapped[str]  # personal data masked
    edited: Mapped[bool]  # a person wrote the answer
    facts: Mapped[list[Any]] = mapped_column(server_default="[]")
    dropped_at: Mapped[datetime | None]
    dropped_why: Mapped[str | None]  # a key of the catalogue


class Rule(Dated, Model):
    """How answers of an account should be worded. Data for the model, never an instruction."""

    __tablename__ = "rules"
    __table_args__ = (
        Index("ix_rules_standing", "account_id", "id", postgresql_where="forgotten_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str]
    nonce: Mapped[str] = mapped_column(unique=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id"))
    forgotten_at: Mapped[datetime | None]
    forgotten_by: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))


class RuleOffer(Dated, Model):
    """A rule that the program made of an edit and proposes to the person who made the edit."""

    __tablename__ = "rule_offers"
    __table_args__ = (Index("ix_rule_offers_open", "id", postgresql_where="answered_at IS NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    draft_version: Mapped[int]
    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"))
    text: Mapped[str | None]  # None: not worded yet
    chat_id: Mapped[int | None]
    message_id: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]


class Gap(Dated, Model):
    """A question that the knowledge could not answer; open until somebody answers or dismisses it.

    `asked` counts how often nearly the same was asked. The answer becomes a question-answer pair.
    """

    __tablename__ = "gaps"
    __table_args__ = (
        Index(
            "ix_gaps_open",
            "account_id",
            "id",
            postgresql_where="answered_at IS NULL AND dismissed_at IS NULL",
        ),
        Index("ix_gaps_comment", "comment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    language: Mapped[str]
    question: Mapped[str]  # personal data masked
    missing: Mapped[str]  # what was not known, in the model's words
    asked: Mapped[int] = mapped_column(server_default="1")
    asked_at: Mapped[datetime]  # the newest time
    told_at: Mapped[datetime | None]  # it stood on a weekly list
    chat_id: Mapped[int | None]  # of the message that asks for the answer
    message_id: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))
    dismissed_at: Mapped[datetime | None]
