"""The handler of `Step.CHECK_TOKENS`: daily and at start, and whenever a token is in doubt."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from db.engine import Database, Transaction
from db.models import Account
from db.models.account import TokenState
from db.models.alert import Severity
from db.queue import Job, Step
from db.repositories import accounts
from services.accounts.connecting import LIFETIME, Entry, connect
from services.accounts.login import CONNECTED
from services.accounts.removing import Farewell
from services.accounts.subscribing import Subscriptions
from services.alerts import raise_alert, resolve_alert, resolve_kind
from services.instagram.access import Login
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Remedy, Trouble
from services.instagram.results import LongToken, Profile
from services.options import Options
from services.tokens.invalid import RESTORE_KEY, token_refused, token_works
from services.tokens.refreshing import refresh_on
from services.tokens.warning import tell_days
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)

RETRY: Final = timedelta(minutes=1)  # while Instagram cannot be asked
NEWS: Final = timedelta(hours=1)  # for so long it is news that an account was connected
PASSING: Final = frozenset({Trouble.TRANSIENT, Trouble.THROTTLED})
NO_ANSWER: Final = PASSING | {Trouble.POLICY}  # the account is held back, which says nothing of its token


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """The account of the settings: `INSTAGRAM_ACCESS_TOKEN`; others come by OAuth."""

    token: str = field(repr=False)


class TokenCheck:
    """Asks Instagram whose each token is; that it answers is the proof that the token lives."""

    def __init__(
        self,
        db: Database,
        instagram: InstagramClient,
        vault: Vault,
        options: Options,
        first: FirstAccount | None,
        app_id: str | None = None,
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault
        self._options = options
        self._first = first
        self._subscriptions = Subscriptions(db, instagram, vault, app_id)
        self._farewell = Farewell(db, instagram, vault)

    async def __call__(self, _row: int | None = None) -> None:
        """Check every account; connect the first one when it is new or its token changed."""
        if self._first is not None:
            await self._connect_first(self._first.token)
        async with self._db.transaction() as tx:
            await resolve_kind(tx, CONNECTED, quiet_for=NEWS)
            known = list(await accounts.every(tx.session))
        failed: Exception | None = None
        for account in known:
            try:
                await self._look_at(account)
            except Exception as error:  # noqa: BLE001 - one account's trouble is not the others'
                log.warning("account_not_checked", account=account.id, error=type(error).__name__)
                failed = failed or error
        if failed is not None:
            raise failed

    async def first_run(self) -> None:
        """Connect the settings' account before anything arrives for it; later runs know it already."""
        async with self._db.transaction() as tx:
            known = await accounts.every(tx.session)
        if not known and self._first is not None:
            await self._connect_first(self._first.token)

    # The account of the settings

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
                        remedy=_remedy(error),
                    )
            return
        # A dashboard's token lives 60 days; when it was made is not told, so this is the latest. A Page's
        # token has no end (datasheet, §4.2).
        lives = LIFETIME if self._instagram.login is Login.INSTAGRAM else None
        entry = Entry(profile, token, lives, self._options.chat_id, self._options.locale)
        async with self._db.transaction() as tx:
            account = await connect(tx, entry, self._vault, self._options)
            await accounts.prefer(tx.session, account.id, first_token=_digest(token))
            await resolve_alert(tx, "token_invalid", "settings")

    def _has(self, account: Account, token: str) -> bool:
        """Whether the account holds this token, or one that Instagram gave in exchange for it.

        An account that was let go had it: only another token, or a login, brings it back.
        """
        came_from_it = account.preferences.get("first_token") == _digest(token)
        if account.token_encrypted is None:
            return came_from_it and account.disconnected_at is not None
        try:
            held = self._vault.open(account.token_encrypted)
        except TokenUnreadable:
            return False
        return held == token or came_from_it

    # Every account

    async def _look_at(self, account: Account) -> None:
        if account.disconnected_at is not None:
            await self._farewell.say(account)
            return
        if account.token_encrypted is None:
            return
        if await self._check(account) and self._subscriptions.due(account):
            await self._subscriptions.keep(account)

    async def _check(self, account: Account) -> bool:
        """Whether the token works."""
        try:
            token = self._vault.open(account.token_encrypted or b"")
            profile = await self._instagram.profile(token)
        except TokenUnreadable as error:
            await self._refused(account, account.token_encrypted, str(error), RESTORE_KEY)
            return False
        except GraphError as error:
            log.warning("token_check_failed", account=account.id, trouble=error.trouble, code=error.code)
            if error.trouble not in NO_ANSWER:
                await self._refused(account, account.token_encrypted, str(error), _remedy(error))
                return False
            async with self._db.transaction() as tx:  # the days go by, whether Instagram answers or not
                await tell_days(tx, account)
            return False
        fresh = await self._refreshed(account, token)
        async with self._db.transaction() as tx:
            known = await accounts.locked(tx.session, account.id)
            if not self._holds(known, token):
                return False  # it was connected anew or let go meanwhile
            await self._works(tx, known, profile, fresh)
        return True

    async def _works(
        self, tx: Transaction, account: Account, profile: Profile, fresh: LongToken | None
    ) -> None:
        now = datetime.now(UTC)
        values: dict[str, object] = {"token_state": TokenState.VALID, "token_checked_at": now}
        if profile.username:
            values["username"] = profile.username
        if profile.app_scoped_id is not None:
            values["app_scoped_id"] = profile.app_scoped_id
        if fresh is not None:
            lives = timedelta(seconds=fresh.expires_in) if fresh.expires_in else LIFETIME
            values |= {
                "token_encrypted": self._vault.seal(fresh.access_token),
                "token_obtained_at": now,
                "token_expires_at": now + lives,
            }
        await token_works(tx, account)
        await accounts.change(tx.session, account.id, **values)
        await tell_days(tx, await accounts.locked(tx.session, account.id))

    async def _refused(self, account: Account, tested: bytes | None, says: str, remedy: str) -> None:
        async with self._db.transaction() as tx:
            known = await accounts.locked(tx.session, account.id)
            if known.token_encrypted == tested:  # otherwise it was connected anew or let go meanwhile
                await token_refused(tx, known, says, remedy)

    async def _refreshed(self, account: Account, token: str) -> LongToken | None:
        """A fresh token when it is time; None when the old one stays.

        It replaces the old one only when Instagram has answered to it. That Instagram finds it too early is
        no trouble: the old one works, and tomorrow is another day.
        """
        at = refresh_on(account)
        if self._instagram.login is Login.FACEBOOK or at is None or at > datetime.now(UTC):
            return None
        try:
            fresh = await self._instagram.refresh(token)
            await self._instagram.profile(fresh.access_token)
        except GraphError as error:
            log.warning("token_not_refreshed", account=account.id, trouble=error.trouble, code=error.code)
            return None
        return fresh

    def _holds(self, account: Account, token: str) -> bool:
        """Whether the account still has the token that was looked at, under whatever key."""
        try:
            return self._vault.open(account.token_encrypted or b"") == token
        except TokenUnreadable:
            return False


def _remedy(error: GraphError) -> Remedy:
    """Where a token is good and nothing may be asked, the app has no role for the account (datasheet, §1)."""
    return error.remedy or Remedy.FIX_ROLE


def _again(error: GraphError) -> Job:
    """One more check later; the key names its minute, for the running one still holds its own."""
    after = max(RETRY, timedelta(seconds=error.retry_after or 0))
    return Job(Step.CHECK_TOKENS, key=f"tokens:{datetime.now(UTC) + after:%d:%H:%M}", after=after)


def _digest(token: str) -> str:
    """Recognises a token of the settings after Instagram has exchanged it for another."""
    return hashlib.sha256(token.encode()).hexdigest()
