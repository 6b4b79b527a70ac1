"""From the inbox to comments: the handler of `Step.INGEST`. The inbox rows are the work list."""

from __future__ import annotations

from typing import assert_never

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.models import Account, Event
from db.models.alert import Severity
from db.models.event import EventState
from db.queue import Job, Step
from db.repositories import accounts, comments, inbox
from services.alerts import raise_alert
from services.deliver.confirming import confirm_own
from services.ingest.normalise import (
    Inbound,
    Malformed,
    NotForPipeline,
    OwnComment,
    TestPayload,
    normalise,
)

log = structlog.get_logger(__name__)

BATCH = 100  # elements per transaction: a whole batch of Meta's is ten of them


class Ingest:
    """Processes everything that waits; two workers never take the same element."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, _row: int | None = None) -> None:
        """Work until nothing is left."""
        while await self._batch():
            pass

    async def _batch(self) -> bool:
        async with self._db.transaction() as tx:
            events = await inbox.claim_received(tx.session, BATCH)
            known = {account.instagram_id: account for account in await accounts.every(tx.session)}
            for event in events:
                await self._one(tx, event, known)
            return bool(events)

    async def _one(self, tx: Transaction, event: Event, known: dict[str, Account]) -> None:
        """One element; what goes wrong with it stays with it."""
        try:
            async with tx.session.begin_nested():
                await _process(tx, event, known.get(event.account_instagram_id or ""), known)
        except (DataError, IntegrityError) as error:  # its own doing, unlike a database that is away
            await self._failed(tx, event, error)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the siblings are processed
            await self._failed(tx, event, error)

    @staticmethod
    async def _failed(tx: Transaction, event: Event, error: Exception) -> None:
        log.error("element_failed", element=event.id, exc_info=error)
        state = await inbox.fail(tx.session, event.id, type(error).__name__)
        if state is EventState.QUARANTINED:
            await raise_alert(tx, "quarantined", count=1, problem=type(error).__name__)


async def _process(tx: Transaction, event: Event, account: Account | None, known: dict[str, Account]) -> None:
    if account is None and event.account_instagram_id is None and len(known) == 1:
        account = next(iter(known.values()))  # the bare envelope names no account
    own_ids = {account.instagram_id} if account else set()
    own_names = {account.username} if account else set()
    meaning = normalise(event.field, event.payload, event.account_instagram_id or "", own_ids, own_names)
    match meaning:
        case TestPayload():
            await inbox.settle(tx.session, event.id, EventState.IGNORED, problem="a test of the dashboard")
        case NotForPipeline():
            await inbox.settle(tx.session, event.id, EventState.IGNORED, problem=meaning.reason.value)
        case Malformed():
            await inbox.settle(tx.session, event.id, EventState.QUARANTINED, problem=meaning.problem)
            await raise_alert(tx, "quarantined", count=1, problem=meaning.problem)
        case Inbound() | OwnComment() if account is None:
            await inbox.settle(tx.session, event.id, EventState.UNCLAIMED, problem="an unknown account")
            await raise_alert(
                tx,
                "unknown_account",
                event.account_instagram_id or "",
                severity=Severity.CRITICAL,
                account=event.account_instagram_id or "?",
            )
        case Inbound():
            assert account is not None
            comment_id = await _inbound(tx, account, meaning)
            await inbox.settle(tx.session, event.id, EventState.PROCESSED, comment_id=comment_id)
        case OwnComment():
            assert account is not None
            comment_id = await _own(tx, account, meaning)
            await inbox.settle(
                tx.session, event.id, EventState.PROCESSED, problem="our own words", comment_id=comment_id
            )
        case _:
            assert_never(meaning)


async def _inbound(tx: Transaction, account: Account, inbound: Inbound) -> int | None:
    """The customer's words become a comment once, whatever number of events brings them."""
    media_id = None
    if inbound.media_instagram_id is not None:
        media = await comments.media(tx.session, account.id, inbound.media_instagram_id, inbound.media_kind)
        media_id = media.id
    parent = inbound.parent_instagram_id
    thread = await comments.top_of(tx.session, account.id, parent) if parent else inbound.instagram_id
    comment = await comments.add(
        tx.session,
        account_id=account.id,
        kind=inbound.kind,
        instagram_id=inbound.instagram_id,
        parent_instagram_id=parent,
        thread=thread,
        media_id=media_id,
        author_instagram_id=inbound.author_instagram_id,
        author_username=inbound.author_username,
        text=inbound.text,
        written_at=inbound.written_at,
    )
    if comment is None:
        known = await comments.find(tx.session, account.id, inbound.instagram_id)
        return known.id if known else None
    tx.enqueue(Job(Step.CLASSIFY, comment.id, key=f"classified:{comment.id}:0"))
    return comment.id


async def _own(tx: Transaction, account: Account, own: OwnComment) -> int | None:
    """Our own words confirm a delivery and stay as context of the thread; they never enter the pipeline."""
    parent = own.parent_instagram_id
    thread = await comments.top_of(tx.session, account.id, parent) if parent else own.instagram_id
    await confirm_own(tx, account, thread=thread, external_id=own.instagram_id, text=own.text)
    comment = await comments.add(
        tx.session,
        account_id=account.id,
        kind=own.kind,
        instagram_id=own.instagram_id,
        parent_instagram_id=parent,
        thread=thread,
        media_id=None,
        author_instagram_id=account.instagram_id,
        author_username=account.username,
        text=own.text,
        state=CommentState.OWN,
    )
    return comment.id if comment else None
