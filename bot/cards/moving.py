"""Following a group that became a supergroup."""

from __future__ import annotations

import structlog

from db.engine import Transaction
from db.repositories import accounts, alerts, cards
from services.alerts import raise_alert

log = structlog.get_logger(__name__)


async def follow(tx: Transaction, old: int, new: int) -> None:
    """The chat `old` is now `new`: accounts, cards and alerts go there, and are drawn anew.

    Old messages stay behind in a group that nobody can open. People are told once, because the settings
    still name the old chat.
    """
    log.warning("chat_moved", old=old, new=new)
    first_told = await accounts.move_chat(tx.session, old, new)
    await cards.move_chat(tx.session, old, new)
    await alerts.move_chat(tx.session, old, new)
    if first_told or not await accounts.every(tx.session):
        await raise_alert(tx, "chat_moved", str(old), chat_id=new, old=old, new=new)
