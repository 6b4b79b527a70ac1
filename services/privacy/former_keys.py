"""Recognising those who were erased, when the key of that time is thrown away."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import structlog

from db.engine import Database
from db.repositories import erasures, former_keys
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)


async def keep(db: Database, vault: Vault, keys: Sequence[bytes]) -> int:
    """Seal `keys` and those kept before with the vault's first key; how many cannot be opened any more.

    Requests to erase somebody that are still open are sealed anew as well.
    """
    lost = 0
    async with db.transaction() as tx:
        for known in await former_keys.every(tx.session):
            try:
                await former_keys.keep(tx.session, known.fingerprint, vault.resealed(known.sealed))
            except TokenUnreadable:
                lost += 1
        for key in keys:
            await former_keys.keep(tx.session, _fingerprint(key), vault.seal(key.hex()))
        for erasure in await erasures.sealed(tx.session):
            try:
                await erasures.change(tx.session, erasure.id, sealed=vault.resealed(erasure.sealed or b""))
            except TokenUnreadable:
                lost += 1
    return lost


async def kept(db: Database, vault: Vault) -> list[bytes]:
    """The keys kept by `keep`, the newest first; those that cannot be opened are left out and logged."""
    found = []
    async with db.transaction() as tx:
        for known in await former_keys.every(tx.session):
            try:
                found.append(bytes.fromhex(vault.open(known.sealed)))
            except TokenUnreadable:
                log.warning("former_key_unreadable", fingerprint=known.fingerprint)
    return found


def _fingerprint(key: bytes) -> str:
    """Tells keys apart and nothing about them."""
    return hashlib.sha256(key).hexdigest()[:16]
