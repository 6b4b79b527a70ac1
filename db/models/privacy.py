"""Requests to erase somebody, which stay as tombstones without a name."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Model, choice


class ErasureSubject(StrEnum):
    """Whose data."""

    PERSON = "person"
    ACCOUNT = "account"


class ErasureSource(StrEnum):
    """Who asked."""

    CALLBACK = "callback"  # Meta, for the person
    COMMAND = "command"  # the operator or the owner


class ErasureState(StrEnum):
    """Where an erasure stands."""

    RECEIVED = "received"
    DONE = "done"


class Erasure(Dated, Model):
    """One request. The hashes are keyed: they recognise the person's old words and tell nobody the name.

    `id_hash` and `username_hash` are what was asked for, `hashes` everything that was found to be the same
    person's. Words written before `created_at` by somebody with one of `hashes` are never taken in again.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        Index("ix_erasures_id_hash", "id_hash"),
        Index("ix_erasures_username_hash", "username_hash"),
        Index("ix_erasures_hashes", "hashes", postgresql_using="gin"),
        Index(
            "uq_erasures_open",
            "subject",
            "account_id",
            "id_hash",
            "username_hash",
            unique=True,
            postgresql_where="state = 'received'",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # the confirmation code that Meta shows to the person
    subject: Mapped[ErasureSubject] = mapped_column(choice(ErasureSubject))
    source: Mapped[ErasureSource] = mapped_column(choice(ErasureSource))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    id_hash: Mapped[str | None]
    username_hash: Mapped[str | None]
    hashes: Mapped[list[Any]] = mapped_column(server_default="[]")
    sealed: Mapped[bytes | None]  # who it is, encrypted like a token; None once it is done
    state: Mapped[ErasureState] = mapped_column(choice(ErasureState), server_default=ErasureState.RECEIVED)
    erased: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # how many rows of each kind
    next_attempt_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class FormerKey(Dated, Model):
    """A key of pseudonyms and tombstones whose ENCRYPTION_KEY may be gone, sealed with the one of today.

    Without it nobody who was erased before a rotation would be recognised after it.
    """

    __tablename__ = "former_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[bytes]
