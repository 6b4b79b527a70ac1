"""`rotate-keys`: a new key goes in front, everything is sealed anew, the old key can go."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet

from app.cli import cli
from app.keys import kept_key, privacy_keys
from db.engine import Database
from db.models.privacy import ErasureSource
from db.repositories import accounts, erasures
from services.privacy.former_keys import kept
from services.privacy.pseudonyms import Pseudonyms
from services.privacy.requests import Requests
from services.privacy.tombstones import Tombstones
from services.vault import TokenUnreadable, Vault
from tests.building import an_account

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TOKEN = "IGAA-canary"


async def rotate(folder: Path, database_url: str, redis_url: str, keys: str) -> Result:
    """The command with an env file of its own."""
    env = folder / "rotate.env"
    lines = [
        f"DATABASE_URL={database_url}",
        f"REDIS_URL={redis_url}",
        f"ENCRYPTION_KEY={keys}",
        f"STATE_DIR={folder}",
    ]
    env.write_text("\n".join(lines), encoding="utf-8")
    arguments = ["rotate-keys", "--env-file", str(env)]
    return await asyncio.to_thread(CliRunner().invoke, cli, arguments)


async def seal(db: Database, key: str, username: str = "shop", instagram_id: str = "1") -> None:
    async with db.transaction() as tx:
        await an_account(tx, instagram_id, username=username, token_encrypted=Vault([key]).seal(TOKEN))


async def sealed(db: Database) -> bytes:
    async with db.transaction() as tx:
        (account,) = await accounts.every(tx.session)
        return account.token_encrypted or b""


async def test_after_it_the_old_key_can_go(
    db: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await seal(db, OLD)
    done = await rotate(tmp_path, database_url, redis_url, f"{NEW},{OLD}")

    assert (done.exit_code, done.output) == (0, "Tokens under the first key now: 1\n")
    assert Vault([NEW]).open(await sealed(db)) == TOKEN
    with pytest.raises(TokenUnreadable):
        Vault([OLD]).open(await sealed(db))


async def test_it_brings_the_first_key_of_all_to_an_installation_that_had_none(
    db: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await seal(db, kept_key(tmp_path))
    done = await rotate(tmp_path, database_url, redis_url, NEW)

    assert done.exit_code == 0
    assert Vault([NEW]).open(await sealed(db)) == TOKEN


async def test_who_was_erased_is_recognised_without_the_old_key(
    db: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    former = Pseudonyms(privacy_keys([OLD]))
    async with db.transaction() as tx:
        account = await an_account(tx, "1", token_encrypted=None)
        asked = await Requests(Vault([OLD]), former).person(tx, ErasureSource.COMMAND, username="irina")
    await rotate(tmp_path, database_url, redis_url, f"{NEW},{OLD}")

    newest = Fernet.generate_key().decode()
    twice = await rotate(tmp_path, database_url, redis_url, f"{newest},{NEW}")
    assert twice.exit_code == 0
    vault = Vault([newest])
    today = Pseudonyms([*privacy_keys([newest]), *await kept(db, vault)])
    early = datetime.now(UTC) - timedelta(days=1)
    async with db.transaction() as tx:
        is_erased = Tombstones(today).is_erased
        assert await is_erased(tx.session, account.id, None, "Irina", early)
        assert not await is_erased(tx.session, account.id, None, "olga", early)
        still_open = await erasures.get(tx.session, asked.id)
        assert still_open is not None
        assert still_open.sealed is not None
    assert "irina" in vault.open(still_open.sealed), "a request under way goes on with the new key"


async def test_a_key_of_tombstones_that_is_lost_is_told(
    db: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await rotate(tmp_path, database_url, redis_url, OLD)
    done = await rotate(tmp_path, database_url, redis_url, NEW)

    assert done.exit_code == 1
    assert "No key opens 1 of what recognises people who were erased" in done.output
    assert await kept(db, Vault([NEW])) == privacy_keys([NEW])


async def test_accounts_that_no_key_opens_are_named(
    db: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await seal(db, Fernet.generate_key().decode(), "lost_shop", "2")
    done = await rotate(tmp_path, database_url, redis_url, f"{NEW},{OLD}")

    assert done.exit_code == 1
    assert "@lost_shop" in done.output
    assert TOKEN not in done.output
