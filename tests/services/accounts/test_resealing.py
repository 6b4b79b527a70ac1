"""Keys that protect tokens are replaced one by one, and nothing is lost on the way."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from db.engine import Database
from db.models import Account
from db.repositories import accounts
from services.accounts.removing import PARTING, remove
from services.accounts.resealing import Resealed, reseal
from services.vault import TokenUnreadable, Vault
from tests.building import an_account

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


async def sealed(db: Database, username: str) -> bytes:
    return (await the(db, username)).token_encrypted or b""


async def the(db: Database, username: str) -> Account:
    async with db.transaction() as tx:
        return next(one for one in await accounts.every(tx.session) if one.username == username)


async def test_after_resealing_the_old_key_can_go(db: Database) -> None:
    old = Vault([OLD])
    async with db.transaction() as tx:
        await an_account(tx, "1", username="first", token_encrypted=old.seal("IGAA-first"))
        await an_account(tx, "2", username="second", token_encrypted=old.seal("IGAA-second"))
        await an_account(tx, "3", username="without", token_encrypted=None)

    both = Vault([NEW, OLD])
    assert both.open(await sealed(db, "first")) == "IGAA-first", "tokens stay open in between"
    with pytest.raises(TokenUnreadable):
        Vault([NEW]).open(await sealed(db, "first"))

    assert await reseal(db, both) == Resealed(2, [])

    alone = Vault([NEW])
    assert alone.open(await sealed(db, "first")) == "IGAA-first"
    assert alone.open(await sealed(db, "second")) == "IGAA-second"
    with pytest.raises(TokenUnreadable):
        old.open(await sealed(db, "first"))


async def test_a_token_that_no_key_opens_is_named_and_left_as_it_is(db: Database) -> None:
    lost = Vault([Fernet.generate_key().decode()]).seal("IGAA-lost")
    async with db.transaction() as tx:
        await an_account(tx, "1", username="lost", token_encrypted=lost)
        await an_account(tx, "2", username="good", token_encrypted=Vault([OLD]).seal("IGAA"))

    assert await reseal(db, Vault([NEW, OLD])) == Resealed(1, ["lost"])
    assert await sealed(db, "lost") == lost
    assert Vault([NEW]).open(await sealed(db, "good")) == "IGAA"


async def test_the_last_token_of_a_removed_account_is_sealed_anew_too(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx, "1", username="removed", token_encrypted=Vault([OLD]).seal("IGAA"))
        await remove(tx, account)

    assert await reseal(db, Vault([NEW, OLD])) == Resealed(1, [])
    kept = (await the(db, "removed")).preferences[PARTING]
    assert Vault([NEW]).open(kept.encode()) == "IGAA"
