"""Every stored token under the first key, so that the others can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.engine import Database
from db.repositories import accounts
from services.accounts.removing import PARTING
from services.vault import TokenUnreadable, Vault


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many tokens are under the first key now, and whose cannot be opened by any."""

    tokens: int
    unreadable: Sequence[str]


async def reseal(db: Database, vault: Vault) -> Resealed:
    """Seal every account's token anew, one account at a time; the service may run meanwhile."""
    async with db.transaction() as tx:
        known = [account.id for account in await accounts.every(tx.session)]
    tokens, unreadable = 0, []
    for account_id in known:
        async with db.transaction() as tx:
            account = await accounts.locked(tx.session, account_id)
            parting = account.preferences.get(PARTING)
            try:
                if account.token_encrypted is not None:
                    sealed = vault.resealed(account.token_encrypted)
                    await accounts.change(tx.session, account.id, token_encrypted=sealed)
                    tokens += 1
                if parting is not None:
                    sealed = vault.resealed(str(parting).encode())
                    await accounts.prefer(tx.session, account.id, **{PARTING: sealed.decode()})
                    tokens += 1
            except TokenUnreadable:
                unreadable.append(account.username)
    return Resealed(tokens, unreadable)
