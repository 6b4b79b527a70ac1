"""Decisions about effects on Instagram: hide, show, try again, and what became of an uncertain reply."""

from __future__ import annotations

from db.engine import Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import Comment, Delivery, Draft
from db.models.decision import Action
from db.queue import Job, Step
from db.repositories import comments, deliveries, drafts, moves
from db.repositories.drafts import Decided
from services.decide.desk import Desk, now
from services.decide.outcome import Actor, Outcome, Result
from services.decide.verdicts import ReplyAlreadyLive
from services.deliver.confirming import settled
from services.deliver.planning import plan_answer, plan_visibility


class Effects(Desk):
    """What a person may still decide when the text is settled."""

    async def set_hidden(self, tx: Transaction, actor: Actor, draft_id: int, *, hidden: bool) -> Outcome:
        """Hide the customer's comment on Instagram, or show it again. Independent of the reply."""
        action = Action.HIDE if hidden else Action.UNHIDE
        draft = await drafts.get(tx.session, draft_id)
        if draft is None:
            return Outcome(Result.UNKNOWN, action)
        comment = await comments.get(tx.session, draft.comment_id)
        if comment.hidden == hidden:
            return Outcome(Result.REPEATED, action, draft)
        async with tx.session.begin_nested() as attempt:
            decision = await self.record(tx, action, actor, Decided(draft, draft.state))
            effect = Effect.HIDE if hidden else Effect.UNHIDE
            if await plan_visibility(tx, draft, comment, decision, effect) is None:
                await attempt.rollback()  # nothing was decided: the audit must not say so
                return Outcome(Result.NOT_NOW, action, draft)
        return await self._shown(tx, action, draft)

    async def retry(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """Try a failed delivery again, or a comment whose step failed for good."""
        draft = await drafts.get(tx.session, draft_id)
        if draft is None:
            return Outcome(Result.UNKNOWN, Action.RETRY)
        delivery = await deliveries.newest(tx.session, draft_id, deliveries.WORDS)
        if (
            delivery is not None
            and delivery.state is DeliveryState.FAILED
            and draft.state is DraftState.APPROVED
        ):
            if await self._too_late(tx, actor, draft):
                return Outcome(Result.WINDOW_CLOSED, Action.RETRY, draft)
            return await self._send_anew(tx, Action.RETRY, actor, draft)
        again = await moves.move(
            tx.session,
            Comment,
            draft.comment_id,
            CommentState.RECEIVED,
            Comment.state == CommentState.FAILED,
            attempts=0,
            next_attempt_at=None,
            error=None,
            note="retried by a manager",
        )
        if again is None:
            return await self._refused(tx, Action.RETRY, actor, draft_id, version)
        await self.record(tx, Action.RETRY, actor, Decided(draft, draft.state))
        tx.enqueue(Job(Step.CLASSIFY, again.id, key=f"classified:{again.id}:{draft.rev}"))
        return await self._shown(tx, Action.RETRY, draft)

    async def was_sent(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """A person has seen on Instagram that an uncertain reply arrived."""
        draft, delivery = await self._uncertain(tx, draft_id)
        if draft is None or delivery is None:
            return await self._refused(tx, Action.WAS_SENT, actor, draft_id, version)
        moved = await moves.move(
            tx.session,
            Delivery,
            delivery.id,
            DeliveryState.SENT,
            Delivery.state == DeliveryState.UNCERTAIN,
            sent_at=now(),
            note=f"seen by {actor.name}",
        )
        if moved is None:
            return await self._refused(tx, Action.WAS_SENT, actor, draft_id, version)
        await self.record(tx, Action.WAS_SENT, actor, Decided(draft, draft.state))
        await moves.move(tx.session, Comment, draft.comment_id, CommentState.ANSWERED)
        await settled(tx, draft_id)
        return await self._shown(tx, Action.WAS_SENT, draft)

    async def send_again(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """A person has seen on Instagram that an uncertain reply did not arrive."""
        draft, delivery = await self._uncertain(tx, draft_id)
        if draft is None or delivery is None:
            return await self._refused(tx, Action.SEND_AGAIN, actor, draft_id, version)
        if await self._too_late(tx, actor, draft):
            return Outcome(Result.WINDOW_CLOSED, Action.SEND_AGAIN, draft)
        absent = await moves.move(
            tx.session, Delivery, delivery.id, DeliveryState.FAILED, note=f"absent, says {actor.name}"
        )
        if absent is None:
            return await self._refused(tx, Action.SEND_AGAIN, actor, draft_id, version)
        return await self._send_anew(tx, Action.SEND_AGAIN, actor, draft)

    async def _send_anew(self, tx: Transaction, action: Action, actor: Actor, draft: Draft) -> Outcome:
        await settled(tx, draft.id)
        decision = await self.record(tx, action, actor, Decided(draft, draft.state))
        comment = await comments.get(tx.session, draft.comment_id)
        window = await self._window(tx, actor, comment)
        delivery = await plan_answer(
            tx, draft, comment, decision, self._options.undo, human_agent=window.human_agent
        )
        if delivery is None:
            raise ReplyAlreadyLive
        return await self._shown(tx, action, draft)

    async def _too_late(self, tx: Transaction, actor: Actor, draft: Draft) -> bool:
        comment = await comments.get(tx.session, draft.comment_id)
        return (await self._window(tx, actor, comment)).closed

    async def _uncertain(self, tx: Transaction, draft_id: int) -> tuple[Draft | None, Delivery | None]:
        delivery = await deliveries.newest(tx.session, draft_id, deliveries.WORDS)
        if delivery is None or delivery.state is not DeliveryState.UNCERTAIN:
            return None, None
        return await drafts.get(tx.session, draft_id), delivery
