"""A delivery ended: what follows for its comment and its card."""

from __future__ import annotations

from datetime import UTC, datetime

from db.engine import Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.models import Account, Comment, Delivery
from db.repositories import deliveries, drafts, moves
from services import cards
from services.alerts import resolve_alert
from services.deliver.matching import same_words


async def confirm_own(
    tx: Transaction, account: Account, *, thread: str, external_id: str, text: str
) -> Delivery | None:
    """Our own reply came back as a webhook: the delivery that wrote it is certainly sent.

    None when no open doubt matches: the reply is known already, or somebody wrote it in the app.
    """
    if await deliveries.claimed_ids(tx.session, account.id, [external_id]):
        return None
    for delivery, words in await deliveries.unconfirmed_in_thread(tx.session, account.id, thread):
        if same_words(words, text):
            sent = await moves.move(
                tx.session,
                Delivery,
                delivery.id,
                DeliveryState.SENT,
                external_id=external_id,
                sent_at=datetime.now(UTC),
                lease_until=None,
                next_attempt_at=None,
                error=None,
                note="came back by webhook",
            )
            if sent is not None:
                await after_sent(tx, sent)
                return sent
            if delivery.state is DeliveryState.SENT:  # a person said that it arrived; now we know its id
                delivery.external_id = external_id
                return delivery
    return None


async def after_sent(tx: Transaction, delivery: Delivery) -> None:
    """The comment is answered, and the card says so."""
    if delivery.effect in deliveries.WORDS:
        await moves.move(tx.session, Comment, delivery.comment_id, CommentState.ANSWERED)
    await resolve_alert(tx, "delivery_failed", str(delivery.draft_id))
    await resolve_alert(tx, "delivery_uncertain", str(delivery.draft_id))
    await redraw(tx, delivery)


async def redraw(tx: Transaction, delivery: Delivery) -> None:
    """Have the delivery's card drawn again."""
    draft = await drafts.get(tx.session, delivery.draft_id)
    if draft is not None:
        await cards.show(tx, draft)
