"""Telling people that a token will die: at 14, 7, 3 and 1 days, once each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from db.engine import Transaction
from db.models import Account
from db.models.alert import Severity
from db.repositories import accounts
from services.accounts.troubles import THRESHOLDS, TOLD
from services.alerts import raise_alert, resolve_alert

URGENT_DAYS: Final = 3


def days_left(account: Account) -> int | None:
    """Whole days that the token has left, never less than none; None when nobody knows."""
    if account.token_expires_at is None:
        return None
    return max((account.token_expires_at - datetime.now(UTC)) // timedelta(days=1), 0)


async def tell_days(tx: Transaction, account: Account) -> None:
    """One alert per threshold: an earlier one is resolved when the next begins. `account` is as it is now."""
    days = days_left(account)
    if days is None:
        return
    current = min((threshold for threshold in THRESHOLDS if days <= threshold), default=None)
    for threshold in THRESHOLDS:
        if threshold != current:
            await resolve_alert(tx, "token_expiring", f"{account.instagram_id}:{threshold}")
    if account.preferences.get(TOLD) == current:
        return
    if current is not None:
        await raise_alert(
            tx,
            "token_expiring",
            f"{account.instagram_id}:{current}",
            severity=Severity.CRITICAL if current <= URGENT_DAYS else Severity.WARNING,
            account_id=account.id,
            chat_id=account.chat_id,
            account=account.username,
            days=days,
        )
    await accounts.prefer(tx.session, account.id, **{TOLD: current})
