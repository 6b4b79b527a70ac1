"""A link by which one account can be connected: random, good once and for a quarter of an hour."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from db.engine import Transaction
from db.models import Manager
from db.repositories import connect_requests

PATH: Final = "/instagram/oauth/start"
LIFETIME: Final = timedelta(minutes=15)
STATE_BYTES: Final = 32  # 256 bits


async def invite(tx: Transaction, manager: Manager, chat_id: int) -> str:
    """A new `state` for a login that `manager` asked for in a chat. Only its hash is kept."""
    state = secrets.token_urlsafe(STATE_BYTES)
    await connect_requests.add(
        tx.session, hashed(state), manager_id=manager.id, chat_id=chat_id, lifetime=LIFETIME
    )
    return state


def hashed(state: str) -> str:
    """What is kept of a `state`: too random to be guessed back, so a plain hash will do."""
    return hashlib.sha256(state.encode(errors="surrogatepass")).hexdigest()
