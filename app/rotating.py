"""`rotate-keys`: put everything that is sealed under the first key of ENCRYPTION_KEY.

A new key goes in front of the old one: what is stored opens with either. After this command the old one
can be taken out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.inspecting import SMALL_POOL
from app.keys import FILE, encryption_keys, kept_key, privacy_keys
from app.servers import servers
from app.settings import Settings
from db import migrations
from db.engine import Database
from services.accounts.resealing import reseal
from services.privacy.former_keys import keep
from services.vault import Vault


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many tokens are under the first key now, whose cannot be opened, and how much else cannot."""

    tokens: int
    unreadable: Sequence[str]
    lost: int


def rotate_keys(settings: Settings) -> Rotated:
    """Seal everything that is sealed anew; the service may run meanwhile.

    The keys of tombstones are kept too: who was erased under a former key stays recognised without it.
    """

    async def run(url: str) -> Rotated:
        db = Database(url, SMALL_POOL)
        try:
            await migrations.require_current(db.engine)
            keys = _keys(settings)
            vault = Vault(keys)
            lost = await keep(db, vault, privacy_keys(keys))
            done = await reseal(db, vault)
            return Rotated(done.tokens, done.unreadable, lost)
        finally:
            await db.close()

    with servers(settings, attach=True) as addresses:
        return asyncio.run(run(addresses.database_url))


def _keys(settings: Settings) -> list[str]:
    """Those of the settings; behind them the one that was made for an installation without any."""
    keys = encryption_keys(settings)
    state = settings.app.state_dir
    return [*keys, kept_key(state)] if (state / FILE).exists() else keys
