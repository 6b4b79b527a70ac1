"""What people are told: how many comments came without a webhook, and that webhooks are silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from db.engine import Transaction
from db.models import Account
from db.models.alert import Severity
from db.repositories import accounts, reconciling
from services.alerts import raise_alert, resolve_alert
from services.reconcile.round import Round

MISSED: Final = "comments_missed"
SILENT: Final = "webhooks_silent"
SILENCE: Final = timedelta(minutes=10)
"""A comment this much newer than the newest webhook, and this old itself, should have had one."""


async def tell_missed(tx: Transaction, account: Account, told: Round, *, complete: bool) -> None:
    """Raise or add to the alert; a complete round in which nothing was missing ends it."""
    if told.found:
        count, since = told.found, told.oldest
        known = await reconciling.open_alert(tx.session, MISSED, account.instagram_id)
        if known is not None:
            count += int(known.params["count"])
            before = datetime.fromisoformat(known.params["since"])
            since = min(before, since or before)
        await raise_alert(
            tx,
            MISSED,
            account.instagram_id,
            account_id=account.id,
            chat_id=account.chat_id,
            account=account.username,
            count=count,
            since=(since or datetime.now(UTC)).isoformat(),
        )
    elif complete:
        await resolve_alert(tx, MISSED, account.instagram_id)


async def is_silent(tx: Transaction, account: Account, now: datetime) -> bool:
    """Whether a customer wrote and no webhook has come since, although there was time enough."""
    heard = (await accounts.get(tx.session, account.id)).last_event_at
    newest = heard or account.created_at
    return await reconciling.unheralded(tx.session, account, newest + SILENCE, now - SILENCE)


async def tell_silence(tx: Transaction, account: Account, *, silent: bool) -> None:
    """Raise the alert once for one silence; the first webhook after it ends it."""
    known = await reconciling.open_alert(tx.session, SILENT, account.instagram_id)
    if known is None and silent:
        await raise_alert(
            tx,
            SILENT,
            account.instagram_id,
            severity=Severity.CRITICAL,
            account_id=account.id,
            chat_id=account.chat_id,
            account=account.username,
        )
    if known is not None:
        heard = (await accounts.get(tx.session, account.id)).last_event_at
        if heard is not None and heard > known.created_at:
            await resolve_alert(tx, SILENT, account.instagram_id)
