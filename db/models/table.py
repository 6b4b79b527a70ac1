"""What all tables share: types, naming of constraints, and the columns of a lease."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Enum, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Model(DeclarativeBase):
    """The declarative root: 64-bit ids, aware times, text without lengths, JSON as jsonb."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def choice(kind: type[StrEnum]) -> Enum:
    """A column that holds one of `kind`'s values as text with a CHECK (a new value is an easy migration)."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        name=kind.__name__.lower(),
        create_constraint=True,
    )


class Leased:
    """Columns of a row on which a worker works: short claim, call without a transaction, fenced save.

    `lease_token` grows with every claim; a save that carries an older one changes nothing.
    `attempts` counts claims since the last progress, `next_attempt_at` is the backoff.
    """

    lease_token: Mapped[int] = mapped_column(default=0, server_default="0")
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_attempt_at: Mapped[datetime | None]
    error: Mapped[str | None]


class Dated:
    """When the row was made, by the database's clock."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
