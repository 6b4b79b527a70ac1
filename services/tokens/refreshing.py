"""When a token is exchanged for a fresh one: long before it dies, and never before Meta allows it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from db.models import Account

AGE: Final = timedelta(days=7)  # refresh when this old (datasheet, §4.1),
LEFT: Final = timedelta(days=14)  # or when so little is left
YOUNGEST: Final = timedelta(hours=24)  # Meta refuses it before


def refresh_on(account: Account) -> datetime | None:
    """When the account's token is to be refreshed; None when neither its age nor its end is known."""
    obtained, expires = account.token_obtained_at, account.token_expires_at
    wanted = []
    if obtained is not None:
        wanted.append(obtained + AGE)
    if expires is not None:
        wanted.append(expires - LEFT)
    if not wanted:
        return None
    return min(wanted) if obtained is None else max(min(wanted), obtained + YOUNGEST)
