"""Letting an account go: its token is dropped, its history stays, and approved replies wait."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

import structlog

from db.engine import Transaction
from db.models import Account
from db.models.account import TokenState
from db.models.alert import Severity
from db.repositories import accounts
from services.accounts.troubles import over
from services.alerts import raise_alert

log = structlog.get_logger(__name__)

DISCONNECTED = "account_disconnected"


class Why(StrEnum):
    """Who ended it."""

    DEAUTHORISED = "deauthorised"  # in Instagram, whose callback tells us
    REMOVED = "removed"  # the owner, in Telegram


async def disconnect(tx: Transaction, account: Account, why: Why) -> None:
    """Drop the token, stop the account's checks, and tell people unless the owner did it in Telegram.

    Planned deliveries wait: without a token nothing leaves, and connecting the account again lets them go.
    Doing it twice changes nothing.
    """
    known = await accounts.get(tx.session, account.id)
    if known.disconnected_at is not None and known.token_encrypted is None:
        return
    log.info("account_disconnected", account=account.id, why=why)
    await accounts.change(
        tx.session,
        account.id,
        token_encrypted=None,
        # Known to be refused, so that a delivery which finds no token raises no second alert.
        token_state=TokenState.INVALID,
        token_obtained_at=None,
        token_expires_at=None,
        subscribed_fields=[],
        disconnected_at=datetime.now(UTC),
    )
    await over(tx, account)
    if why is Why.DEAUTHORISED:
        await raise_alert(
            tx,
            DISCONNECTED,
            account.instagram_id,
            severity=Severity.CRITICAL,
            account_id=account.id,
            chat_id=account.chat_id,
            account=account.username,
        )
