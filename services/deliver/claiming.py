"""Taking one delivery into work, when its time has come and nothing holds its account back."""

from __future__ import annotations

from datetime import UTC, datetime

from db.engine import Database, Transaction
from db.life.delivery import DeliveryState
from db.models import Delivery
from db.repositories import accounts, comments, deliveries, drafts, moves
from services.deliver.channel import WINDOW_CLOSED
from services.deliver.confirming import give_up, redraw
from services.deliver.releasing import held_back
from services.deliver.window import window_of
from services.deliver.work import Work
from services.options import Options


class Claims:
    """The first transaction of a delivery's way."""

    def __init__(self, db: Database, options: Options) -> None:
        self._db = db
        self._options = options

    async def take(self, delivery_id: int) -> Work | None:
        """The work, or None: not due, in other hands, held back, or ended here (a dry run, too late)."""
        async with self._db.transaction() as tx:
            known = await deliveries.get(tx.session, delivery_id)
            if known is None or not await self._has_its_turn(tx, known):
                return None
            delivery = await moves.claim(
                tx.session,
                Delivery,
                delivery_id,
                DeliveryState.SENDING,
                Delivery.send_after <= datetime.now(UTC),
                lease=self._options.lease,
            )
            if delivery is None:
                return None
            in_doubt = delivery.effect in deliveries.WORDS and delivery.request_started_at is not None
            if self._options.dry_run and not in_doubt:  # looking publishes nothing
                await moves.save(
                    tx.session, delivery, DeliveryState.CANCELLED, error="dry_run", note="dry run"
                )
                await redraw(tx, delivery)
                return None
            return await self._work(tx, delivery, in_doubt=in_doubt)

    @staticmethod
    async def _has_its_turn(tx: Transaction, delivery: Delivery) -> bool:
        """Whether nothing holds the account back; after a throttle one goes first, alone, to see."""
        account = await accounts.get(tx.session, delivery.account_id)
        if held_back(account, delivery, datetime.now(UTC)):
            return False  # the sweep brings it back
        if account.throttled_until is None:
            return True
        first = await deliveries.front(tx.session, account.id)
        return first is not None and first.id == delivery.id

    async def _work(self, tx: Transaction, delivery: Delivery, *, in_doubt: bool) -> Work | None:
        """What the claim needs outside the transaction; None when it is too late to send it."""
        comment = await comments.get(tx.session, delivery.comment_id)
        person = self._options.human_agent and await deliveries.decided_by_person(tx.session, delivery)
        window = await window_of(tx, comment, human_agent=person)
        if delivery.effect in deliveries.WORDS and window.closed and not in_doubt:
            await give_up(tx, delivery, WINDOW_CLOSED, "the window closed before it left", refused=True)
            return None
        media = await comments.media_of(tx.session, comment)
        draft = await drafts.get(tx.session, delivery.draft_id)
        return Work(
            delivery=delivery,
            comment=comment,
            account=await accounts.get(tx.session, delivery.account_id),
            text=await deliveries.text_of(tx.session, delivery),
            post=media.instagram_id if media else None,
            urgent=draft is not None and draft.urgent,
            human_agent=window.human_agent,
        )
