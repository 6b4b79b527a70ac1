"""The handler of `Step.DELIVER`: one effect on Instagram, at most once (architecture, §5).

claim → note that the request leaves → call → fenced save. From the noted moment on an answer that never
came is ambiguous: the next claim looks for our words on Instagram before anything else happens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from db.engine import Database
from db.life.delivery import DeliveryState, Effect
from db.models import Account, Comment, Delivery
from db.models.account import TokenState
from db.models.alert import Severity
from db.repositories import accounts, comments, deliveries, moves
from services.alerts import raise_alert
from services.deliver.confirming import after_sent, give_up, redraw
from services.deliver.planning import wake
from services.deliver.readback import Finding, Readback
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.limits import Allowance, Limits
from services.options import Options
from services.tokens.invalid import look_again, token_refused
from services.vault import TokenUnreadable, Vault
from services.work.backoff import backoff
from services.work.lease import kept

log = structlog.get_logger(__name__)

POLICY_PAUSE = timedelta(hours=3)  # Meta says "wait and retry" without a number (datasheet, §5.3, code 368)
THROTTLE_PAUSE = 60.0  # seconds, doubling so often, where no header states the wait
THROTTLE_DOUBLINGS = 5
TOKEN_PAUSE = timedelta(minutes=10)
MAX_UNSENT = 8  # attempts that certainly did nothing, before the delivery is given up


@dataclass(frozen=True, slots=True)
class _Work:
    """What one claim needs outside its transaction."""

    delivery: Delivery
    comment: Comment
    account: Account
    text: str


class Deliverer:
    """Sends planned deliveries."""

    def __init__(
        self, db: Database, instagram: InstagramClient, limits: Limits, vault: Vault, options: Options
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._limits = limits
        self._vault = vault
        self._options = options
        self._readback = Readback(db, instagram, options)

    async def __call__(self, delivery_id: int | None) -> None:
        """Work on one delivery once; what is not due, or in other hands, is left alone."""
        work = await self._claim(delivery_id or 0)
        if work is None:
            return
        async with kept(self._db, work.delivery, self._options.lease):
            try:
                token = self._vault.open(work.account.token_encrypted or b"")
            except TokenUnreadable:
                await self._without_token(work, "no usable token")  # nothing was asked: a doubt stays one
                return
            if work.delivery.request_started_at is not None:
                await self._resolve_doubt(work, token)
                return
            wait = await self._limits.take(
                f"instagram:{work.account.instagram_id}:replies",
                Allowance(self._options.replies_per_hour, timedelta(hours=1)),
            )
            if wait:
                await self._wait(work, wait, "our own limit of replies per hour")
                return
            await self._send(work, token)

    async def _claim(self, delivery_id: int) -> _Work | None:
        async with self._db.transaction() as tx:
            known = await deliveries.get(tx.session, delivery_id)
            if known is None:
                return None
            account = await accounts.get(tx.session, known.account_id)
            paused = account.sending_paused_until
            if paused is not None and paused > datetime.now(UTC) and known.request_started_at is None:
                # The sweep brings it back when the pause is over.
                return None
            delivery = await moves.claim(
                tx.session,
                Delivery,
                delivery_id,
                DeliveryState.SENDING,
                Delivery.send_after <= datetime.now(UTC),
                lease=self._options.lease,
            )
            if delivery is None:
                return None
            in_doubt = delivery.effect in deliveries.WORDS and delivery.request_started_at is not None
            if self._options.dry_run and not in_doubt:  # looking publishes nothing
                await moves.save(
                    tx.session, delivery, DeliveryState.CANCELLED, error="dry_run", note="dry run"
                )
                await redraw(tx, delivery)
                return None
            comment = await comments.get(tx.session, delivery.comment_id)
            return _Work(delivery, comment, account, await deliveries.text_of(tx.session, delivery))

    async def _send(self, work: _Work, token: str) -> None:
        async with self._db.transaction() as tx:
            if not await deliveries.start_request(tx.session, work.delivery):
                return  # the lease was lost: somebody else decides what happens
        try:
            external_id = await self._call(work, token)()
        except GraphError as error:
            await self._refused(work, error)
            return
        await self._sent(work, external_id, "Instagram took it")

    def _call(self, work: _Work, token: str) -> Callable[[], Awaitable[str | None]]:
        instagram, target = self._instagram, work.comment.instagram_id

        async def reply() -> str | None:
            return await instagram.reply(token, target, work.text)

        async def visibility() -> str | None:
            await instagram.set_hidden(token, target, hidden=work.delivery.effect is Effect.HIDE)
            return None

        match work.delivery.effect:
            case Effect.REPLY:
                return reply
            case Effect.HIDE | Effect.UNHIDE:
                return visibility
            case Effect.PRIVATE_REPLY | Effect.MESSAGE | Effect.DELETE:
                raise NotImplementedError(work.delivery.effect)  # nothing plans these yet

    async def _sent(self, work: _Work, external_id: str | None, note: str) -> None:
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
            await after_sent(tx, sent)
            if work.account.token_state is TokenState.INVALID:
                look_again(tx, timedelta())  # it works after all

    async def _refused(self, work: _Work, error: GraphError) -> None:
        """The reaction that the error's class asks for."""
        log.warning("delivery_refused", delivery=work.delivery.id, trouble=error.trouble, code=error.code)
        match error.trouble:
            case Trouble.AMBIGUOUS:
                await self._doubt(work, error)
            case Trouble.TRANSIENT:
                await self._unsent(work, backoff(work.delivery.attempts), str(error))
            case Trouble.THROTTLED:
                # Being told to wait is no failed attempt: it must not use up the tries.
                attempts = min(work.delivery.attempts, THROTTLE_DOUBLINGS + 1)
                pause = error.retry_after or THROTTLE_PAUSE * 2 ** (attempts - 1)
                await self._wait(work, timedelta(seconds=pause), str(error), refused=True, attempts=attempts)
            case Trouble.AUTH:
                await self._without_token(work, str(error), refused=True)
            case Trouble.POLICY:
                await self._pause(work, error)
                await self._failed(work, error)
            case Trouble.GONE | Trouble.REFUSED | Trouble.PERMISSION:
                await self._failed(work, error)

    async def _pause(self, work: _Work, error: GraphError) -> None:
        """Meta holds the account back: nothing of it is sent for a while, and people are told until when."""
        until = datetime.now(UTC) + POLICY_PAUSE
        async with self._db.transaction() as tx:
            await accounts.pause_sending(tx.session, work.account.id, until)
            await raise_alert(
                tx,
                "sending_paused",
                work.account.instagram_id,
                severity=Severity.CRITICAL,
                account_id=work.account.id,
                account=work.account.username,
                until=until.isoformat(),
                says=str(error),
            )
            for delivery in await deliveries.planned(tx.session, work.account.id):
                await redraw(tx, delivery)

    async def _doubt(self, work: _Work, error: GraphError) -> None:
        """Instagram may have taken it: look for our words now, and again later."""
        if work.delivery.effect in deliveries.VISIBILITY:
            # Hiding twice changes nothing, so doubt needs no reading.
            await self._unsent(work, backoff(work.delivery.attempts), str(error))
            return
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

    async def _resolve_doubt(self, work: _Work, token: str) -> None:
        """A request left earlier and nobody knows what became of it."""
        if work.delivery.effect in deliveries.VISIBILITY:
            await self._send(work, token)
            return
        finding, external_id = await self._readback.look(
            work.delivery, work.comment, work.account, work.text, token
        )
        match finding:
            case Finding.FOUND:
                await self._sent(work, external_id, "found on Instagram")
            case Finding.ABSENT:
                await self._unsent(work, timedelta(), "certainly not on Instagram")
            case Finding.UNCLEAR:
                await self._look_later(work)

    async def _look_later(self, work: _Work) -> None:
        delays = self._options.readback_delays
        looked = work.delivery.reads
        async with self._db.transaction() as tx:
            if looked >= len(delays):
                why = "not found, and not certainly absent"
                await give_up(tx, work.delivery, work.delivery.error, why)
                return
            pause = timedelta(seconds=delays[looked])
            waiting = await moves.save(
                tx.session,
                work.delivery,
                DeliveryState.PLANNED,
                attempts=work.delivery.attempts,
                reads=looked + 1,
                error=work.delivery.error,
                next_attempt_at=datetime.now(UTC) + pause,
            )
            if waiting is not None:
                wake(tx, waiting, pause)
                await redraw(tx, waiting)

    async def _unsent(self, work: _Work, pause: timedelta, why: str) -> None:
        """Certainly nothing happened: try again, within bounds."""
        if work.delivery.attempts >= MAX_UNSENT:
            await self._failed(work, GraphError(Trouble.TRANSIENT, work.delivery.effect, says=why))
            return
        await self._wait(work, pause, why, refused=True, attempts=work.delivery.attempts)

    async def _without_token(self, work: _Work, why: str, *, refused: bool = False) -> None:
        """Nothing leaves until the account is connected again; what was approved waits."""
        async with self._db.transaction() as tx:
            await token_refused(tx, work.account, why)
        await self._wait(work, TOKEN_PAUSE, why, refused=refused)

    async def _wait(
        self, work: _Work, pause: timedelta, why: str, *, refused: bool = False, attempts: int = 0
    ) -> None:
        """Try again after `pause`, having tried `attempts` times.

        `refused`: the request certainly did nothing, so there is no doubt.
        """
        no_doubt = {"request_started_at": None, "reads": 0} if refused else {}
        async with self._db.transaction() as tx:
            waiting = await moves.save(
                tx.session,
                work.delivery,
                DeliveryState.PLANNED,
                attempts=attempts,
                error=why,
                next_attempt_at=datetime.now(UTC) + pause,
                note=why,
                **no_doubt,
            )
            if waiting is not None:
                wake(tx, waiting, pause)
                await redraw(tx, waiting)

    async def _failed(self, work: _Work, error: GraphError) -> None:
        async with self._db.transaction() as tx:
            await give_up(tx, work.delivery, error.trouble.value, str(error), refused=True)
