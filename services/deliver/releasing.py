"""Letting go what an account's trouble held back."""

from __future__ import annotations

from db.engine import Transaction
from db.repositories import deliveries
from services.deliver.confirming import redraw
from services.deliver.planning import wake


async def release(tx: Transaction, account_id: int) -> None:
    """Planned deliveries of the account need not wait any longer; their cards say so."""
    for delivery in await deliveries.let_go(tx.session, account_id):
        wake(tx, delivery)
        await redraw(tx, delivery)
