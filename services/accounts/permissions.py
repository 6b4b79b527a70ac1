"""What the product asks of an account: permissions at the login, and fields of its webhooks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from db.models import Account
from services.instagram.access import Login

BASIC: Final = "instagram_business_basic"
COMMENTS: Final = "instagram_business_manage_comments"
MESSAGES: Final = "instagram_business_manage_messages"

SCOPES: Final[Sequence[str]] = (BASIC, COMMENTS, MESSAGES)
"""What a person is asked to allow (datasheet, §1)."""

MISSED: Final[Mapping[str, str]] = {COMMENTS: "may_not_comment", MESSAGES: "may_not_message"}
"""The alert about a permission that was not given. Without the basic one nothing would have answered."""

_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    COMMENTS: ("comments", "live_comments"),
    MESSAGES: ("messages",),
}
"""Without these something is never heard of."""

_MORE_FIELDS: Final = ("message_echoes", "message_edit", "messaging_postbacks", "message_reactions")
"""Good to have; Meta's pages disagree on where they exist (datasheet, §2.6)."""

_PAGE_FIELDS: Final = ("feed",)
"""With Facebook Login any field of the Page switches the account's own webhooks on (datasheet, §2.2)."""


def missing_scopes(granted: Collection[str]) -> list[str]:
    """Permissions that were not given; none when it was not told which ones were."""
    return [scope for scope in SCOPES if scope not in granted] if granted else []


def needed_fields(account: Account, login: Login) -> tuple[str, ...]:
    """The fields without which something of what the account allows us would never be heard of."""
    if login is Login.FACEBOOK:
        return _PAGE_FIELDS
    denied = missing_scopes(account.scopes)
    return tuple(name for scope, names in _FIELDS.items() if scope not in denied for name in names)


def wanted_fields(account: Account, login: Login) -> tuple[str, ...]:
    """What is asked for at first; when Instagram refuses, `needed_fields` are enough."""
    needed = needed_fields(account, login)
    return needed + _MORE_FIELDS if "messages" in needed else needed
