"""A connected Instagram professional account, and how far its answers may go on their own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Model, choice


class TokenState(StrEnum):
    """What the last check said of the access token."""

    UNKNOWN = "unknown"
    VALID = "valid"
    INVALID = "invalid"


class Account(Dated, Model):
    """Several per installation; every query of the product is scoped by one."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    instagram_id: Mapped[str] = mapped_column(unique=True)  # entry.id of webhooks, `user_id` of /me
    username: Mapped[str]
    token_encrypted: Mapped[bytes | None]
    token_state: Mapped[TokenState] = mapped_column(choice(TokenState), server_default=TokenState.UNKNOWN)
    token_obtained_at: Mapped[datetime | None]
    token_expires_at: Mapped[datetime | None]
    token_checked_at: Mapped[datetime | None]
    chat_id: Mapped[int | None]
    locale: Mapped[str] = mapped_column(server_default="ru")
    sending_paused_until: Mapped[datetime | None]
    throttled_until: Mapped[datetime | None]  # Instagram asked to wait: nothing is sent before
    app_scoped_id: Mapped[str | None]  # `id` of /me: what deauthorisation and deletion callbacks name
    page_id: Mapped[str | None]  # the linked Facebook Page, with Facebook Login only
    scopes: Mapped[list[Any]] = mapped_column(server_default="[]")  # permissions granted at the login
    subscribed_fields: Mapped[list[Any]] = mapped_column(server_default="[]")
    subscription_checked_at: Mapped[datetime | None]
    disconnected_at: Mapped[datetime | None]  # the owner took the app's access away
    tone: Mapped[str | None]  # how answers should sound, in the owner's words
    replies_per_hour: Mapped[int | None]  # None: the settings' number
    last_event_at: Mapped[datetime | None]  # when its newest webhook arrived
    reconciled_at: Mapped[datetime | None]  # what Instagram shows was compared with what arrived
    preferences: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class PolicyMode(StrEnum):
    """How a category is handled (product, Policies)."""

    MANUAL = "manual"
    SUGGEST = "suggest"
    AUTO = "auto"


class Policy(Dated, Model):
    """Automation for one account, category and language; `*` is any language."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("account_id", "category", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    category: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="*")
    mode: Mapped[PolicyMode] = mapped_column(choice(PolicyMode), server_default=PolicyMode.SUGGEST)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
