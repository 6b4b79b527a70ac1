"""What the business knows: documents and their passages."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Model, choice


class Document(Dated, Model):
    """One imported file; `sha256` tells whether it changed."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("account_id", "name", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # None: for every account
    name: Mapped[str]
    sha256: Mapped[str]
    report: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class PassageKind(StrEnum):
    """Prices come from product rows only."""

    TEXT = "text"
    PRODUCT = "product"


class Passage(Dated, Model):
    """A titled piece of a document, or one product row."""

    __tablename__ = "passages"
    __table_args__ = (Index("ix_passages_document", "document_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    position: Mapped[int]
    kind: Mapped[PassageKind] = mapped_column(choice(PassageKind))
    title: Mapped[str]
    text: Mapped[str]
    price: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    currency: Mapped[str | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
