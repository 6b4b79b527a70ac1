"""The account's webhooks: whether Instagram sends them to us, and having them sent when it does not.

Meta ends the subscription of an app that does not answer for an hour (datasheet, §2.5), and says nothing
when one was never made. So what is subscribed is read, not believed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from db.engine import Database
from db.models import Account
from db.models.alert import Severity
from db.repositories import accounts
from services.accounts.permissions import needed_fields, wanted_fields
from services.alerts import raise_alert, resolve_alert
from services.instagram.access import Access, Login, access_of
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)

FRESH: Final = timedelta(hours=1)  # checks that follow one another so soon read nothing anew
SILENT: Final = frozenset({Trouble.TRANSIENT, Trouble.THROTTLED, Trouble.AUTH})
"""Says nothing about the subscription: Instagram is away, or the token is another check's matter."""


class Subscriptions:
    """Keeps accounts subscribed. `app_id`: ours, where several apps get the account's webhooks."""

    def __init__(self, db: Database, instagram: InstagramClient, vault: Vault, app_id: str | None) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault
        self._app_id = app_id

    def due(self, account: Account) -> bool:
        """Whether the subscription should be looked at again."""
        if self._instagram.login is Login.FACEBOOK and account.page_id is None:
            return False  # nobody told us the Page
        checked = account.subscription_checked_at
        return checked is None or datetime.now(UTC) - checked >= FRESH

    async def keep(self, account: Account) -> None:
        """Read what is subscribed, subscribe once where something is missing, and tell people if that fails.

        While Instagram does not tell, nothing is known and nobody is alarmed; the next check asks again.
        """
        try:
            access = access_of(account, self._vault)
            found = await self._found(access)
        except TokenUnreadable:
            return
        except GraphError as error:
            _log("subscription_not_read", account, error)
            return
        needed = needed_fields(account, self._instagram.login)
        if not set(needed) <= found:
            try:
                found = await self._subscribed(account, access)
            except GraphError as error:
                _log("subscription_not_made", account, error)
                if error.trouble in SILENT:
                    return
        await self._note(account, found, [name for name in needed if name not in found])

    async def _found(self, access: Access) -> set[str]:
        """The fields that our app gets; those of all apps where none has the id that we know ours by.

        An app has two ids, one of Meta and one of Instagram, and nobody documents which one is told here.
        """
        apps = await self._instagram.subscriptions(access)
        ours = [app for app in apps if app.id == self._app_id]
        return {name for app in ours or apps for name in app.subscribed_fields}

    async def _subscribed(self, account: Account, access: Access) -> set[str]:
        """Ask for everything, or for less where Instagram does not know all of it; then see what holds."""
        login = self._instagram.login
        for fields in (wanted_fields(account, login), needed_fields(account, login)):
            try:
                await self._instagram.subscribe(access, fields)
            except GraphError as error:
                _log("subscription_refused", account, error)
                if error.trouble is Trouble.REFUSED:
                    continue
                if error.trouble is not Trouble.AMBIGUOUS:  # an ambiguous one may hold all the same
                    raise
            break
        return await self._found(access)

    async def _note(self, account: Account, found: set[str], missing: list[str]) -> None:
        async with self._db.transaction() as tx:
            known = await accounts.locked(tx.session, account.id)
            if known.token_encrypted is None:
                return  # it was disconnected meanwhile
            await accounts.change(
                tx.session,
                account.id,
                subscribed_fields=sorted(found),
                subscription_checked_at=datetime.now(UTC),
            )
            if not missing:
                await resolve_alert(tx, "subscription_missing", account.instagram_id)
                return
            await raise_alert(
                tx,
                "subscription_missing",
                account.instagram_id,
                severity=Severity.CRITICAL,
                account_id=account.id,
                chat_id=known.chat_id,
                account=account.username,
                says=", ".join(missing),
            )


def _log(event: str, account: Account, error: GraphError) -> None:
    log.warning(event, account=account.id, trouble=error.trouble, code=error.code)
