"""Planning an effect in the transaction of the decision that wants it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from db.engine import Transaction
from db.life.delivery import Effect
from db.models import Comment, Decision, Delivery, Draft
from db.queue import Job, Step
from db.repositories import deliveries
from services.deliver.channel import effect_of

DELIVERY_PRIORITY = 3


async def plan_answer(
    tx: Transaction,
    draft: Draft,
    comment: Comment,
    decision: Decision,
    undo: timedelta,
    *,
    human_agent: bool = False,
) -> Delivery | None:
    """The answer that the comment's kind takes, with exactly the decided version, after the undo window.

    None: one is live already. `human_agent` is seen to again when it leaves.
    """
    effect = effect_of(comment.kind)
    return await _plan(tx, draft, comment, decision, effect, undo, human_agent=human_agent)


async def plan_visibility(
    tx: Transaction, draft: Draft, comment: Comment, decision: Decision, effect: Effect
) -> Delivery | None:
    """Hide or show the customer's comment; None while the opposite is under way."""
    return await _plan(tx, draft, comment, decision, effect, timedelta())


async def _plan(
    tx: Transaction,
    draft: Draft,
    comment: Comment,
    decision: Decision,
    effect: Effect,
    undo: timedelta,
    *,
    human_agent: bool = False,
) -> Delivery | None:
    delivery = await deliveries.plan(
        tx.session,
        effect=effect,
        comment_id=comment.id,
        account_id=comment.account_id,
        draft_id=draft.id,
        draft_version=draft.version,
        decision_id=decision.id,
        send_after=datetime.now(UTC) + undo,
        human_agent=human_agent,
    )
    if delivery is not None:
        wake(tx, delivery, undo)
    return delivery


def wake(tx: Transaction, delivery: Delivery, after: timedelta | None = None) -> None:
    """Queue the delivery's next attempt: now, or `after` a while; one of each at a time."""
    when = "later" if after else "now"
    tx.enqueue(
        Job(
            Step.DELIVER,
            delivery.id,
            key=f"delivery:{delivery.id}:{delivery.lease_token}:{delivery.reads}:{when}",
            after=after,
            priority=DELIVERY_PRIORITY,
        )
    )
