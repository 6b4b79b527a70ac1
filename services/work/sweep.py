"""The handler of `Step.SWEEP`: nothing stays in a working state and no open row is forgotten.

The queue is a wake-up and the rows are the truth, so a job that was lost is a delay of one sweep. Leases
of dead workers are returned here; a row that keeps killing its worker becomes a dead letter.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models import Comment
from db.models.account import TokenState
from db.models.decision import Action
from db.models.manager import Role
from db.queue import Job, Step
from db.repositories import (
    accounts,
    alerts,
    cards,
    comments,
    deliveries,
    drafts,
    erasures,
    inbox,
    moves,
    updates,
    uploads,
)
from db.repositories.drafts import Decided
from services import alerts as alerting
from services import cards as carding
from services.decide.desk import Desk
from services.decide.outcome import Actor
from services.deliver.confirming import give_up
from services.deliver.planning import wake
from services.deliver.releasing import resume_sending, try_again
from services.deliver.sending import MAX_UNSENT
from services.knowledge.uploads import wake as wake_upload
from services.opening import dead_letter
from services.options import Options
from services.privacy.requests import wake as wake_erasure
from services.tokens.invalid import LOOK_LATER, look_again
from services.updates import wake as wake_update

log = structlog.get_logger(__name__)

WORKER_DIED = "its worker died"
QUIET = timedelta(hours=1)
PASSING_KINDS = ("quarantined", "step_failed", "chat_moved", "delivery_failed")
"""Alerts about single happenings: nothing tells that they are over but that they do not come back."""


class Sweep:
    """Runs every few seconds; each kind of row in a transaction of its own."""

    def __init__(self, db: Database, options: Options, desk: Desk) -> None:
        self._db = db
        self._options = options
        self._desk = desk

    async def __call__(self, _row: int | None = None) -> None:
        """Return what dead workers hold, and wake what nobody works on."""
        sweeps = (
            self._inbox,
            self._comments,
            self._outages,
            self._drafts,
            self._deliveries,
            self._accounts,
            self._alerts,
            self._telegram,
            self._erasures,
            self._uploads,
        )
        for sweep in sweeps:
            async with self._db.transaction() as tx:
                await sweep(tx)

    async def _inbox(self, tx: Transaction) -> None:
        # An account may have been connected while its first webhooks were being set aside.
        known = await accounts.every(tx.session)
        for account in known:
            await inbox.reclaim(tx.session, account.instagram_id, only_one=len(known) == 1)
        if await inbox.any_received(tx.session):
            tx.enqueue(Job(Step.INGEST, key="ingest:sweep"))

    async def _comments(self, tx: Transaction) -> None:
        for comment in await comments.stranded(tx.session):
            if comment.state in {CommentState.RECEIVED, CommentState.CLASSIFIED}:
                tx.enqueue(_next_job(comment))
                continue
            step = Step.CLASSIFY if comment.state is CommentState.CLASSIFYING else Step.ANSWER
            if comment.attempts > self._options.max_attempts:
                await self._bury(tx, comment, step)
                continue
            before = CommentState.RECEIVED if step is Step.CLASSIFY else CommentState.CLASSIFIED
            returned = await moves.save(
                tx.session, comment, before, attempts=comment.attempts, error=WORKER_DIED, note=WORKER_DIED
            )
            if returned is not None:
                tx.enqueue(_next_job(returned))

    async def _outages(self, tx: Transaction) -> None:
        for comment in await comments.worth_another_try(tx.session):
            again = await moves.move(
                tx.session,
                Comment,
                comment.id,
                CommentState.RECEIVED,
                next_attempt_at=None,
                note="tried again after an outage",
            )
            if again is not None:
                tx.enqueue(_next_job(again))

    async def _alerts(self, tx: Transaction) -> None:
        """Alerts whose cause is gone, or has not come back for an hour, end; the next one rings again."""
        letters = await comments.accounts_of_failed(tx.session)
        await alerting.resolve_kind(tx, "dead_letter", sparing=letters)
        doubts = await deliveries.accounts_in(tx.session, DeliveryState.UNCERTAIN)
        await alerting.resolve_kind(tx, "delivery_uncertain", sparing=doubts)
        for kind in PASSING_KINDS:
            await alerting.resolve_kind(tx, kind, quiet_for=QUIET)

    async def _accounts(self, tx: Transaction) -> None:
        """Holds whose time is over end; a refused token is tried again until it works or is replaced."""
        now = datetime.now(UTC)
        for account in await accounts.every(tx.session):
            if account.sending_paused_until is not None and account.sending_paused_until <= now:
                await resume_sending(tx, account)
            if account.throttled_until is not None and account.throttled_until <= now:
                await try_again(tx, account)
            if account.token_state is TokenState.INVALID and account.token_encrypted is not None:
                look_again(tx, LOOK_LATER)

    @staticmethod
    async def _bury(tx: Transaction, comment: Comment, step: Step) -> None:
        failed = await moves.save(
            tx.session,
            comment,
            CommentState.FAILED,
            attempts=comment.attempts,
            error=WORKER_DIED,
            note=WORKER_DIED,
        )
        if failed is not None:
            account = await accounts.get(tx.session, failed.account_id)
            await dead_letter(tx, failed, account, step, WORKER_DIED)

    async def _drafts(self, tx: Transaction) -> None:
        for draft in await drafts.abandoned(tx.session):
            if draft.attempts > self._options.max_attempts:
                to = DraftState.ESCALATED if draft.escalated_at else DraftState.PENDING
                kept = await moves.save(tx.session, draft, to, error=WORKER_DIED, note=WORKER_DIED)
                if kept is not None:
                    await carding.show(tx, kept)
                continue
            key = f"draft:{draft.id}:{draft.version + 1}:{draft.lease_token}"
            tx.enqueue(Job(Step.REGENERATE, draft.id, key=key))
        for draft in await drafts.expired_claims(tx.session):
            released = await drafts.change(tx.session, draft.id, claimed_by=None, claim_until=None)
            if released is not None:
                program = Actor(None, "InstaChatico", Role.OWNER)
                await self._desk.record(
                    tx, Action.RELEASE, program, Decided(released, released.state), "silent for too long"
                )
                await carding.show(tx, released)

    async def _deliveries(self, tx: Transaction) -> None:
        for delivery in await deliveries.due(tx.session):
            if delivery.state is DeliveryState.PLANNED:
                wake(tx, delivery)
                continue
            if delivery.attempts - delivery.reads > MAX_UNSENT:  # it keeps killing its worker
                await give_up(tx, delivery, WORKER_DIED, WORKER_DIED)
                continue
            returned = await moves.save(
                tx.session,
                delivery,
                DeliveryState.PLANNED,
                attempts=delivery.attempts,
                error=WORKER_DIED,
                note=WORKER_DIED,
            )
            if returned is not None:
                wake(tx, returned)

    async def _telegram(self, tx: Transaction) -> None:
        for card in await cards.stale(tx.session):
            carding.redraw(tx, card)
        for alert in await alerts.stale(tx.session):
            alerting.redraw(tx, alert)
        tx.enqueue(*[wake_update(update) for update in await updates.stranded(tx.session, UPDATE_AGE)])

    async def _erasures(self, tx: Transaction) -> None:
        """Requests that want another look, and those whose worker died."""
        tx.enqueue(*[wake_erasure(erasure) for erasure in await erasures.due(tx.session, UPDATE_AGE)])

    async def _uploads(self, tx: Transaction) -> None:
        """Files whose reader died, and those that want another attempt."""
        tx.enqueue(*[wake_upload(upload) for upload in await uploads.due(tx.session, UPDATE_AGE)])


UPDATE_AGE = timedelta(seconds=5)
"""A stored update this old has lost its job."""


def _next_job(comment: Comment) -> Job:
    """The job of an open comment; the key changes with every claim."""
    if comment.state is CommentState.RECEIVED:
        return Job(Step.CLASSIFY, comment.id, key=f"classified:{comment.id}:{comment.lease_token}")
    return Job(Step.ANSWER, comment.id, key=f"answered:{comment.id}:{comment.lease_token}")
