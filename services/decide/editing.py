"""Changing the text: by hand under a lease, or by the model with a hint."""

from __future__ import annotations

from db.engine import Transaction
from db.life.delivery import DeliveryState
from db.life.draft import OPEN, DraftState
from db.models import Draft
from db.models.decision import Action
from db.models.draft import DraftOrigin
from db.queue import Job, Step
from db.repositories import comments, deliveries, drafts
from db.repositories.drafts import Decided
from services.decide.desk import Desk, now
from services.decide.outcome import Actor, Outcome, Result
from services.decide.wording import addressed, clean
from services.deliver.channel import size


class Editing(Desk):
    """A new text is always a new version; nothing here sends."""

    async def regenerate(
        self, tx: Transaction, actor: Actor, draft_id: int, version: int, hint: str | None = None
    ) -> Outcome:
        """Have the model write another version, with the manager's wish; the old one is kept."""
        known = await drafts.get(tx.session, draft_id)
        if (
            known is not None
            and known.state in OPEN
            and known.regenerations >= self._options.max_regenerations
        ):
            return Outcome(Result.LIMIT, Action.REGENERATE, known)
        decided = await drafts.decide(
            tx.session,
            draft_id,
            DraftState.REGENERATING,
            Draft.version == version,
            drafts.free_for(actor.id or 0),
            regenerations=Draft.regenerations + 1,
            hint=hint,
            attempts=0,
            next_attempt_at=None,
            lease_until=None,
            claimed_by=None,
            claim_until=None,
        )
        if decided is None:
            return await self._refused(tx, Action.REGENERATE, actor, draft_id, version)
        draft = decided.draft
        await self.record(tx, Action.REGENERATE, actor, decided, hint)
        tx.enqueue(Job(Step.REGENERATE, draft.id, key=f"draft:{draft.id}:{draft.version + 1}"))
        return await self._shown(tx, Action.REGENERATE, draft)

    async def claim(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """Begin to edit: colleagues see who, and cannot approve meanwhile."""
        delivery = await deliveries.newest(tx.session, draft_id, deliveries.WORDS)
        if delivery is not None and delivery.state is DeliveryState.FAILED:
            await self._back_to_open(
                tx, draft_id, Draft.state == DraftState.APPROVED, Draft.version == version
            )
        draft = await drafts.change(
            tx.session,
            draft_id,
            Draft.version == version,
            drafts.free_for(actor.id or 0),
            claimed_by=actor.id,
            claim_until=now() + self._options.editing_lease,
        )
        if draft is None:
            return await self._refused(tx, Action.CLAIM, actor, draft_id, version)
        await self.record(tx, Action.CLAIM, actor, Decided(draft, draft.state))
        return await self._shown(tx, Action.CLAIM, draft)

    async def take_over(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """Take the editing lease from a colleague; `by` names whom it was taken from."""
        known = await drafts.get(tx.session, draft_id)
        holder = await self._name(tx, known.claimed_by if known else None)
        draft = await drafts.change(
            tx.session,
            draft_id,
            Draft.version == version,
            claimed_by=actor.id,
            claim_until=now() + self._options.editing_lease,
        )
        if draft is None:
            return await self._refused(tx, Action.TAKE_OVER, actor, draft_id, version)
        await self.record(tx, Action.TAKE_OVER, actor, Decided(draft, draft.state))
        return await self._shown(tx, Action.TAKE_OVER, draft, by=holder)

    async def release(self, tx: Transaction, actor: Actor, draft_id: int, version: int) -> Outcome:
        """Stop editing without a new text."""
        draft = await drafts.change(
            tx.session, draft_id, Draft.claimed_by == actor.id, claimed_by=None, claim_until=None
        )
        if draft is None:
            return await self._refused(tx, Action.RELEASE, actor, draft_id, version)
        await self.record(tx, Action.RELEASE, actor, Decided(draft, draft.state))
        return await self._shown(tx, Action.RELEASE, draft)

    async def edit(self, tx: Transaction, actor: Actor, draft_id: int, version: int, text: str) -> Outcome:
        """Keep a manager's text as the next version. Editing never sends."""
        known = await drafts.get(tx.session, draft_id)
        if known is None:
            return Outcome(Result.UNKNOWN, Action.EDIT)
        comment = await comments.get(tx.session, known.comment_id)
        words = clean(text)
        if not words:
            return Outcome(Result.EMPTY_TEXT, Action.EDIT, known)
        words = addressed(comment, words)
        length = size(comment.kind, words)
        if length.too_long:
            return self._too_long(Action.EDIT, known, length)
        draft = await drafts.change(
            tx.session,
            draft_id,
            Draft.version == version,
            drafts.free_for(actor.id or 0),
            version=await drafts.next_version(tx.session, draft_id),
            why_no_text=None,
            claimed_by=None,
            claim_until=None,
        )
        if draft is None:
            return await self._refused(tx, Action.EDIT, actor, draft_id, version)
        classification = await comments.classification(tx.session, comment.id)
        await drafts.add_version(
            tx.session,
            draft,
            draft.version,
            text=words,
            language=classification.language if classification else "",
            origin=DraftOrigin.MANAGER,
            manager_id=actor.id,
        )
        await self.record(tx, Action.EDIT, actor, Decided(draft, draft.state))
        return await self._shown(tx, Action.EDIT, draft)
