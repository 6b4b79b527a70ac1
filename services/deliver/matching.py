"""Recognising our own words on Instagram."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from db.models import Account
from services.instagram.results import Author

CLOCKS = timedelta(minutes=2)
"""How far Instagram's clock and ours may differ (rulings, 6)."""

_ADDRESS = re.compile(r"\A\s*@(\w+(?:\.\w+)*)[\s,:]*")


def is_ours(account: Account, author: Author | None, username: str | None = None) -> bool:
    """Whether the account wrote something, by what Instagram tells of its author."""
    ids = {account.instagram_id, account.app_scoped_id, account.page_id} - {None}
    if author is not None and author.id in ids:
        return True
    # By name also when an id is given: an account has several ids, but a username has one account.
    name = username or (author.username if author else None)
    return name is not None and name.casefold() == account.username.casefold()


def same_words(one: str, other: str) -> bool:
    """Whether two texts are equal after Unicode normalisation (rulings, 6)."""
    return _folded(one) == _folded(other)


def addressee(text: str) -> str | None:
    """Whom a text addresses by beginning with @username; folded for comparison, without the @."""
    begins = _ADDRESS.match(text)
    return begins[1].casefold() if begins else None


def unaddressed(text: str) -> str:
    """A text without the @username that it begins with: the same words to two people are the same words."""
    return _ADDRESS.sub("", text)


def _folded(text: str) -> str:
    """NFC, one kind of line end and white space: Instagram trims and may recompose."""
    return " ".join(unicodedata.normalize("NFC", text).split())
