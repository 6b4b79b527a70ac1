"""`rotate-keys`: put every stored token under the first key of ENCRYPTION_KEY.

A new key goes in front of the old one: what is stored opens with either. After this command the old one
can be taken out.
"""

from __future__ import annotations

import asyncio

from app.inspecting import SMALL_POOL
from app.keys import FILE, encryption_keys, kept_key
from app.servers import servers
from app.settings import Settings
from db import migrations
from db.engine import Database
from services.accounts.resealing import Resealed, reseal
from services.vault import Vault


def rotate_keys(settings: Settings) -> Resealed:
    """Seal all tokens anew; the service may run meanwhile."""

    async def run(url: str) -> Resealed:
        db = Database(url, SMALL_POOL)
        try:
            await migrations.require_current(db.engine)
            return await reseal(db, Vault(_keys(settings)))
        finally:
            await db.close()

    with servers(settings, attach=True) as addresses:
        return asyncio.run(run(addresses.database_url))


def _keys(settings: Settings) -> list[str]:
    """Those of the settings; behind them the one that was made for an installation without any."""
    keys = encryption_keys(settings)
    state = settings.app.state_dir
    return [*keys, kept_key(state)] if (state / FILE).exists() else keys
