"""What a person allows the app to do: the scopes of Instagram Login."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """One permission. The names without `instagram_` are gone since January 2025."""

    BASIC = "instagram_business_basic"
    COMMENTS = "instagram_business_manage_comments"
    MESSAGES = "instagram_business_manage_messages"
    PUBLISH = "instagram_business_content_publish"
    INSIGHTS = "instagram_business_manage_insights"


EVERYTHING = frozenset(Scope)
