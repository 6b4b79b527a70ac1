"""Yes, no, somebody else, not any more: decisions about the draft as a whole."""

from __future__ import annotations

from db.engine import Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.life.draft import OPEN, DraftState
from db.models import Comment, Delivery, Draft
from db.models.decision import Action
from db.repositories import comments, deliveries, drafts, moves
from services.decide.desk import Desk, now
from services.decide.outcome import Actor, Outcome, Result
from services.deliver.channel import size
from services.deliver.confirming import settled
from services.deliver.planning import plan_answer


class ReplyAlreadyLive(Exception):
    """The comment has a reply that is planned, sent or uncertain: another one cannot be approved."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Verdicts(Desk):
    """Each is one guarded statement, an audit row, and what follows from it."""

    async def approve(
        self, tx: Transaction, actor: Actor, draft_id: int, version: int, *, confirmed: bool = False
    ) -> Outcome:
        """Approve exactly `version`; it leaves for Instagram after the undo window.

        A text with failed checks is first answered with CONFIRM. Raises ReplyAlreadyLive.
        """
        if version == 0:
            return await self._refused(tx, Action.APPROVE, actor, draft_id, version, Result.NO_TEXT)
        draft = await drafts.get(tx.session, draft_id)
        shown = await drafts.version(tx.session, draft_id, version)
        if draft is None or shown is None:
            return await self._refused(tx, Action.APPROVE, actor, draft_id, version)
        comment = await comments.get(tx.session, draft.comment_id)
        window = await self._window(tx, actor, comment)
        if window.closed:
            return await self._refused(tx, Action.APPROVE, actor, draft_id, version, Result.WINDOW_CLOSED)
        if draft.state in OPEN and draft.version == version:
            length = size(comment.kind, shown.text)
            if length.too_long:
                return self._too_long(Action.APPROVE, draft, length)
            if shown.flags and not confirmed:
                return Outcome(Result.CONFIRM, Action.APPROVE, draft)
        decided = await drafts.decide(
            tx.session,
            draft_id,
            DraftState.APPROVED,
            Draft.version == version,
            *self._unless_claimed(actor),
            decided_by=actor.id,
            decided_at=now(),
            claimed_by=None,
            claim_until=None,
        )
        if decided is None:
            return await self._refused(tx, Action.APPROVE, actor, draft_id, version)
        decision = await self.record(tx, Action.APPROVE, actor, decided)
        delivery = await plan_answer(
            tx, decided.draft, comment, decision, self._options.undo, human_agent=window.human_agent
        )
        if delivery is None:
            raise ReplyAlreadyLive
        return await self._shown(tx, Action.APPROVE, decided.draft)

    async def undo(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """Take an approval back while nothing has left for Instagram."""
        delivery = await deliveries.newest(tx.session, draft_id, deliveries.WORDS)
        cancelled = None
        if delivery is not None:
            cancelled = await moves.move(
                tx.session,
                Delivery,
                delivery.id,
                DeliveryState.CANCELLED,
                Delivery.state == DeliveryState.PLANNED,
                Delivery.request_started_at.is_(None),
                note="undone",
            )
        if cancelled is None:
            return await self._refused(tx, Action.UNDO, actor, draft_id, version, Result.TOO_LATE)
        decided = await self._back_to_open(tx, draft_id)
        if decided is None:
            return await self._refused(tx, Action.UNDO, actor, draft_id, version)
        await self.record(tx, Action.UNDO, actor, decided)
        return await self._shown(tx, Action.UNDO, decided.draft)

    async def reject(
        self, tx: Transaction, actor: Actor, draft_id: int, version: int, reason: str
    ) -> Outcome:
        """Decide that no reply goes out; `reason` is one of the buttons' or the manager's own words."""
        decided = await drafts.decide(
            tx.session,
            draft_id,
            DraftState.REJECTED,
            Draft.version == version,
            *self._unless_claimed(actor),
            decided_by=actor.id,
            decided_at=now(),
            claimed_by=None,
            claim_until=None,
            reason=reason,
        )
        if decided is None:
            return await self._refused(tx, Action.REJECT, actor, draft_id, version)
        await self.record(tx, Action.REJECT, actor, decided, reason)
        await moves.move(tx.session, Comment, decided.draft.comment_id, CommentState.CLOSED, note=reason)
        return await self._shown(tx, Action.REJECT, decided.draft)

    async def reopen(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """Bring a rejected draft back to the managers."""
        decided = await self._back_to_open(tx, draft_id, Draft.state == DraftState.REJECTED)
        if decided is None:
            return await self._refused(tx, Action.REOPEN, actor, draft_id, version)
        await self.record(tx, Action.REOPEN, actor, decided)
        await moves.move(tx.session, Comment, decided.draft.comment_id, CommentState.WAITING)
        return await self._shown(tx, Action.REOPEN, decided.draft)

    async def escalate(
        self, tx: Transaction, actor: Actor, draft_id: int, version: int, to: int | None = None
    ) -> Outcome:
        """Hand the draft to seniors, or to one colleague."""
        decided = await drafts.decide(
            tx.session,
            draft_id,
            DraftState.ESCALATED,
            Draft.state == DraftState.PENDING,
            *self._unless_claimed(actor),
            escalated_at=now(),
            escalated_to=to,
            decided_by=actor.id,
            decided_at=now(),
            claimed_by=None,
            claim_until=None,
        )
        if decided is None:
            return await self._refused(tx, Action.ESCALATE, actor, draft_id, version)
        await self.record(tx, Action.ESCALATE, actor, decided)
        return await self._shown(tx, Action.ESCALATE, decided.draft)

    async def done(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """The matter was settled outside the program."""
        delivery = await deliveries.newest(tx.session, draft_id, deliveries.WORDS)
        if delivery is not None and delivery.state in {DeliveryState.PLANNED, DeliveryState.SENDING}:
            return await self._refused(tx, Action.DONE, actor, draft_id, version)
        decided = await drafts.decide(
            tx.session,
            draft_id,
            DraftState.DONE,
            decided_by=actor.id,
            decided_at=now(),
            claimed_by=None,
            claim_until=None,
        )
        if decided is None:
            return await self._refused(tx, Action.DONE, actor, draft_id, version)
        await self.record(tx, Action.DONE, actor, decided)
        await settled(tx, draft_id)
        await moves.move(
            tx.session, Comment, decided.draft.comment_id, CommentState.CLOSED, note="done elsewhere"
        )
        return await self._shown(tx, Action.DONE, decided.draft)
