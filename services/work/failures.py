"""A step raised something that nobody expected: store it, wait longer each time, tell people once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import assert_never

import structlog

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models.alert import Severity
from db.queue import Job, Step
from db.repositories import accounts, comments, deliveries, drafts, moves
from services import cards
from services.alerts import raise_alert
from services.deliver.confirming import give_up
from services.deliver.planning import wake
from services.opening import dead_letter
from services.options import Options
from services.work.backoff import backoff

log = structlog.get_logger(__name__)


class Failures:
    """What the queue's worker calls when a handler raised."""

    def __init__(self, db: Database, options: Options) -> None:
        self._db = db
        self._options = options

    async def __call__(self, step: Step, row: int | None, error: Exception) -> None:
        """Never raises: what cannot be stored now is found by the sweep."""
        try:
            async with self._db.transaction() as tx:
                await self._react(step)(tx, row or 0, type(error).__name__)
                await raise_alert(
                    tx,
                    "step_failed",
                    f"{step}:{type(error).__name__}:{_place(error)}",
                    severity=Severity.CRITICAL,
                    step=step.value,
                    error=type(error).__name__,
                    place=_place(error),
                )
        except Exception as problem:  # noqa: BLE001 - as it promises, whatever the driver raises
            log.warning("failure_not_stored", step=step.value, error=type(problem).__name__)

    def _react(self, step: Step) -> Callable[[Transaction, int, str], Awaitable[None]]:
        match step:
            case Step.CLASSIFY:
                return self._classify
            case Step.ANSWER:
                return self._answer
            case Step.REGENERATE:
                return self._regenerate
            case Step.DELIVER:
                return self._deliver
            case (
                Step.INGEST
                | Step.RENDER_CARD
                | Step.RENDER_ALERT
                | Step.TELEGRAM_UPDATE
                | Step.SWEEP
                | Step.CHECK_TOKENS
                | Step.RECONCILE
                | Step.ERASE
                | Step.PURGE
                | Step.IMPORT_KNOWLEDGE
            ):
                return self._sweep_finds_it
            case _:
                assert_never(step)

    async def _sweep_finds_it(self, tx: Transaction, row: int, error: str) -> None:
        """Their rows stay open, and their leases run out by themselves."""

    async def _classify(self, tx: Transaction, row: int, error: str) -> None:
        await self._comment(tx, row, Step.CLASSIFY, CommentState.CLASSIFYING, CommentState.RECEIVED, error)

    async def _answer(self, tx: Transaction, row: int, error: str) -> None:
        await self._comment(tx, row, Step.ANSWER, CommentState.ANSWERING, CommentState.CLASSIFIED, error)

    async def _comment(
        self, tx: Transaction, row: int, step: Step, working: CommentState, before: CommentState, error: str
    ) -> None:
        comment = await comments.get(tx.session, row)
        if comment.state is not working:
            return
        if comment.attempts >= self._options.max_attempts:
            failed = await moves.save(
                tx.session,
                comment,
                CommentState.FAILED,
                attempts=comment.attempts,
                error=error,
                note=error,
            )
            if failed is not None:
                account = await accounts.get(tx.session, failed.account_id)
                await dead_letter(tx, failed, account, step, error)
            return
        pause = backoff(comment.attempts)
        waiting = await moves.save(
            tx.session,
            comment,
            before,
            attempts=comment.attempts,
            next_attempt_at=datetime.now(UTC) + pause,
            error=error,
            note=error,
        )
        if waiting is not None:
            name = "classified" if step is Step.CLASSIFY else "answered"
            key = f"{name}:{comment.id}:{comment.lease_token}"
            tx.enqueue(Job(step, comment.id, key=key, after=pause))

    async def _regenerate(self, tx: Transaction, row: int, error: str) -> None:
        draft = await drafts.get(tx.session, row)
        if draft is None or draft.state is not DraftState.REGENERATING:
            return
        if draft.attempts < self._options.max_attempts:
            pause = backoff(draft.attempts)
            await drafts.postpone_regenerating(tx.session, draft, pause, error)
            key = f"draft:{draft.id}:{draft.version + 1}:{draft.lease_token}"
            tx.enqueue(Job(Step.REGENERATE, draft.id, key=key, after=pause))
            return
        to = DraftState.ESCALATED if draft.escalated_at else DraftState.PENDING
        kept = await moves.save(tx.session, draft, to, error=error, note=error)
        if kept is not None:
            await cards.show(tx, kept)

    async def _deliver(self, tx: Transaction, row: int, error: str) -> None:
        """Back to planned with its doubt, if it has one: what happened is read back before anything else."""
        delivery = await deliveries.get(tx.session, row)
        if delivery is None or delivery.state is not DeliveryState.SENDING:
            return
        if delivery.attempts - delivery.reads >= self._options.max_attempts:  # looks are no failed attempts
            await give_up(tx, delivery, error, error)
            return
        pause = backoff(delivery.attempts)
        waiting = await moves.save(
            tx.session,
            delivery,
            DeliveryState.PLANNED,
            attempts=delivery.attempts,
            next_attempt_at=datetime.now(UTC) + pause,
            error=error,
            note=error,
        )
        if waiting is not None:
            wake(tx, waiting, pause)


def _place(error: Exception) -> str:
    """Where it was raised, as `module:line`: the same cause has the same place, and no data in it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    name = trace.tb_frame.f_globals.get("__name__", "?")
    return f"{name}:{trace.tb_lineno}"
