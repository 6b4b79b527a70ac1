"""What all decisions share: the audit row, the card, and what the loser of a race is told."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import ColumnElement

from db.engine import Transaction
from db.life.draft import OPEN, DraftState
from db.models import Comment, Decision, Draft
from db.models.decision import Action
from db.repositories import drafts, managers
from db.repositories.drafts import Decided
from services import cards
from services.decide.outcome import Actor, Outcome, Result
from services.deliver.channel import Size
from services.deliver.window import Window, window_of
from services.options import Options

_LEADS_TO: Mapping[Action, DraftState] = {
    Action.APPROVE: DraftState.APPROVED,
    Action.REJECT: DraftState.REJECTED,
    Action.ESCALATE: DraftState.ESCALATED,
    Action.DONE: DraftState.DONE,
}


class Desk:
    """The ground that the decisions stand on. The caller owns the transaction."""

    def __init__(self, options: Options, hash_key: bytes) -> None:
        self._options = options
        self._hash_key = hash_key

    @staticmethod
    def _unless_claimed(actor: Actor) -> list[ColumnElement[bool]]:
        """A colleague's editing lease stops managers, not seniors."""
        return [] if actor.senior else [drafts.free_for(actor.id or 0)]

    async def _back_to_open(
        self, tx: Transaction, draft_id: int, *conditions: ColumnElement[bool]
    ) -> Decided | None:
        """To where an approval or a rejection came from."""
        known = await drafts.get(tx.session, draft_id)
        if known is None:
            return None
        to = DraftState.ESCALATED if known.escalated_at else DraftState.PENDING
        return await drafts.decide(
            tx.session, draft_id, to, *conditions, decided_by=None, decided_at=None, reason=None
        )

    async def record(
        self,
        tx: Transaction,
        action: Action,
        actor: Actor,
        decided: Decided,
        reason: str | None = None,
    ) -> Decision:
        """Append the audit row of a decision."""
        draft = decided.draft
        shown = await drafts.version(tx.session, draft.id, draft.version)
        return await drafts.record(
            tx.session,
            draft,
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            from_state=decided.before,
            to_state=draft.state,
            draft_version=draft.version,
            text_hash=self._hashed(shown.text) if shown else None,
            reason=reason,
            telegram_update_id=actor.update_id,
        )

    def _hashed(self, text: str) -> str:
        """Keyed, so that an erased text cannot be guessed back from the audit (rulings, 16)."""
        return hmac.new(self._hash_key, text.encode(), hashlib.sha256).hexdigest()

    @staticmethod
    async def _shown(tx: Transaction, action: Action, draft: Draft, *, by: str | None = None) -> Outcome:
        await cards.show(tx, draft)
        return Outcome(Result.DONE, action, draft, by=by)

    async def _window(self, tx: Transaction, actor: Actor, comment: Comment) -> Window:
        """Until when this actor's answer would be taken: the human agent's time is not the program's."""
        return await window_of(tx, comment, human_agent=self._options.human_agent and actor.id is not None)

    @staticmethod
    def _too_long(action: Action, draft: Draft, size: Size) -> Outcome:
        return Outcome(
            Result.LONG_TEXT, action, draft, length=size.length, longest=size.longest, unit=size.unit
        )

    @staticmethod
    async def _name(tx: Transaction, manager_id: int | None) -> str | None:
        if manager_id is None:
            return None
        return (await managers.names(tx.session, [manager_id])).get(manager_id)

    async def _refused(
        self,
        tx: Transaction,
        action: Action,
        actor: Actor,
        draft_id: int,
        version: int,
        otherwise: Result = Result.NOT_NOW,
    ) -> Outcome:
        """Read what the winner left, so that the loser is told who and what.

        `otherwise` is the reason where nobody was faster.
        """
        draft = await drafts.get(tx.session, draft_id)
        if draft is None:
            return Outcome(Result.UNKNOWN, action)
        by = await self._name(tx, draft.decided_by)
        if draft.decided_by == actor.id and draft.state is _LEADS_TO.get(action):
            return Outcome(Result.REPEATED, action, draft, by=by, at=draft.decided_at)
        if otherwise is Result.TOO_LATE and draft.state is DraftState.APPROVED:
            return Outcome(Result.TOO_LATE, action, draft, by=by, at=draft.decided_at)
        if draft.state not in OPEN or draft.state is _LEADS_TO.get(action):
            return Outcome(Result.DECIDED, action, draft, by=by, at=draft.decided_at)
        if draft.version != version:
            return Outcome(Result.STALE, action, draft)
        claimed = draft.claim_until is not None and draft.claim_until > now()
        if claimed and draft.claimed_by not in {None, actor.id}:
            holder = await self._name(tx, draft.claimed_by)
            return Outcome(Result.CLAIMED, action, draft, by=holder, until=draft.claim_until)
        if otherwise is not Result.TOO_LATE:
            return Outcome(otherwise, action, draft)
        return Outcome(Result.NOT_NOW, action, draft)


def now() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)
