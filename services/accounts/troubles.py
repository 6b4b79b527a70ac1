"""The alerts about an account's connection, which end together when it ends or is made anew."""

from __future__ import annotations

from typing import Final

from db.engine import Transaction
from db.models import Account
from db.repositories import accounts
from services.alerts import resolve_alert

THRESHOLDS: Final = (14, 7, 3, 1)
"""Days of a token's life that are left when people are told (product, Alerts)."""

TOLD: Final = "token_told"  # the threshold that people were told of; a preference of the account


async def over(tx: Transaction, account: Account) -> None:
    """Nothing that was wrong with the connection is wrong any more, or matters."""
    for kind in ("token_invalid", "subscription_missing", "may_not_comment", "may_not_message"):
        await resolve_alert(tx, kind, account.instagram_id)
    for threshold in THRESHOLDS:
        await resolve_alert(tx, "token_expiring", f"{account.instagram_id}:{threshold}")
    await accounts.prefer(tx.session, account.id, **{TOLD: None})
