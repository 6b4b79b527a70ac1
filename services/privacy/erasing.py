"""The handler of `Step.ERASE`: one person's words, names and ids leave every table and every card.

In batches of short transactions, each of which can be done again, so that a run that dies is a delay. What
an old transaction may still store is caught by a second run a minute later; only then the request is done,
and the person's own id and name are forgotten with it. Decisions stay with their keyed hashes (rulings, 16).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.models import Alert, Comment, Delivery, Erasure, Event
from db.models.privacy import ErasureState, ErasureSubject
from db.repositories import accounts, comments, deliveries, drafts, erasures, moves, privacy, traces
from db.repositories.privacy import Nobody, Scope
from services import cards
from services.alerts import redraw, resolve_alert
from services.decide.superseding import Superseding, Why
from services.deliver.confirming import settled
from services.privacy.kept_updates import Quotes, forget_updates
from services.privacy.mentions import Mentions
from services.privacy.pages import each_page
from services.privacy.pseudonyms import ERASED, Pseudonyms
from services.privacy.whom import Whom
from services.vault import Vault

log = structlog.get_logger(__name__)

BATCH = 25  # comments of one transaction: each closes a draft and redraws a card
SETTLING = timedelta(minutes=1)
"""How long a transaction that did not see the request may still store the person's words."""
AGAIN = timedelta(minutes=1)  # while a reply of ours to the person is on its way
STUCK = timedelta(minutes=2)  # after so long a run that did not finish is repeated
DOUBT = timedelta(minutes=30)
"""How long a reply in doubt is waited for: a look for our words takes ten minutes (rulings, 6)."""
SAYS_NOTHING = frozenset(
    {"draft", "comment", "step", "why", "code", "count", "days", "chat", "outcome", "until"}
)
"""What an alert may keep: numbers, times and words of ours."""
TELLING = 12  # characters; shorter words ("ok, thanks") are anybody's
NAMELESS_ACCOUNT = "…"


@dataclass(frozen=True, slots=True)
class _Work:
    """One run of one request."""

    erasure: Erasure
    whom: Whom
    scope: Scope


class Erase:
    """Erases what requests ask for. `settling` is shorter in tests only."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        pseudonyms: Pseudonyms,
        superseding: Superseding,
        *,
        settling: timedelta = SETTLING,
    ) -> None:
        self._db = db
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._superseding = superseding
        self._settling = settling

    async def __call__(self, erasure_id: int | None) -> None:
        """Erase until nothing is found; a request that is done is left alone."""
        work = await self._begin(erasure_id or 0)
        if work is None:
            return
        waiting = await self._comments(work)
        await self._conversations(work)
        await self._events(work)
        if work.whom.mentions is not None:
            waiting |= await Mentions(self._db, work.scope, work.whom.mentions).replace()
        await self._alerts(work)
        await self._finish(work, waiting=waiting)

    async def _begin(self, erasure_id: int) -> _Work | None:
        """Learn every id and name of the person, and remember them sealed before the first one is gone."""
        async with self._db.transaction() as tx:
            erasure = await erasures.get(tx.session, erasure_id)
            if erasure is None or erasure.state is ErasureState.DONE or erasure.sealed is None:
                return None
            whom = Whom.loads(self._vault.open(erasure.sealed))
            if erasure.subject is ErasureSubject.PERSON:
                whom = await self._known(tx, erasure, whom)
            await erasures.change(tx.session, erasure.id, next_attempt_at=datetime.now(UTC) + STUCK)
            return _Work(erasure, whom, await self._scope(tx, erasure, whom))

    async def _known(self, tx: Transaction, erasure: Erasure, whom: Whom) -> Whom:
        ids, names = await privacy.known_as(tx.session, erasure.account_id, whom.ids, whom.usernames)
        people = Whom(frozenset(one for one in ids if not one.startswith(ERASED)), frozenset(names))
        hashes = [self._pseudonyms.id_hash(one) for one in people.ids]
        hashes += [self._pseudonyms.username_hash(one) for one in people.usernames]
        await erasures.change(
            tx.session,
            erasure.id,
            sealed=self._vault.seal(people.dumps()),
            hashes=sorted({*hashes, *erasure.hashes}),
        )
        return people

    async def _scope(self, tx: Transaction, erasure: Erasure, whom: Whom) -> Scope:
        named: set[str | None] = {whom.account}
        if erasure.account_id is not None:
            account = await accounts.get(tx.session, erasure.account_id)
            named |= {account.instagram_id, account.page_id}
        return Scope(
            before=erasure.created_at + self._settling,
            account_id=erasure.account_id,
            accounts=frozenset(name for name in named if name is not None),
            ids=whom.ids,
            usernames=whom.usernames,
            pseudonyms=frozenset(map(self._pseudonyms.of_id, whom.ids)),
            everyone=erasure.subject is ErasureSubject.ACCOUNT,
        )

    async def _comments(self, work: _Work) -> bool:
        """Words, drafts, cards; true when something has to wait for a reply that is on its way."""
        after, waiting = 0, False
        while True:
            async with self._db.transaction() as tx:
                found = await privacy.comments_of(tx.session, work.scope, after, BATCH)
                if not found:
                    return waiting
                after = found[-1].id
                held = [await _held(tx, comment) for comment in found]
                ready = [comment for comment in held if await self._closed(tx, work, comment)]
                waiting |= len(ready) < len(found)
                await self._blank(tx, work, ready)

    async def _closed(self, tx: Transaction, work: _Work, comment: Comment) -> bool:
        """Nothing is sent for the comment any more; false while something is just being sent."""
        late = datetime.now(UTC) - work.erasure.created_at >= DOUBT
        for delivery in await privacy.deliveries_under_way(tx.session, comment.id):
            if not await _ended(tx, delivery, late=late):
                return False
        await self._superseding.supersede(tx, comment, Why.ERASED)
        return True

    async def _blank(self, tx: Transaction, work: _Work, ready: Sequence[Comment]) -> None:
        if not ready:
            return
        ids = [comment.id for comment in ready]
        numbers = [draft.id for draft in await privacy.drafts_about(tx.session, ids)]
        new = sum(comment.erased_at is None for comment in ready)
        await forget_updates(
            tx,
            Quotes(
                messages=await traces.messages_about(tx.session, numbers),
                words=frozenset(comment.text for comment in ready if len(comment.text) >= TELLING),
                pattern=work.whom.anywhere,
            ),
        )
        await privacy.blank(
            tx.session, [nobody(self._pseudonyms, comment) for comment in ready], reason=Why.ERASED.value
        )
        for draft in await privacy.new_nonces(tx.session, ids):
            await settled(tx, draft.id)
            await cards.show(tx, draft)
        for alert in await traces.alerts_about(tx.session, numbers, ids):
            await _pared(tx, alert, _kept(work))
        await erasures.count(tx.session, work.erasure.id, {"comments": new})

    async def _conversations(self, work: _Work) -> None:
        """What we wrote to the person in messages."""
        threads = {
            f"{privacy.DM}{one}": f"{privacy.DM}{self._pseudonyms.of_id(one)}" for one in work.whom.ids
        }
        async with self._db.transaction() as tx:
            count = await privacy.blank_conversations(tx.session, work.scope, threads)
            await erasures.count(tx.session, work.erasure.id, {"messages": count})

    async def _events(self, work: _Work) -> None:
        async def page(tx: Transaction, after: int, upto: int) -> bool:
            count = await traces.blank_events(
                tx.session, work.scope, after, upto, work.whom.as_value, work.whom.anywhere
            )
            if work.whom.account is not None:
                name = self._pseudonyms.of_id(work.whom.account)
                await traces.rename_account(tx.session, work.scope, after, upto, name)
            await erasures.count(tx.session, work.erasure.id, {"events": count})
            return False

        await each_page(self._db, Event, page)

    async def _alerts(self, work: _Work) -> None:
        """Whatever else still waits in Telegram's inbox or stands in an alert."""
        pattern = work.whom.anywhere
        if pattern is None:
            return
        account_id = work.erasure.account_id if work.scope.everyone else None
        async with self._db.transaction() as tx:
            await forget_updates(tx, Quotes(pattern=pattern))
            for alert in await traces.alerts_naming(tx.session, pattern, account_id):
                if alert.account_id is not None and alert.account_id == account_id:
                    await resolve_alert(tx, alert.kind, alert.fingerprint.partition(":")[2])
                fingerprint = f"{alert.kind}:{privacy.NAMELESS}:{alert.id}"
                await _pared(tx, alert, _kept(work), fingerprint=fingerprint)

    async def _finish(self, work: _Work, *, waiting: bool) -> None:
        erasure = work.erasure
        now = datetime.now(UTC)
        again = AGAIN if waiting else erasure.created_at + self._settling - now
        async with self._db.transaction() as tx:
            if again > timedelta():
                await erasures.change(tx.session, erasure.id, next_attempt_at=now + again)
                log.info("erasing_goes_on", erasure=erasure.id, waiting=waiting)
                return
            if work.scope.everyone and erasure.account_id is not None and work.whom.account is not None:
                await self._account(tx, erasure.account_id, work.whom.account)
            await erasures.change(
                tx.session, erasure.id, state=ErasureState.DONE, finished_at=now, sealed=None
            )
        log.info("erased", erasure=erasure.id)

    async def _account(self, tx: Transaction, account_id: int, instagram_id: str) -> None:
        await privacy.blank_posts(tx.session, account_id)
        pseudonym = self._pseudonyms.of_id(instagram_id)
        if not await privacy.blank_account(tx.session, account_id, pseudonym, NAMELESS_ACCOUNT):
            log.info("account_came_back", account=account_id)  # its owner connected it meanwhile


def nobody(pseudonyms: Pseudonyms, comment: Comment, *, ours: bool = True) -> Nobody:
    """The comment's author without a name; threads and people stay apart from each other.

    Without `ours` our own words stay our account's.
    """
    author = comment.author_instagram_id
    if ours or comment.state is not CommentState.OWN:
        author = pseudonyms.of_author(author, comment.author_username)
    thread = comment.thread
    if thread.startswith(privacy.DM):
        person = pseudonyms.of_author(thread.removeprefix(privacy.DM), None)
        thread = f"{privacy.DM}{person}"
    return Nobody(comment.id, author, thread)


async def _held(tx: Transaction, comment: Comment) -> Comment:
    """The comment as it is now, locked behind its draft: in the order in which managers decide."""
    await drafts.locked(tx.session, comment.id)
    return await comments.locked(tx.session, comment.id)


async def _ended(tx: Transaction, delivery: Delivery, *, late: bool) -> bool:
    """An effect that has not left is taken back, and what nobody can know is let be; false: wait for it."""
    note = Why.ERASED.value
    match delivery.state:
        case DeliveryState.UNCERTAIN:
            ended = await moves.move(tx.session, Delivery, delivery.id, DeliveryState.FAILED, note=note)
            return ended is not None
        case DeliveryState.PLANNED if late or delivery.request_started_at is None:
            if delivery.effect in deliveries.WORDS and delivery.request_started_at is None:
                return True  # superseding takes it back together with its draft
            ended = await moves.move(tx.session, Delivery, delivery.id, DeliveryState.CANCELLED, note=note)
            return ended is not None
        case _:
            return False


def _kept(work: _Work) -> frozenset[str]:
    return SAYS_NOTHING if work.scope.everyone else SAYS_NOTHING | {"account"}


async def _pared(tx: Transaction, alert: Alert, kept: frozenset[str], **values: Any) -> None:
    """Leave an alert the params `kept`, with `values`, and have it drawn again if that changes it."""
    params = {name: value for name, value in alert.params.items() if name in kept}
    wanted = values | {"params": params}
    if any(getattr(alert, name) != value for name, value in wanted.items()):
        redraw(tx, await traces.pare_alert(tx.session, alert, **wanted))
