"""The customer moves: what was drafted no longer fits, and the card says why (product, The pipeline)."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from db.engine import Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.life.draft import OPEN, DraftState
from db.models import Comment, Delivery, Draft
from db.models.decision import Action
from db.models.manager import Role
from db.queue import Job, Step
from db.repositories import comments, deliveries, drafts, moves
from services import cards
from services.decide.desk import Desk
from services.decide.outcome import Actor

PROGRAM = Actor(None, "InstaChatico", Role.OWNER)


class Why(StrEnum):
    """Why a draft no longer fits; a draft's `reason`, and a key of the card's catalogue."""

    WROTE_AGAIN = "wrote_again"  # the newer words have a card of their own
    DELETED = "deleted"
    HIDDEN = "hidden"  # by a person in the Instagram app
    ANSWERED_IN_APP = "answered_in_app"
    ERASED = "erased"


EDITED = "edited"
"""Why a card has no text while the customer's new words are being read."""


class Superseding(Desk):
    """Closes or renews drafts; replies that have not left are taken back."""

    async def supersede(self, tx: Transaction, comment: Comment, why: Why) -> bool:
        """Close the comment's draft for good; False when a reply has left or a person has closed it."""
        draft = await drafts.locked(tx.session, comment.id)
        if draft is None:
            gone = await moves.move(tx.session, Comment, comment.id, CommentState.SUPERSEDED, note=why)
            # Whoever opened its card meanwhile held the comment until now.
            draft = await drafts.locked(tx.session, comment.id)
            if draft is None:
                return gone is not None
        if not await self._taken_back(tx, draft, why):
            return False
        decided = await drafts.decide(
            tx.session, draft.id, DraftState.SUPERSEDED, claimed_by=None, claim_until=None, reason=why.value
        )
        if decided is None:
            return False
        await self.record(tx, Action.SUPERSEDE, PROGRAM, decided, why.value)
        await moves.move(tx.session, Comment, comment.id, CommentState.SUPERSEDED, note=why)
        await cards.show(tx, decided.draft)
        return True

    async def edited(self, tx: Transaction, comment: Comment, text: str) -> bool:
        """The customer changed the words: they are read anew, and the old draft can no longer be approved.

        False when nothing changed, or when a reply has left: then the new words are only kept.
        """
        if comment.text == text:
            return False
        draft = await drafts.locked(tx.session, comment.id)
        await comments.change(tx.session, comment.id, text=text, edited_at=datetime.now(UTC))
        draft = draft or await drafts.locked(tx.session, comment.id)  # a card may have been opened meanwhile
        if draft is not None:
            if not await self._taken_back(tx, draft, EDITED):
                await cards.show(tx, draft)
                return False
            if draft.state not in OPEN:
                await self._back_to_open(tx, draft.id)
            changed = await drafts.change(
                tx.session, draft.id, version=0, why_no_text=EDITED, claimed_by=None, claim_until=None
            )
            if changed is not None:
                await cards.show(tx, changed)
        again = await moves.move(
            tx.session,
            Comment,
            comment.id,
            CommentState.RECEIVED,
            attempts=0,
            next_attempt_at=None,
            note=EDITED,
        )
        if again is not None:
            tx.enqueue(
                Job(Step.CLASSIFY, again.id, key=f"classified:{again.id}:{again.lease_token}:{EDITED}")
            )
        return again is not None

    @staticmethod
    async def _taken_back(tx: Transaction, draft: Draft, why: str) -> bool:
        """Whether no reply of the draft has left for Instagram; a planned one is cancelled."""
        if draft.state in OPEN or draft.state is DraftState.REGENERATING:
            return True
        if draft.state is not DraftState.APPROVED:
            return False
        delivery = await deliveries.newest(tx.session, draft.id, deliveries.WORDS)
        if delivery is None or delivery.state is DeliveryState.FAILED:
            return True
        cancelled = await moves.move(
            tx.session,
            Delivery,
            delivery.id,
            DeliveryState.CANCELLED,
            Delivery.request_started_at.is_(None),
            note=why,
        )
        return cancelled is not None
