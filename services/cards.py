"""Asking for a card to be drawn. The drawing itself belongs to `bot`."""

from __future__ import annotations

from db.engine import Transaction
from db.models import Account, Card, Draft
from db.queue import Job, Step
from db.repositories import accounts, cards

URGENT = 10
"""Priority of urgent cards in the queue; others have 0."""


async def show(tx: Transaction, draft: Draft, account: Account | None = None) -> Card | None:
    """Have the draft's card (re)drawn after this transaction; None while the account has no chat."""
    account = account or await accounts.get(tx.session, draft.account_id)
    if account.chat_id is None:
        return None
    card = await cards.want(tx.session, draft, account.chat_id)
    redraw(tx, card, urgent=draft.urgent)
    return card


def redraw(tx: Transaction, card: Card, *, urgent: bool = False) -> None:
    """Queue the drawing of a card's wanted revision."""
    tx.enqueue(
        Job(
            Step.RENDER_CARD,
            card.id,
            key=f"card:{card.id}:{card.wanted_rev}",
            priority=URGENT if urgent else 0,
        )
    )
