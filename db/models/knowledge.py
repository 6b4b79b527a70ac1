"""What the business knows: documents and their passages, files on the way, and who changed what."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, Numeric, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Leased, Model, choice

SIGNS = "«»„“”‘’‚‹›…–—−·•№₽€£₸₴©®™°×\u00a0\u2007\u2009\u202f"
"""Signs that are no part of a word. Where the locale is C, as it is for embedded servers, PostgreSQL takes
them for letters: «Медовик» would be another word than Медовик."""
FROM, TO = f"ёЁ{SIGNS}", f"еЕ{' ' * len(SIGNS)}"
SEARCHED = f"translate(title || ' ' || text, '{FROM}', '{TO}')"
"""What is searched: people write ё as е."""


class Document(Dated, Model):
    """One imported file; `sha256` tells whether it changed, `changed_at` when it did.

    `nonce` is what a button about exactly this content carries: a document that is replaced gets a new one.
    """

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("account_id", "name", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # None: for every account
    name: Mapped[str]
    sha256: Mapped[str]
    report: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    nonce: Mapped[str] = mapped_column(unique=True, server_default=text("(gen_random_uuid())::text"))


class PassageKind(StrEnum):
    """Prices come from product rows only."""

    TEXT = "text"
    PRODUCT = "product"
    PAIR = "pair"  # a question with its answer


class Passage(Dated, Model):
    """A titled piece of a document, or one product row."""

    __tablename__ = "passages"
    __table_args__ = (
        Index("ix_passages_document", "document_id", "position"),
        Index("ix_passages_search", "search", postgresql_using="gin"),
        Index("ix_passages_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    position: Mapped[int]
    kind: Mapped[PassageKind] = mapped_column(choice(PassageKind))
    title: Mapped[str]
    text: Mapped[str]
    price: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    currency: Mapped[str | None]
    stock: Mapped[str | None]
    updated: Mapped[date | None]  # when the list says the row was right
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    search: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed(
            f"to_tsvector('russian', {SEARCHED}) || to_tsvector('english', {SEARCHED})",
            persisted=True,
        ),
        deferred=True,
    )


class UploadState(StrEnum):
    """Where a file that somebody sent stands."""

    ASKING = "asking"  # whose knowledge it is, has to be said by a person
    RECEIVED = "received"  # to be downloaded and read
    READ = "read"  # in use, or known already
    REFUSED = "refused"  # it cannot be used, and nothing changed
    FAILED = "failed"  # given up after some attempts, and nothing changed
    CANCELLED = "cancelled"


class Upload(Dated, Leased, Model):
    """A file sent to the bot. Open until its sender has been told how it ended.

    `nonce` is what the buttons of the question carry, `question_id` the question's message.
    """

    __tablename__ = "uploads"
    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        Index("ix_uploads_open", "id", postgresql_where="told_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # None: for every account
    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"))
    chat_id: Mapped[int]
    thread_id: Mapped[int | None]
    message_id: Mapped[int]
    question_id: Mapped[int | None]
    file_id: Mapped[str]
    name: Mapped[str]  # made harmless
    size: Mapped[int | None]  # bytes, as Telegram says
    state: Mapped[UploadState] = mapped_column(choice(UploadState))
    report: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    told_at: Mapped[datetime | None]


class KnowledgeAction(StrEnum):
    """What somebody did to a document."""

    ADDED = "added"
    REPLACED = "replaced"
    REMOVED = "removed"


class KnowledgeChange(Dated, Model):
    """Append-only: the document may be gone, who changed it and when stays."""

    __tablename__ = "knowledge_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[KnowledgeAction] = mapped_column(choice(KnowledgeAction))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    sha256: Mapped[str]
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))  # None: the operator
