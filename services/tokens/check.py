"""The handler of `Step.CHECK_TOKENS`: daily and at start, and whenever an account is to be connected."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from db.engine import Database, Transaction
from db.models import Account
from db.models.account import TokenState
from db.models.alert import Severity
from db.queue import Job, Step
from db.repositories import accounts, inbox
from services.alerts import raise_alert, resolve_alert
from services.chats import remember_chat
from services.deliver.releasing import release
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import Profile
from services.options import Options
from services.tokens.invalid import token_refused
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)

THRESHOLDS = (14, 7, 3, 1)  # days (product, Alerts)
URGENT_DAYS = 3
LIFETIME = timedelta(days=60)  # of a long-lived token (datasheet, §4.1)
REFRESH_AGE = timedelta(days=7)  # refresh when this old; Meta allows it from 24 hours on
RETRY = timedelta(minutes=1)  # while Instagram cannot be asked
PASSING = frozenset({Trouble.TRANSIENT, Trouble.THROTTLED})  # anything else needs a person


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """The account of the settings: `INSTAGRAM_ACCESS_TOKEN`; others come by OAuth."""

    token: str


class TokenCheck:
    """Asks Instagram whose each token is; that it answers is the proof that the token lives."""

    def __init__(
        self,
        db: Database,
        instagram: InstagramClient,
        vault: Vault,
        options: Options,
        first: FirstAccount | None,
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault
        self._options = options
        self._first = first

    async def __call__(self, _row: int | None = None) -> None:
        """Check every account; connect the first one when it is new or its token changed."""
        if self._first is not None:
            await self._connect_first(self._first.token)
        async with self._db.transaction() as tx:
            known = list(await accounts.every(tx.session))
        for account in known:
            if account.token_encrypted is not None:
                await self._check(account)

    async def first_run(self) -> None:
        """Connect the settings' account before anything arrives for it; later runs know it already."""
        async with self._db.transaction() as tx:
            known = await accounts.every(tx.session)
        if not known and self._first is not None:
            await self._connect_first(self._first.token)

    async def _connect_first(self, token: str) -> None:
        async with self._db.transaction() as tx:
            known = await accounts.every(tx.session)
        if any(self._has(account, token) for account in known):
            return
        try:
            profile = await self._instagram.profile(token)
        except GraphError as error:
            log.warning("account_not_connected", trouble=error.trouble, code=error.code)
            async with self._db.transaction() as tx:
                if error.trouble in PASSING:
                    tx.enqueue(_again(error))
                else:
                    await raise_alert(
                        tx,
                        "token_invalid",
                        "settings",
                        severity=Severity.CRITICAL,
                        account="?",
                        says=str(error),
                    )
            return
        async with self._db.transaction() as tx:
            await self._connected(tx, profile, token)

    async def _connected(self, tx: Transaction, profile: Profile, token: str) -> None:
        now = datetime.now(UTC)
        account = await accounts.connect(
            tx.session,
            profile.user_id,
            username=profile.username,
            chat_id=self._options.chat_id,
            locale=self._options.locale,
            token_encrypted=self._vault.seal(token),
            token_state=TokenState.VALID,
            token_obtained_at=now,
            # A dashboard's token lives 60 days; when it was made is not told, so this is the latest.
            token_expires_at=now + LIFETIME,
            token_checked_at=now,
        )
        await accounts.prefer(tx.session, account.id, first_token=_digest(token))
        await remember_chat(tx, account, self._options.chat_id)
        for subject in ("settings", account.instagram_id):
            await resolve_alert(tx, "token_invalid", subject)
        await release(tx, account.id)
        for subject in ("", account.instagram_id):  # the bare envelope names no account
            await resolve_alert(tx, "unknown_account", subject)
        if await inbox.reclaim(tx.session, account.instagram_id):
            tx.enqueue(Job(Step.INGEST))

    def _has(self, account: Account, token: str) -> bool:
        """Whether the account holds this token, or one that Instagram gave in exchange for it."""
        if account.token_encrypted is None:
            return False
        try:
            held = self._vault.open(account.token_encrypted)
        except TokenUnreadable:
            return False
        return held == token or account.preferences.get("first_token") == _digest(token)

    async def _check(self, account: Account) -> None:
        try:
            token = self._vault.open(account.token_encrypted or b"")
            await self._instagram.profile(token)
        except TokenUnreadable as error:
            async with self._db.transaction() as tx:
                await token_refused(tx, account, str(error))
            return
        except GraphError as error:
            log.warning("token_check_failed", account=account.id, trouble=error.trouble, code=error.code)
            if error.trouble is Trouble.AUTH:
                async with self._db.transaction() as tx:
                    await token_refused(tx, account, str(error))
            return
        expires_at = await self._refreshed(account, token) or account.token_expires_at
        async with self._db.transaction() as tx:
            await accounts.change(
                tx.session, account.id, token_state=TokenState.VALID, token_checked_at=datetime.now(UTC)
            )
            if await resolve_alert(tx, "token_invalid", account.instagram_id):
                await release(tx, account.id)
            await self._tell_days(tx, account, expires_at)

    async def _refreshed(self, account: Account, token: str) -> datetime | None:
        """A fresh token when the old one is a week old; None when it stays as it is."""
        now = datetime.now(UTC)
        if account.token_obtained_at is None or now - account.token_obtained_at < REFRESH_AGE:
            return None
        try:
            fresh = await self._instagram.refresh(token)
            await self._instagram.profile(fresh.access_token)  # the old one is kept until the new one answers
        except GraphError as error:
            log.warning("token_not_refreshed", account=account.id, trouble=error.trouble, code=error.code)
            return None
        expires_at = now + (timedelta(seconds=fresh.expires_in) if fresh.expires_in else LIFETIME)
        async with self._db.transaction() as tx:
            await accounts.change(
                tx.session,
                account.id,
                token_encrypted=self._vault.seal(fresh.access_token),
                token_obtained_at=now,
                token_expires_at=expires_at,
            )
        return expires_at

    @staticmethod
    async def _tell_days(tx: Transaction, account: Account, expires_at: datetime | None) -> None:
        """One alert per threshold: an earlier one is resolved when the next begins."""
        if expires_at is None:
            return
        days = max((expires_at - datetime.now(UTC)) // timedelta(days=1), 0)
        reached = [threshold for threshold in THRESHOLDS if days <= threshold]
        current = min(reached, default=None)
        for threshold in THRESHOLDS:
            if threshold != current:
                await resolve_alert(tx, "token_expiring", f"{account.instagram_id}:{threshold}")
        already = dict(account.preferences).get("token_told")
        if current is None:
            if already is not None:
                await _told(tx, account, None)
            return
        if already == current:
            return
        await raise_alert(
            tx,
            "token_expiring",
            f"{account.instagram_id}:{current}",
            severity=Severity.CRITICAL if current <= URGENT_DAYS else Severity.WARNING,
            account_id=account.id,
            account=account.username,
            days=days,
        )
        await _told(tx, account, current)


async def _told(tx: Transaction, account: Account, threshold: int | None) -> None:
    await accounts.prefer(tx.session, account.id, token_told=threshold)


def _again(error: GraphError) -> Job:
    """One more check later; the key names its minute, for the running one still holds its own."""
    after = max(RETRY, timedelta(seconds=error.retry_after or 0))
    return Job(Step.CHECK_TOKENS, key=f"tokens:{datetime.now(UTC) + after:%d:%H:%M}", after=after)


def _digest(token: str) -> str:
    """Recognises a token of the settings after Instagram has exchanged it for another."""
    return hashlib.sha256(token.encode()).hexdigest()
