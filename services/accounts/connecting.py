"""An account lets us in, for the first time or again: its row, and everything that waited for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from db.engine import Transaction
from db.models import Account
from db.models.account import TokenState
from db.models.alert import Severity
from db.queue import Job, Step
from db.repositories import accounts, inbox
from services.accounts.disconnecting import DISCONNECTED
from services.accounts.permissions import MISSED, missing_scopes
from services.accounts.removing import PARTING
from services.accounts.troubles import over
from services.alerts import raise_alert, resolve_alert
from services.chats import bring_to, remember_chat
from services.deliver.releasing import release
from services.instagram.results import Profile
from services.options import Options
from services.reconcile.step import reconciling_job
from services.vault import Vault

LIFETIME: Final = timedelta(days=60)  # of a long-lived token (datasheet, §4.1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A token that was just given to us, and whose it is.

    `chat_id` and `locale` are for an account that is new; a known one keeps its own. `scopes` are empty when
    nobody told them. `lives` is None for a token that has no end.
    """

    profile: Profile
    token: str = field(repr=False)
    lives: timedelta | None
    chat_id: int
    locale: str
    scopes: Sequence[str] = ()


async def connect(tx: Transaction, entry: Entry, vault: Vault, options: Options) -> Account:
    """Make the account's row, or give the known one its new token.

    Whoever comes back finds everything: approved replies leave now, and events that were set aside go to the
    pipeline.
    """
    now = datetime.now(UTC)
    profile = entry.profile
    account = await accounts.connect(
        tx.session,
        profile.user_id,
        username=profile.username or profile.user_id,
        chat_id=entry.chat_id,
        locale=entry.locale,
        token_encrypted=vault.seal(entry.token),
        token_state=TokenState.VALID,
        token_obtained_at=now,
        token_expires_at=None if entry.lives is None else now + entry.lives,
        token_checked_at=now,
        scopes=list(entry.scopes),
        subscription_checked_at=None,
        disconnected_at=None,
        **({"app_scoped_id": profile.app_scoped_id} if profile.app_scoped_id is not None else {}),
    )
    if account.chat_id is None:
        await bring_to(tx, account, entry.chat_id, options.chat_id)
    elif account.chat_id == options.chat_id:
        await remember_chat(tx, account, options.chat_id)
    await accounts.prefer(tx.session, account.id, **{PARTING: None})
    await over(tx, account)
    await resolve_alert(tx, DISCONNECTED, account.instagram_id)
    await _tell_missing(tx, account, entry.scopes)
    await release(tx, account.id)
    await _reclaim(tx, account)
    tx.enqueue(reconciling_job(account.id))  # what came meanwhile
    return account


async def _tell_missing(tx: Transaction, account: Account, scopes: Sequence[str]) -> None:
    for scope in missing_scopes(scopes):
        kind = MISSED.get(scope)
        if kind is not None:
            await raise_alert(
                tx,
                kind,
                account.instagram_id,
                severity=Severity.CRITICAL,
                account_id=account.id,
                chat_id=account.chat_id,
                account=account.username,
            )


async def _reclaim(tx: Transaction, account: Account) -> None:
    """What was set aside for the account; what names none belongs to the only one."""
    only_one = len(await accounts.every(tx.session)) == 1
    for subject in ("", account.instagram_id) if only_one else (account.instagram_id,):
        await resolve_alert(tx, "unknown_account", subject)
    if await inbox.reclaim(tx.session, account.instagram_id, only_one=only_one):
        tx.enqueue(Job(Step.INGEST))
