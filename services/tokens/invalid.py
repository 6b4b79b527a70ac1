"""Instagram refused an account's token."""

from __future__ import annotations

from datetime import timedelta

from db.engine import Transaction
from db.models import Account
from db.models.account import TokenState
from db.models.alert import Severity
from db.queue import Job, Step
from db.repositories import accounts
from services.alerts import raise_alert

LOOK_AGAIN = timedelta(minutes=1)
"""A refusal may pass (Meta answers 190 during trouble of its own): the token is tried again this soon."""


async def token_refused(tx: Transaction, account: Account, says: str) -> None:
    """Remember it, tell people once, and look again soon; deliveries wait, nothing approved is lost."""
    known = await accounts.get(tx.session, account.id)
    if known.token_state is not TokenState.INVALID:
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
    look_again(tx)


def look_again(tx: Transaction, after: timedelta = LOOK_AGAIN) -> None:
    """Check the tokens soon. Two keys take turns: a check that runs cannot enqueue its own key."""
    for turn in ("a", "b"):
        tx.enqueue(Job(Step.CHECK_TOKENS, key=f"tokens:soon:{turn}", after=after))
