"""A Telegram user who may act."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Model, choice


class Role(StrEnum):
    """What a person may do; each includes the one before."""

    MANAGER = "manager"
    SENIOR = "senior"
    OWNER = "owner"


class Manager(Dated, Model):
    """`id` is the Telegram user's."""

    __tablename__ = "managers"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    username: Mapped[str | None]
    role: Mapped[Role] = mapped_column(choice(Role))
    locale: Mapped[str | None]  # None: the language of the person's Telegram
    active: Mapped[bool] = mapped_column(server_default="true")
