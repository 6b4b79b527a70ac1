"""The handler of `Step.RECONCILE`: at start, on schedule, and after an account was connected.

Webhooks are lost (datasheet, §7): some are never sent, and Meta forgets what it could not deliver. So what
Instagram shows is compared with what arrived, and the missing comments come in as their webhooks would have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from db.engine import Database, Transaction
from db.models import Account
from db.models.account import TokenState
from db.queue import Job, Step
from db.repositories import accounts, reconciling
from db.repositories.reconciling import PREFERENCE
from services.accounts.subscribing import Subscriptions
from services.instagram.access import Access, access_of
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.reconcile.budget import MOST_CALLS, Budget, Enough
from services.reconcile.round import LEASE, Round
from services.reconcile.run import Run, TakenOver
from services.reconcile.telling import is_silent, tell_missed, tell_silence
from services.tokens.invalid import token_refused
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)

SHORTEST_THROTTLE: Final = timedelta(minutes=1)  # where Instagram does not say how long
LATE: Final = timedelta(minutes=2)  # webhooks usually come within seconds; Meta publishes no figure


@dataclass(frozen=True, slots=True)
class Bounds:
    """`calls` of one run; `late` is the age from which a comment without a webhook counts as missed."""

    calls: int = MOST_CALLS
    late: timedelta = LATE


@dataclass(frozen=True, slots=True)
class _Work:
    account: Account
    access: Access
    round: Round


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def reconciling_job(account_id: int) -> Job:
    """The job that compares one account soon; one at a time."""
    return Job(Step.RECONCILE, account_id, key=f"reconcile:{account_id}")


class Reconcile:
    """Compares one account, or with no row has every connected one compared."""

    def __init__(
        self,
        db: Database,
        instagram: InstagramClient,
        vault: Vault,
        subscriptions: Subscriptions,
        bounds: Bounds | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault
        self._subscriptions = subscriptions
        self._bounds = bounds or Bounds()
        self._now = now

    async def __call__(self, row: int | None = None) -> None:
        """Claim, compare, tell. What stops a run early leaves the rest to the next one."""
        if row is None:
            async with self._db.transaction() as tx:
                for account in await accounts.every(tx.session):
                    if self._may_ask(account):
                        tx.enqueue(reconciling_job(account.id))
            return
        work = await self._claim(row)
        if work is not None:
            await self._compare(work)

    def _may_ask(self, account: Account) -> bool:
        throttled = account.throttled_until is not None and self._now() < account.throttled_until
        return (
            account.token_encrypted is not None
            and account.token_state is not TokenState.INVALID
            and account.disconnected_at is None
            and not throttled
        )

    async def _claim(self, account_id: int) -> _Work | None:
        """The round in our hands; None while another run has it, or when Instagram may not be asked."""
        now = self._now()
        async with self._db.transaction() as tx:
            account = await accounts.locked(tx.session, account_id)
            if not self._may_ask(account):
                return None
            known = Round.of(account)
            if known.held(now):
                # Its worker may be dead: then the lease runs out, and this job finds the round free.
                tx.enqueue(
                    Job(Step.RECONCILE, account_id, key=f"reconcile:{account_id}:{known.run}", after=LEASE)
                )
                return None
            try:
                access = access_of(account, self._vault)
            except TokenUnreadable:
                return None  # the token's own check tells people
            taken = known.taken(account, now)
            await accounts.prefer(tx.session, account_id, **{PREFERENCE: taken.dumped()})
            return _Work(account, access, taken)

    async def _compare(self, work: _Work) -> None:
        account = work.account
        budget = Budget(self._instagram.usage, account.instagram_id, self._bounds.calls)
        run = Run(
            self._db,
            self._instagram,
            account,
            work.access,
            work.round,
            budget,
            self._bounds.late,
            self._now,
        )
        trouble: GraphError | None = None
        complete = False
        try:
            await run()
            complete = True
        except Enough:
            log.info("reconciliation_goes_on_later", account=account.id, posts=len(run.round.listed))
        except TakenOver:
            return
        except GraphError as error:
            log.warning("reconciliation_stopped", account=account.id, trouble=error.trouble, code=error.code)
            trouble = error
        async with self._db.transaction() as tx:
            silent = await is_silent(tx, account, self._now())
        if silent and complete:
            await self._subscriptions.keep(account)  # the commonest cause, and the one that we can mend
        async with self._db.transaction() as tx:
            if await self._released(tx, account, run.round, complete=complete):
                await tell_missed(tx, account, run.round, complete=complete)
                await tell_silence(tx, account, silent=silent)
                if trouble is not None:
                    await self._react(tx, account, trouble)

    @staticmethod
    async def _released(tx: Transaction, account: Account, done: Round, *, complete: bool) -> bool:
        """Fenced: the round waits for the next run, or is over."""
        left = done.ended() if complete else done.but(lease_until=None, found=0, oldest=None)
        if not await reconciling.keep_round(tx.session, account.id, done.run, left.dumped()):
            return False
        if complete:
            await accounts.change(tx.session, account.id, reconciled_at=done.began)
        return True

    async def _react(self, tx: Transaction, account: Account, error: GraphError) -> None:
        if error.trouble is Trouble.AUTH:
            await token_refused(tx, account, str(error), error.remedy)
        if error.trouble is Trouble.THROTTLED:
            wait = max(SHORTEST_THROTTLE, timedelta(seconds=error.retry_after or 0))
            await reconciling.throttle(tx.session, account.id, self._now() + wait)
