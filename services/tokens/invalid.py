"""Instagram refused an account's token, or took it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from db.engine import Transaction
from db.models import Account
from db.models.account import TokenState
from db.models.alert import Severity
from db.queue import Job, Step
from db.repositories import accounts
from services.alerts import raise_alert, resolve_alert
from services.deliver.releasing import release
from services.instagram.errors import Remedy

LOOK_AGAIN: Final = timedelta(minutes=1)
"""A refusal may pass (Meta answers 190 during trouble of its own): the token is tried again this soon."""

LOOK_LATER: Final = timedelta(minutes=10)  # a refusal that has not passed by then is seldom a passing one

REMEDY: Final = "token_remedy"  # what people were told to do; a preference of the account


RESTORE_KEY: Final = "restore_key"
"""The remedy for a token whose key is gone; those for Instagram's refusals are `GraphError.remedy`."""


async def token_refused(tx: Transaction, account: Account, says: str, remedy: str | None = None) -> None:
    """Remember it, tell people once, and look again soon; deliveries wait, nothing approved is lost.

    `account` is the row whose token was refused. `remedy` is a key of the catalogue,
    `alert.token_invalid.do.<remedy>`; who knows none leaves it to the check that follows: when that knows
    better, the same message says so.
    """
    known = await accounts.locked(tx.session, account.id)
    if known.disconnected_at is not None:
        return  # there is no token to look at; connecting the account again lets everything go
    if known.token_encrypted != account.token_encrypted:
        look_again(tx)  # it was connected anew meanwhile: the refusal was of its former token
        return
    newly = known.token_state is not TokenState.INVALID
    told = known.preferences.get(REMEDY)
    better = remedy is not None and remedy != told
    if newly or better:
        await accounts.change(tx.session, account.id, token_state=TokenState.INVALID)
        await accounts.prefer(tx.session, account.id, **{REMEDY: remedy or Remedy.RECONNECT})
        await raise_alert(
            tx,
            "token_invalid",
            account.instagram_id,
            severity=Severity.CRITICAL,
            account_id=account.id,
            chat_id=known.chat_id,
            account=account.username,
            says=says,
            remedy=remedy or Remedy.RECONNECT,
        )
    look_again(tx, LOOK_AGAIN if newly else LOOK_LATER)


async def token_works(tx: Transaction, account: Account) -> None:
    """Instagram takes the account's token; what waited for that goes on."""
    if account.preferences.get(REMEDY) is not None:
        await accounts.prefer(tx.session, account.id, **{REMEDY: None})
    told = await resolve_alert(tx, "token_invalid", account.instagram_id)
    if told or account.token_state is TokenState.INVALID:
        await release(tx, account.id)


def look_again(tx: Transaction, after: timedelta = LOOK_AGAIN) -> None:
    """Check the tokens soon. Two keys take turns: a check that runs cannot enqueue its own key."""
    when = "soon" if after <= LOOK_AGAIN else "later"
    for turn in ("a", "b"):
        tx.enqueue(Job(Step.CHECK_TOKENS, key=f"tokens:{when}:{turn}", after=after))
