"""`erase`: one person leaves every table at once; the running service then redraws the cards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.inspecting import SMALL_POOL
from app.keys import audit_key, encryption_keys, privacy_keys
from app.servers import servers
from app.settings import Settings
from db import migrations
from db.engine import Database, Transaction
from db.models import Account
from db.models.privacy import ErasureSource, ErasureState
from db.repositories import accounts, erasures, privacy
from services.decide.superseding import Superseding
from services.options import Options
from services.privacy.erasing import Erase
from services.privacy.former_keys import kept
from services.privacy.pseudonyms import Pseudonyms
from services.privacy.requests import Requests
from services.vault import Vault


class NoSuchAccount(Exception):
    """--account names no account of this installation."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom: a name without @ in lower case, or an Instagram id; in one account (id or @name) or in all."""

    username: str | None
    instagram_id: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done. Not `done`: the service looks once more in a minute, or when it is started."""

    comments: int
    code: str
    done: bool


def erase(settings: Settings, wish: Wish, sure: Callable[[int], bool]) -> Erased | None:
    """Erase whom `wish` names, if `sure` says so of the number of comments found; None otherwise.

    The request is stored before anything is erased: a run that is cut off is finished by the service.
    Raises NoSuchAccount.
    """

    async def run(url: str) -> Erased | None:
        db = Database(url, SMALL_POOL)
        try:
            await migrations.require_current(db.engine)
            async with db.transaction() as tx:
                account = await _account(tx, wish.account)
                found = await _count(tx, wish, account)
            return await _erased(db, settings, wish, account) if sure(found) else None
        finally:
            await db.close()

    with servers(settings, attach=True) as addresses:
        return asyncio.run(run(addresses.database_url))


async def _account(tx: Transaction, name: str | None) -> Account | None:
    if name is None:
        return None
    for known in await accounts.every(tx.session):
        if name in {known.instagram_id, f"@{known.username}", known.username}:
            return known
    raise NoSuchAccount


async def _count(tx: Transaction, wish: Wish, account: Account | None) -> int:
    given = [wish.instagram_id] if wish.instagram_id else []
    named = [wish.username] if wish.username else []
    account_id = account.id if account else None
    ids, usernames = await privacy.known_as(tx.session, account_id, given, named)
    return await privacy.count(tx.session, account_id, ids, usernames)


async def _erased(db: Database, settings: Settings, wish: Wish, account: Account | None) -> Erased:
    keys = encryption_keys(settings)
    vault = Vault(keys)
    pseudonyms = Pseudonyms([*privacy_keys(keys), *await kept(db, vault)])
    async with db.transaction() as tx:
        erasure = await Requests(vault, pseudonyms).person(
            tx,
            ErasureSource.COMMAND,
            instagram_id=wish.instagram_id,
            username=wish.username,
            account_id=account.id if account else None,
        )
    # Closing a draft sends nothing and opens no card, so that no other option matters here.
    superseding = Superseding(Options(chat_id=0), audit_key(keys[0]))
    await Erase(db, vault, pseudonyms, superseding)(erasure.id)
    async with db.transaction() as tx:
        now = await erasures.get(tx.session, erasure.id)
    assert now is not None  # requests are never deleted
    return Erased(int(now.erased.get("comments", 0)), now.code, now.state is ErasureState.DONE)
