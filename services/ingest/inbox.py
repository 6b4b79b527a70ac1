"""Group commit: whatever webhooks are waiting go into one insert and one commit, without a timed window.

Measured beside one insert per request this keeps about twice the throughput at 64 connections and the
same latency at eight (engine notes, The ingest path).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from db.engine import Database, Transaction
from db.models.event import EventState
from db.queue import Job, Step
from db.repositories import inbox
from services.alerts import raise_alert
from services.ingest.envelope import Element, ElementState

log = structlog.get_logger(__name__)

WAITING = 256  # deliveries; more are refused and Meta sends them again
GROUP = 64  # deliveries per commit
INGEST_PRIORITY = 4


class InboxFull(Exception):
    """Too many deliveries are waiting to be stored: try again in a moment."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class InboxUnavailable(Exception):
    """The database did not take the delivery: try again in a moment."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one delivery's elements; repeated ones were known already."""

    new: int
    repeated: int
    quarantined: int


@dataclass(eq=False, slots=True)
class _Delivery:
    elements: Sequence[Element]
    stored: asyncio.Future[Receipt] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Inbox:
    """One per web process; `run` belongs to the process's task group."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: asyncio.Queue[_Delivery] = asyncio.Queue(WAITING)

    async def store(self, elements: Sequence[Element]) -> Receipt:
        """Return once the elements are committed. Raises InboxFull or InboxUnavailable."""
        delivery = _Delivery(elements)
        try:
            self._waiting.put_nowait(delivery)
        except asyncio.QueueFull:
            raise InboxFull from None
        return await delivery.stored

    async def run(self) -> None:
        """Commit groups until cancelled; deliveries still waiting then are refused."""
        try:
            while True:
                group = [await self._waiting.get()]
                while len(group) < GROUP and not self._waiting.empty():
                    group.append(self._waiting.get_nowait())
                await self._commit(group)
        finally:
            while not self._waiting.empty():
                _refuse(self._waiting.get_nowait())

    async def _commit(self, group: list[_Delivery]) -> None:
        """Store a group; one that fails for its data is halved, so that no neighbour fails with it."""
        try:
            async with self._db.transaction() as tx:
                receipts = await _store(tx, group)
        except DBAPIError as error:
            if error.connection_invalidated or len(group) == 1:
                self._give_up(group, error)
                return
            middle = len(group) // 2
            await self._commit(group[:middle])
            await self._commit(group[middle:])
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            self._give_up(group, error)
        except asyncio.CancelledError:
            for delivery in group:
                _refuse(delivery)
            raise
        else:
            for delivery, receipt in zip(group, receipts, strict=True):
                if not delivery.stored.done():
                    delivery.stored.set_result(receipt)

    @staticmethod
    def _give_up(group: list[_Delivery], error: Exception) -> None:
        log.error("deliveries_not_stored", deliveries=len(group), error=type(error).__name__)
        for delivery in group:
            _refuse(delivery)


def _refuse(delivery: _Delivery) -> None:
    if not delivery.stored.done():
        delivery.stored.set_exception(InboxUnavailable())


async def _store(tx: Transaction, group: list[_Delivery]) -> list[Receipt]:
    unique: dict[tuple[str | None, str], Element] = {}
    for delivery in group:
        for element in delivery.elements:
            unique.setdefault(element.key, element)
    new: dict[tuple[str | None, str], EventState] = {}
    if unique:
        # Sorted: two groups with the same elements take their locks in the same order.
        rows = [_row(unique[key]) for key in sorted(unique, key=_place)]
        added = await inbox.add(tx.session, rows)
        new = {(event.account_instagram_id, event.identity): event.state for event in added}
    if EventState.RECEIVED in new.values():
        tx.enqueue(Job(Step.INGEST, priority=INGEST_PRIORITY))
    odd = [unique[key] for key, state in new.items() if state is EventState.QUARANTINED]
    if odd:
        await raise_alert(tx, "quarantined", count=len(odd), problem=odd[0].problem or "")
    receipts = []
    for delivery in group:
        fresh = [element for element in delivery.elements if element.key in new]
        receipts.append(
            Receipt(
                new=len(fresh),
                repeated=len(delivery.elements) - len(fresh),
                quarantined=sum(element.state is ElementState.QUARANTINED for element in fresh),
            )
        )
    return receipts


def _place(key: tuple[str | None, str]) -> tuple[str, str]:
    account, identity = key
    return identity, account or ""


def _row(element: Element) -> dict[str, object]:
    return {
        "identity": element.identity,
        "account_instagram_id": element.account_instagram_id,
        "field": element.field,
        "payload": element.payload,
        "sent_at": element.sent_at,
        "state": EventState(element.state.value),
        "problem": element.problem,
    }
