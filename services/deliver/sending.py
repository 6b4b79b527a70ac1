"""The handler of `Step.DELIVER`: one effect on Instagram, at most once (architecture, §5).

claim → read the comment again → note that the request leaves → call → fenced save. From the noted moment on
an answer that never came is ambiguous: the next claim looks on Instagram before anything else happens.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

import structlog

from db.engine import Database, Transaction
from db.life.delivery import DeliveryState, Effect
from db.models import Delivery
from db.repositories import accounts, comments, deliveries, moves
from services.decide.superseding import Superseding, Why
from services.deliver.admission import COUNTED, Admission, Wait
from services.deliver.calling import perform
from services.deliver.claiming import Claims
from services.deliver.confirming import after_sent, give_up, redraw
from services.deliver.planning import wake
from services.deliver.readback import Finding, Readback
from services.deliver.reasons import (
    answered_already,
    crowded,
    no_private_reply,
    not_allowed,
    perhaps_there,
    reason,
)
from services.deliver.releasing import pause_sending, throttle, throttle_over
from services.deliver.rereading import Rereading
from services.deliver.work import Work
from services.instagram.access import Access, access_of
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Remedy, Trouble
from services.limits import Limits
from services.options import Options
from services.tokens.invalid import token_refused
from services.vault import TokenUnreadable, Vault
from services.work.backoff import backoff
from services.work.lease import kept

log = structlog.get_logger(__name__)

POLICY_PAUSE = timedelta(hours=3)  # Meta says "wait and retry" without a number (datasheet, §5.3, code 368)
MAX_UNSENT = 8  # attempts that certainly did nothing, before the delivery is given up

CROWD: Final = 50
"""Of many doubts about conversations, which are seldom let in, each tries so often to get its turn."""
LOOKS_AT_REFUSAL: Final = 3
"""A private reply that Instagram does not allow is looked for so often: an earlier one may have landed."""


class Deliverer:
    """Sends planned deliveries."""

    def __init__(
        self,
        db: Database,
        instagram: InstagramClient,
        limits: Limits,
        vault: Vault,
        options: Options,
        superseding: Superseding,
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault
        self._options = options
        self._superseding = superseding
        self._claims = Claims(db, options)
        self._admission = Admission(limits, instagram, options)
        self._rereading = Rereading(db, instagram, superseding)
        self._readback = Readback(db, instagram)

    async def __call__(self, delivery_id: int | None) -> None:
        """Work on one delivery once; what is not due, or in other hands, is left alone."""
        work = await self._claims.take(delivery_id or 0)
        if work is None:
            return
        async with kept(self._db, work.delivery, self._options.lease):
            try:
                access = access_of(work.account, self._vault)
            except TokenUnreadable:
                await self._without_token(work, "no usable token")  # nothing was asked: a doubt stays one
                return
            if work.delivery.request_started_at is not None:
                await self._resolve_doubt(work, access)
                return
            wait = await self._admission.wait(work)
            if wait is not None:
                await self._wait(work, wait.pause, wait.why)
                return
            try:
                fits = await self._rereading.still_fits(work, access)
            except GraphError as error:
                await self._refused(work, access, error)
                return
            if fits:
                await self._send(work, access)

    async def _send(self, work: Work, access: Access) -> None:
        wait: Wait | None = None
        async with self._db.transaction() as tx:
            if work.effect in COUNTED:
                await accounts.locked(tx.session, work.account.id)
                wait = await self._admission.counted(tx, work)
            if wait is None and not await deliveries.start_request(
                tx.session, work.delivery, human_agent=work.human_agent
            ):
                return  # the lease was lost: somebody else decides what happens
        if wait is not None:
            await self._wait(work, wait.pause, wait.why)
            return
        try:
            external_id = await perform(self._instagram, access, work)
        except GraphError as error:
            await self._refused(work, access, error)
            return
        await self._sent(work, external_id, "Instagram took it")

    async def _sent(self, work: Work, external_id: str | None, note: str) -> None:
        async with self._db.transaction() as tx:
            sent = await moves.save(
                tx.session,
                work.delivery,
                DeliveryState.SENT,
                external_id=external_id,
                sent_at=datetime.now(UTC),
                attempts=work.delivery.attempts,
                note=note,
            )
            if sent is None:
                return  # our own words came back by webhook meanwhile, or the lease was lost
            if sent.effect in deliveries.VISIBILITY:
                await comments.set_hidden(tx.session, sent.comment_id, hidden=sent.effect is Effect.HIDE)
            if sent.effect is Effect.DELETE:
                await comments.change(tx.session, sent.comment_id, gone_at=sent.sent_at)
            await after_sent(tx, sent)
            await self._answered(tx, work)

    @staticmethod
    async def _answered(tx: Transaction, work: Work) -> None:
        """Instagram dealt with a request of the account, whatever it said: the throttle is over."""
        if work.account.throttled_until is not None:
            await throttle_over(tx, work.account)

    async def _refused(self, work: Work, access: Access, error: GraphError) -> None:
        """The reaction that the error's class asks for (datasheet, §5.3)."""
        log.warning("delivery_refused", delivery=work.delivery.id, trouble=error.trouble, code=error.code)
        match error.trouble:
            case Trouble.AMBIGUOUS:
                await self._doubt(work, error)
            case Trouble.TRANSIENT:
                asked = timedelta(seconds=error.retry_after or 0)
                await self._unsent(work, max(backoff(work.delivery.attempts), asked), str(error))
            case Trouble.THROTTLED:
                await self._throttled(work, error, refused=True)
            case Trouble.AUTH:
                await self._without_token(work, str(error), error.remedy, refused=True)
            case Trouble.POLICY:
                async with self._db.transaction() as tx:
                    await pause_sending(tx, work.account, POLICY_PAUSE, str(error))
                await self._failed(work, error)
            case Trouble.GONE | Trouble.REFUSED | Trouble.PERMISSION:
                if perhaps_there(error):
                    await self._perhaps_there(work, access, error)
                else:
                    await self._failed(work, error)
            case _:
                assert_never(error.trouble)

    async def _perhaps_there(self, work: Work, access: Access, error: GraphError) -> None:
        """Instagram knows an answer already, or these words: an earlier request of ours may have landed."""
        try:
            finding, external_id = await self._readback.look(work, access, work.delivery.created_at)
        except GraphError:
            finding, external_id = Finding.UNREAD, None
        if finding is Finding.FOUND:
            await self._sent(work, external_id, "found on Instagram")
        elif answered_already(error) and work.effect in deliveries.WORDS:
            await self._answered_in_app(work, error)
        else:
            await self._failed(work, error)

    async def _answered_in_app(self, work: Work, error: GraphError) -> None:
        async with self._db.transaction() as tx:
            planned = await moves.save(
                tx.session, work.delivery, DeliveryState.PLANNED, request_started_at=None, note=str(error)
            )
            if planned is None:
                return
            comment = await comments.get(tx.session, work.comment.id)
            await self._superseding.supersede(tx, comment, Why.ANSWERED_IN_APP)
            await moves.move(tx.session, Delivery, planned.id, DeliveryState.CANCELLED, note=str(error))
            await self._answered(tx, work)

    async def _doubt(self, work: Work, error: GraphError) -> None:
        """Instagram may have taken it: look now, and again later."""
        async with self._db.transaction() as tx:
            waiting = await moves.save(
                tx.session,
                work.delivery,
                DeliveryState.PLANNED,
                attempts=work.delivery.attempts,
                error=str(error),
                note="the answer got lost: looking for our words",
            )
            if waiting is not None:
                wake(tx, waiting)
                await redraw(tx, waiting)

    async def _resolve_doubt(self, work: Work, access: Access) -> None:
        """A request left earlier and nobody knows what became of it."""
        since = work.delivery.request_started_at
        assert since is not None
        refusal = no_private_reply(work.delivery.error)
        try:
            finding, external_id = await self._readback.look(
                work, access, work.delivery.created_at if refusal else since
            )
        except GraphError as error:
            await self._held_up(work, error)
            return
        match finding:
            case Finding.FOUND:
                await self._sent(work, external_id, "found on Instagram")
            case Finding.ABSENT if refusal:
                await self._failed(work, not_allowed(work.effect))
            case Finding.ABSENT:
                await self._unsent(work, timedelta(), "certainly not on Instagram")
            case Finding.UNCLEAR | Finding.UNREAD:
                await self._look_later(work, refusal=refusal)
            case _:
                assert_never(finding)

    async def _held_up(self, work: Work, error: GraphError) -> None:
        """Not even a look is allowed: the doubt stays as it is."""
        if error.trouble is Trouble.AUTH:
            await self._without_token(work, str(error), error.remedy)
        elif crowded(error) and work.delivery.attempts < CROWD:
            pause = timedelta(seconds=random.uniform(1.0, 5.0))  # noqa: S311 - spreads load, hides nothing
            await self._look_at(work, pause, work.delivery.reads)
        else:
            await self._throttled(work, error, refused=False)

    async def _look_later(self, work: Work, *, refusal: bool) -> None:
        delays = self._options.readback_delays[: LOOKS_AT_REFUSAL if refusal else None]
        looked = work.delivery.reads
        if looked < len(delays):
            await self._look_at(work, timedelta(seconds=delays[looked]), looked + 1)
            return
        async with self._db.transaction() as tx:
            why = "not found, and not certainly absent"
            error = Trouble.REFUSED.value if refusal else work.delivery.error
            await give_up(tx, work.delivery, error, why, refused=refusal)

    async def _look_at(self, work: Work, pause: timedelta, reads: int) -> None:
        """Look after `pause`, having looked `reads` times."""
        async with self._db.transaction() as tx:
            waiting = await moves.save(
                tx.session,
                work.delivery,
                DeliveryState.PLANNED,
                attempts=work.delivery.attempts,
                reads=reads,
                error=work.delivery.error,
                next_attempt_at=datetime.now(UTC) + pause,
            )
            if waiting is not None:
                wake(tx, waiting, pause)
                await redraw(tx, waiting)

    async def _unsent(self, work: Work, pause: timedelta, why: str) -> None:
        """Certainly nothing happened: try again, within bounds."""
        if work.delivery.attempts >= MAX_UNSENT:
            await self._failed(work, GraphError(Trouble.TRANSIENT, work.effect, says=why))
            return
        await self._wait(work, pause, why, refused=True, attempts=work.delivery.attempts)

    async def _throttled(self, work: Work, error: GraphError, *, refused: bool) -> None:
        """The whole account waits. Being told to is no failed attempt: it uses up no tries."""
        async with self._db.transaction() as tx:
            await throttle(tx, work.account.id, error.retry_after)
            await self._planned(tx, work, str(error), refused=refused)

    async def _without_token(
        self, work: Work, why: str, remedy: Remedy | None = None, *, refused: bool = False
    ) -> None:
        """Nothing leaves until the account is connected again; what was approved waits."""
        async with self._db.transaction() as tx:
            await token_refused(tx, work.account, why, remedy)
            await self._planned(tx, work, why, refused=refused)

    async def _wait(
        self, work: Work, pause: timedelta, why: str, *, refused: bool = False, attempts: int = 0
    ) -> None:
        """Try again after `pause`, having tried `attempts` times."""
        async with self._db.transaction() as tx:
            again = datetime.now(UTC) + pause
            waiting = await self._planned(
                tx, work, why, refused=refused, attempts=attempts, next_attempt_at=again
            )
            if waiting is not None:
                wake(tx, waiting, pause)

    @staticmethod
    async def _planned(
        tx: Transaction,
        work: Work,
        why: str,
        *,
        refused: bool,
        attempts: int = 0,
        next_attempt_at: datetime | None = None,
    ) -> Delivery | None:
        """Back among those that wait. `refused`: a request certainly did nothing, so there is no doubt."""
        no_doubt = {"request_started_at": None, "reads": 0} if refused else {}
        waiting = await moves.save(
            tx.session,
            work.delivery,
            DeliveryState.PLANNED,
            attempts=attempts,
            error=why,
            next_attempt_at=next_attempt_at,
            note=why,
            **no_doubt,
        )
        if waiting is not None:
            await redraw(tx, waiting)
        return waiting

    async def _failed(self, work: Work, error: GraphError) -> None:
        async with self._db.transaction() as tx:
            await give_up(tx, work.delivery, reason(error), str(error), refused=True)
            if error.trouble is not Trouble.TRANSIENT:
                await self._answered(tx, work)
