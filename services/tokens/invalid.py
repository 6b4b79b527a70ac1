"""Instagram refused an account's token."""

from __future__ import annotations

from db.engine import Transaction
from db.models import Account
from db.models.account import TokenState
from db.models.alert import Severity
from db.repositories import accounts
from services.alerts import raise_alert


async def token_refused(tx: Transaction, account: Account, says: str) -> None:
    """Remember it and tell people once; deliveries wait, nothing approved is lost."""
    await accounts.change(tx.session, account.id, token_state=TokenState.INVALID)
    await raise_alert(
        tx,
        "token_invalid",
        account.instagram_id,
        severity=Severity.CRITICAL,
        account_id=account.id,
        account=account.username,
        says=says,
    )
