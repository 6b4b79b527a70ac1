"""Rules of the business: where every account begins, before anything is changed in Telegram."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from app.settings.forms import Choice, Days, Hours, Minutes, Money, Seconds, Switch, Timezone
from app.settings.group import Group

Patience = Annotated[Minutes, Field(ge=timedelta(minutes=1), le=timedelta(days=7))]
Kept = Annotated[Days, Field(ge=timedelta(days=1), le=timedelta(days=3650))]


class Locale(Choice):
    """The languages the bot speaks."""

    RUSSIAN = "ru"
    ENGLISH = "en"


class Policy(Group):
    """Policies: where an account begins. Each can be changed per account in Telegram."""

    default_locale: Locale = Field(Locale.RUSSIAN, validation_alias="DEFAULT_LOCALE")
    """The language of the team's chat. A manager may choose another for messages to them alone."""
    timezone: Timezone = Field(ZoneInfo("Europe/Moscow"), validation_alias="TIMEZONE")
    """The clock of quiet hours, digests and daily checks."""
    undo: Seconds = Field(
        timedelta(seconds=10),
        validation_alias="UNDO_SECONDS",
        ge=timedelta(seconds=0),
        le=timedelta(seconds=60),
    )
    """How long an approved reply can be taken back before it is published; 0 publishes at once."""
    group_similar: Switch = Field(True, validation_alias="GROUP_SIMILAR")
    """Four or more nearly equal questions under one post within five minutes share one card."""
    quiet_hours: Hours | None = Field(default=None, validation_alias="QUIET_HOURS", examples=["22:00-08:00"])
    """In these hours only urgent cards make a sound. Unset: all hours are working hours."""
    sla_urgent: Patience = Field(timedelta(minutes=15), validation_alias="SLA_URGENT_MINUTES")
    """An urgent comment without a decision for so long is reported to the seniors."""
    sla_default: Patience = Field(timedelta(minutes=120), validation_alias="SLA_DEFAULT_MINUTES")
    """The same for every other comment."""
    llm_budget_monthly_usd: Money | None = Field(
        default=None, validation_alias="LLM_BUDGET_MONTHLY_USD", examples=["50"]
    )
    """US dollars a calendar month for the LLM, with an alert at 80 and 100 %. Unset: no limit."""


class Retention(Group):
    """Privacy: after how many days personal data is erased."""

    payload: Kept = Field(timedelta(days=14), validation_alias="RETENTION_PAYLOAD_DAYS", ge=timedelta(days=2))
    """Webhooks as received. At least two days: Meta repeats deliveries for 36 hours."""
    text: Kept = Field(timedelta(days=180), validation_alias="RETENTION_TEXT_DAYS")
    """Texts of comments and drafts."""
    audit: Kept = Field(timedelta(days=1095), validation_alias="RETENTION_AUDIT_DAYS")
    """Who decided what, and when; without the texts."""
