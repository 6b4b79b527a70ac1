"""From the inbox to comments: the handler of `Step.INGEST`. The inbox rows are the work list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from db.engine import Database, Transaction
from db.models import Account, Event
from db.models.alert import Severity
from db.models.event import EventSource, EventState
from db.repositories import accounts, inbox
from services.alerts import raise_alert
from services.decide.superseding import Superseding
from services.ingest.meaning import (
    Deletion,
    Edit,
    Inbound,
    Malformed,
    NotForPipeline,
    OwnComment,
    TestPayload,
    Unread,
)
from services.ingest.normalise import normalise
from services.ingest.threads import Threads
from services.privacy.tombstones import Tombstones

log = structlog.get_logger(__name__)

BATCH = 100  # elements per transaction: a whole batch of Meta's is ten of them


class Ingest:
    """Processes everything that waits; two workers never take the same element."""

    def __init__(self, db: Database, superseding: Superseding, tombstones: Tombstones | None = None) -> None:
        self._db = db
        self._tombstones = tombstones
        self._threads = Threads(superseding)

    async def __call__(self, _row: int | None = None) -> None:
        """Work until nothing is left."""
        while await self._batch():
            pass

    async def _batch(self) -> bool:
        async with self._db.transaction() as tx:
            events = await inbox.claim_received(tx.session, BATCH)
            known = _Known(await accounts.every(tx.session))
            for event in events:
                await self._one(tx, event, known)
            for account_id, at in sorted(known.heard(events).items()):
                await accounts.heard(tx.session, account_id, at)
            return bool(events)

    async def _one(self, tx: Transaction, event: Event, known: _Known) -> None:
        """One element; what goes wrong with it stays with it."""
        try:
            async with tx.session.begin_nested():
                await self._process(tx, event, known.account_of(event))
        except (DataError, IntegrityError) as error:  # its own doing, unlike a database that is away
            await self._failed(tx, event, error)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the siblings are processed
            await self._failed(tx, event, error)

    @staticmethod
    async def _failed(tx: Transaction, event: Event, error: Exception) -> None:
        state = await inbox.fail(tx.session, event.id, type(error).__name__)
        if state is not EventState.QUARANTINED:
            log.warning("element_failed", element=event.id, error=type(error).__name__)
        else:
            log.error("element_set_aside", element=event.id, exc_info=error)
            await raise_alert(tx, "quarantined", count=1, problem=type(error).__name__)

    async def _process(self, tx: Transaction, event: Event, account: Account | None) -> None:
        if self._tombstones is not None and await self._tombstones.keeps_out(tx, account, event):
            return
        own_ids = {account.instagram_id, account.app_scoped_id, account.page_id} if account else set()
        meaning = normalise(
            event.field,
            event.payload,
            event.account_instagram_id or "",
            {one for one in own_ids if one is not None},
            {account.username} if account else (),
        )
        match meaning:
            case TestPayload():
                await inbox.settle(tx.session, event.id, EventState.IGNORED, problem=inbox.TEST)
            case NotForPipeline():
                await inbox.settle(tx.session, event.id, EventState.IGNORED, problem=meaning.reason.value)
            case Malformed():
                await inbox.settle(tx.session, event.id, EventState.QUARANTINED, problem=meaning.problem)
                await raise_alert(tx, "quarantined", count=1, problem=meaning.problem)
            case Inbound() | OwnComment() | Edit() | Deletion() | Unread() if account is None:
                await inbox.settle(tx.session, event.id, EventState.UNCLAIMED, problem="an unknown account")
                await raise_alert(
                    tx,
                    "unknown_account",
                    event.account_instagram_id or "",
                    severity=Severity.CRITICAL,
                    account=event.account_instagram_id or "?",
                )
            case Inbound() | OwnComment() | Edit() | Deletion() | Unread():
                assert account is not None
                comment_id = await self._change(tx, account, meaning, event)
                await inbox.settle(
                    tx.session,
                    event.id,
                    EventState.PROCESSED,
                    problem="our own words" if isinstance(meaning, OwnComment) else None,
                    comment_id=comment_id,
                )
            case _:
                assert_never(meaning)

    async def _change(
        self,
        tx: Transaction,
        account: Account,
        meaning: Inbound | OwnComment | Edit | Deletion | Unread,
        event: Event,
    ) -> int:
        match meaning:
            case Inbound():
                return await self._threads.inbound(tx, account, meaning, event.sent_at)
            case OwnComment():
                return await self._threads.own(tx, account, meaning, event.sent_at)
            case Edit():
                return await self._threads.edited(tx, account, meaning, event)
            case Deletion():
                return await self._threads.deleted(tx, account, meaning.message, event.sent_at)
            case Unread():
                return await self._threads.unread(tx, account, meaning, event.sent_at)
            case _:
                assert_never(meaning)


class _Known:
    """Our accounts by what `entry.id` may call them: the professional account, or its Page (§2.7 j)."""

    def __init__(self, every: Sequence[Account]) -> None:
        pages = Counter(account.page_id for account in every)
        self._by_id: dict[str, Account] = {
            # A Page that moved from one account to another names neither.
            account.page_id: account
            for account in every
            if account.page_id is not None and pages[account.page_id] == 1
        }
        self._by_id |= {account.instagram_id: account for account in every}
        self._only = every[0] if len(every) == 1 else None

    def account_of(self, event: Event) -> Account | None:
        """The account that an element is for; the only one there is when it names none."""
        if event.account_instagram_id is None:
            return self._only
        return self._by_id.get(event.account_instagram_id)

    def heard(self, events: Sequence[Event]) -> dict[int, datetime]:
        """When the newest webhook of each account named in `events` arrived, by the account's row."""
        newest: dict[int, datetime] = {}
        for event in events:
            account = self._by_id.get(event.account_instagram_id or "")
            if account is not None and event.source is EventSource.WEBHOOK:
                newest[account.id] = max(event.received_at, newest.get(account.id, event.received_at))
        return newest
