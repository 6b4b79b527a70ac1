"""The owner removes an account: it is let go at once, and then no webhooks are sent for it any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from db.engine import Database, Transaction
from db.models import Account
from db.repositories import accounts
from services.accounts.disconnecting import Why, disconnect
from services.instagram.access import Access
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.tokens.invalid import look_again
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)

PARTING: Final = "parting"  # a preference: the sealed token of the one call that is still to be made
PATIENCE: Final = timedelta(days=1)  # afterwards the token is forgotten, whatever Instagram sends


async def remove(tx: Transaction, account: Account) -> None:
    """Forget the account's token but for ending its webhooks; history, chat and knowledge stay."""
    sealed = account.token_encrypted
    await disconnect(tx, account, Why.REMOVED)
    if sealed is not None:
        await accounts.prefer(tx.session, account.id, **{PARTING: sealed.decode()})
        look_again(tx, timedelta())


class Farewell:
    """Ends the webhooks of removed accounts."""

    def __init__(self, db: Database, instagram: InstagramClient, vault: Vault) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault

    async def say(self, account: Account) -> None:
        """Unsubscribe once, and forget the token; while Instagram is away it is tried again soon."""
        sealed = account.preferences.get(PARTING)
        if account.disconnected_at is None or sealed is None:
            return
        try:
            token = self._vault.open(str(sealed).encode())
            await self._instagram.unsubscribe(Access(token, account.instagram_id, account.page_id))
        except TokenUnreadable:
            pass
        except GraphError as error:
            log.warning("not_unsubscribed", account=account.id, trouble=error.trouble, code=error.code)
            passing = error.trouble in {Trouble.TRANSIENT, Trouble.THROTTLED, Trouble.AMBIGUOUS}
            if passing and datetime.now(UTC) - account.disconnected_at < PATIENCE:
                async with self._db.transaction() as tx:
                    look_again(tx)
                return
        async with self._db.transaction() as tx:
            await accounts.prefer(tx.session, account.id, **{PARTING: None})
