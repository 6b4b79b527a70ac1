"""The handlers of `Step.ANSWER` and `Step.REGENERATE`."""

from __future__ import annotations

from datetime import UTC, datetime

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.life.draft import DraftState
from db.models import Account, Comment, Draft
from db.models.comment import Category
from db.models.draft import DraftOrigin
from db.models.llm_call import CallOutcome
from db.queue import Job, Step
from db.repositories import accounts, comments, drafts, moves
from services import cards
from services.answer.drafting import Drafted, Drafter
from services.decide.superseding import Superseding
from services.llm.models import llm_failed, llm_works, pause_after
from services.llm.port import LlmError
from services.opening import open_card
from services.options import Options
from services.work.lease import kept


class AnswerStep:
    """Writes the first version and opens the card."""

    def __init__(self, db: Database, drafter: Drafter, superseding: Superseding, options: Options) -> None:
        self._db = db
        self._drafter = drafter
        self._superseding = superseding
        self._options = options

    async def __call__(self, comment_id: int | None) -> None:
        """Work on one comment once; what is not due, or in other hands, is left alone."""
        async with self._db.transaction() as tx:
            comment = await moves.claim(
                tx.session, Comment, comment_id or 0, CommentState.ANSWERING, lease=self._options.lease
            )
            if comment is None:
                return
            account = await accounts.get(tx.session, comment.account_id)
        async with kept(self._db, comment, self._options.lease):
            try:
                drafted = await self._drafter.draft(comment, account)
            except LlmError as error:
                await self._failed(comment, account, error)
                return
            await self._save(comment, account, drafted)

    async def _save(self, comment: Comment, account: Account, drafted: Drafted) -> None:
        async with self._db.transaction() as tx:
            await comments.lock_thread(tx.session, comment)
            if await moves.save(tx.session, comment, CommentState.WAITING) is None:
                return
            await llm_works(tx)
            known = await drafts.for_comment(tx.session, comment.id)
            version = await drafts.next_version(tx.session, known.id) if known else 1
            draft = await open_card(
                tx,
                comment,
                account,
                self._superseding,
                urgent=await _urgent(tx, comment),
                version=version,
            )
            if draft is not None:
                await drafts.add_version(
                    tx.session, draft, version, origin=DraftOrigin.MODEL, **drafted.values
                )

    async def _failed(self, comment: Comment, account: Account, error: LlmError) -> None:
        """Outages are waited for within bounds; then a person answers without a draft."""
        async with self._db.transaction() as tx:
            await comments.lock_thread(tx.session, comment)
            await llm_failed(tx, error)
            if error.outcome is CallOutcome.TRANSIENT and comment.attempts < self._options.max_attempts:
                pause = pause_after(error, comment.attempts)
                waiting = await moves.save(
                    tx.session,
                    comment,
                    CommentState.CLASSIFIED,
                    attempts=comment.attempts,
                    next_attempt_at=datetime.now(UTC) + pause,
                    error=str(error),
                    note=str(error),
                )
                if waiting is not None:
                    key = f"answered:{comment.id}:{comment.lease_token}"
                    tx.enqueue(Job(Step.ANSWER, comment.id, key=key, after=pause))
                return
            given_up = await moves.save(
                tx.session, comment, CommentState.WAITING, error=str(error), note=str(error)
            )
            if given_up is not None:
                urgent = await _urgent(tx, comment)
                await open_card(
                    tx, comment, account, self._superseding, urgent=urgent, why_no_text="llm_failed"
                )


async def _urgent(tx: Transaction, comment: Comment) -> bool:
    reading = await comments.classification(tx.session, comment.id)
    return reading is not None and reading.category is Category.URGENT


class RegenerateStep:
    """Writes another version at a manager's wish; the old one is kept."""

    def __init__(self, db: Database, drafter: Drafter, options: Options) -> None:
        self._db = db
        self._drafter = drafter
        self._options = options

    async def __call__(self, draft_id: int | None) -> None:
        """Work on one draft once; what is not being regenerated, or in other hands, is left alone."""
        async with self._db.transaction() as tx:
            draft = await drafts.claim_regenerating(tx.session, draft_id or 0, self._options.lease)
            if draft is None:
                return
            comment = await comments.get(tx.session, draft.comment_id)
            account = await accounts.get(tx.session, draft.account_id)
            shown = await drafts.version(tx.session, draft.id, draft.version)
        async with kept(self._db, draft, self._options.lease):
            try:
                drafted = await self._drafter.draft(
                    comment, account, hint=draft.hint, previous=shown.text if shown else None
                )
            except LlmError as error:
                await self._failed(draft, error)
                return
            await self._save(draft, drafted)

    async def _save(self, draft: Draft, drafted: Drafted) -> None:
        async with self._db.transaction() as tx:
            # Not the version shown and one: that is 0 after the customer changed the words.
            version = await drafts.next_version(tx.session, draft.id)
            saved = await moves.save(
                tx.session,
                draft,
                _open_state(draft),
                version=version,
                rev=Draft.rev + 1,
                why_no_text=None,
            )
            if saved is None:
                return
            await llm_works(tx)
            await drafts.add_version(
                tx.session, saved, version, origin=DraftOrigin.MODEL, hint=draft.hint, **drafted.values
            )
            await cards.show(tx, saved)

    async def _failed(self, draft: Draft, error: LlmError) -> None:
        async with self._db.transaction() as tx:
            await llm_failed(tx, error)
            if error.outcome is CallOutcome.TRANSIENT and draft.attempts < self._options.max_attempts:
                pause = pause_after(error, draft.attempts)
                if await drafts.postpone_regenerating(tx.session, draft, pause, str(error)):
                    key = f"draft:{draft.id}:{draft.version + 1}:{draft.lease_token}"
                    tx.enqueue(Job(Step.REGENERATE, draft.id, key=key, after=pause))
                return
            kept_text = await moves.save(
                tx.session, draft, _open_state(draft), rev=Draft.rev + 1, error=str(error), note=str(error)
            )
            if kept_text is not None:
                await cards.show(tx, kept_text)


def _open_state(draft: Draft) -> DraftState:
    return DraftState.ESCALATED if draft.escalated_at else DraftState.PENDING
