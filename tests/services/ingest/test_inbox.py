"""Group commit: many deliveries in one transaction, and none of them at the mercy of another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from db.engine import Database
from db.models import Alert, Event
from db.models.event import EventState
from db.repositories.inbox import any_received
from services.ingest.envelope import Element, split
from services.ingest.inbox import GROUP, WAITING, Inbox, InboxFull, InboxUnavailable, Receipt
from tests.db.cable import cable_to
from tests.webhook.door import change, delivery


def elements(*ids: str) -> list[Element]:
    """The elements of one delivery with these comments."""
    return split(delivery(*(change(comment_id) for comment_id in ids)), now=datetime.now(UTC))


def queued(inbox: Inbox, *deliveries: Sequence[Element]) -> list[asyncio.Task[Receipt]]:
    """Deliveries that wait, so that they are one group when the inbox begins to run."""
    return [asyncio.create_task(inbox.store(each)) for each in deliveries]


@asynccontextmanager
async def running(inbox: Inbox) -> AsyncIterator[asyncio.Task[None]]:
    await asyncio.sleep(0)  # what was created before gets into the queue
    task = asyncio.create_task(inbox.run())
    try:
        yield task
        assert not task.done(), "nothing that goes wrong ends the inbox"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def count(db: Database, table: str) -> int:
    async with db.transaction() as tx:
        return int(await tx.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def alter(db: Database, statement: str) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(text(statement))


async def test_a_group_is_one_commit_with_one_wake_up(db: Database) -> None:
    inbox = Inbox(db)
    waiting = queued(inbox, *(elements(str(number)) for number in range(GROUP + 1)))
    async with running(inbox):
        receipts = await asyncio.gather(*waiting)

    assert receipts == [Receipt(new=1, repeated=0, quarantined=0)] * (GROUP + 1)
    assert await count(db, "events") == GROUP + 1
    assert await count(db, "pgqueuer") == 2, "of the full group and of the one that was left"


async def test_the_receipt_tells_new_from_repeated(db: Database) -> None:
    inbox = Inbox(db)
    async with running(inbox):
        assert await inbox.store(elements("1", "2")) == Receipt(2, 0, 0)
        assert await inbox.store(elements("2", "3")) == Receipt(1, 1, 0)
        assert await inbox.store(split(b"?", now=datetime.now(UTC))) == Receipt(1, 0, 1)
        assert await inbox.store([]) == Receipt(0, 0, 0)


async def test_the_same_event_for_two_accounts_is_two_elements(db: Database) -> None:
    inbox = Inbox(db)
    first, second = (delivery(change("1"), account=str(number)) for number in (1, 2))
    waiting = queued(inbox, *(split(body, now=datetime.now(UTC)) for body in (first, second, first)))
    async with running(inbox):
        receipts = await asyncio.gather(*waiting)

    assert sum(receipt.new for receipt in receipts[:2]) == 2
    assert await count(db, "events") == 2


async def test_what_is_known_or_odd_wakes_nobody(db: Database) -> None:
    inbox = Inbox(db)
    async with running(inbox):
        await inbox.store(split(b"?", now=datetime.now(UTC)))
        assert await count(db, "pgqueuer WHERE entrypoint = 'ingest'") == 0
        await inbox.store(elements("1"))
        await inbox.store(elements("1"))

    assert await count(db, "pgqueuer WHERE entrypoint = 'ingest'") == 1


async def test_what_waits_to_be_processed_is_seen(db: Database) -> None:
    inbox = Inbox(db)
    async with running(inbox):
        await inbox.store(split(b"?", now=datetime.now(UTC)))
        async with db.transaction() as tx:
            assert not await any_received(tx.session)
        await inbox.store(elements("1"))
        async with db.transaction() as tx:
            assert await any_received(tx.session)


async def test_odd_elements_are_told_once(db: Database) -> None:
    inbox = Inbox(db)
    async with running(inbox):
        for body in (b"?", b"?", b"??"):
            await inbox.store(split(body, now=datetime.now(UTC)))

    async with db.transaction() as tx:
        (alert,) = (await tx.session.execute(select(Alert))).scalars()
        states = (await tx.session.execute(select(Event.state))).scalars().all()
    assert (alert.kind, alert.count) == ("quarantined", 2)
    assert alert.params == {"count": 1, "problem": "the body is not JSON"}
    assert states == [EventState.QUARANTINED] * 2


async def test_the_same_delivery_many_times_at_once_is_one_row(database_url: str, db: Database) -> None:
    other = Database(database_url)  # another process
    here, there = Inbox(db), Inbox(other)
    async with running(here), running(there):
        await asyncio.gather(
            *(inbox.store(elements("1", "2")) for inbox in (here, there) for _ in range(GROUP))
        )
    await other.close()

    assert await count(db, "events") == 2


async def test_a_row_that_the_database_refuses_fails_alone(db: Database) -> None:
    await alter(db, "ALTER TABLE events ADD CHECK (identity <> 'comment:13')")
    inbox = Inbox(db)
    waiting = queued(inbox, *(elements(str(number)) for number in range(20)))
    async with running(inbox):
        receipts = await asyncio.gather(*waiting, return_exceptions=True)

    failed = [number for number, receipt in enumerate(receipts) if isinstance(receipt, Exception)]
    assert failed == [13]
    assert isinstance(receipts[13], InboxUnavailable)
    assert await count(db, "events") == 19


async def test_a_queue_that_refuses_jobs_takes_the_rows_with_it(db: Database) -> None:
    await alter(db, "ALTER TABLE pgqueuer ADD CONSTRAINT full_disk CHECK (entrypoint <> 'ingest')")
    inbox = Inbox(db)
    async with running(inbox):
        with pytest.raises(InboxUnavailable):
            await inbox.store(elements("1"))
        assert await count(db, "events") == 0

        await alter(db, "ALTER TABLE pgqueuer DROP CONSTRAINT full_disk")
        await inbox.store(elements("1"))
    assert await count(db, "events") == 1


async def test_while_the_database_is_away_everybody_is_refused(database_url: str, db: Database) -> None:
    async with cable_to(database_url) as cable:
        far = Database(cable.url)
        inbox = Inbox(far)
        async with running(inbox):
            await inbox.store(elements("1"))
            await cable.pull()
            refused = await asyncio.gather(
                *(inbox.store(elements(str(number))) for number in range(5)), return_exceptions=True
            )
            assert [type(one) for one in refused] == [InboxUnavailable] * 5
            await cable.plug()
            await inbox.store(elements("1", "2"))
        await far.close()

    assert await count(db, "events") == 2


async def test_a_full_inbox_refuses_and_takes_again_when_there_is_room(db: Database) -> None:
    inbox = Inbox(db)
    waiting = queued(inbox, *(elements(str(number)) for number in range(WAITING)))
    await asyncio.sleep(0)
    with pytest.raises(InboxFull):
        await inbox.store(elements("late"))

    async with running(inbox):
        await asyncio.gather(*waiting)
        await inbox.store(elements("late"))
    assert await count(db, "events") == WAITING + 1


async def test_whoever_stopped_waiting_harms_nobody(db: Database) -> None:
    inbox = Inbox(db)
    gone, stays = queued(inbox, elements("1"), elements("2"))
    await asyncio.sleep(0)
    gone.cancel()
    async with running(inbox):
        assert await stays == Receipt(1, 0, 0)

    assert await count(db, "events") == 2, (
        "it was taken over all the same: Meta sends it again, and it is known"
    )


async def test_at_the_end_those_who_wait_are_refused(db: Database) -> None:
    inbox = Inbox(db)
    async with db.transaction() as tx:
        await tx.session.execute(text("LOCK TABLE events IN EXCLUSIVE MODE"))
        run = asyncio.create_task(inbox.run())
        first = asyncio.create_task(inbox.store(elements("1")))
        while not await tx.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            continue
        second, gone = queued(inbox, elements("2"), elements("3"))
        await asyncio.sleep(0)
        gone.cancel()
        run.cancel()
        refused = await asyncio.gather(first, second, run, return_exceptions=True)

    assert [type(one) for one in refused] == [InboxUnavailable, InboxUnavailable, asyncio.CancelledError]
    assert await count(db, "events") == 0


async def test_the_errors_say_what_to_do() -> None:
    assert "try again" in str(InboxFull())
    assert "try again" in str(InboxUnavailable())


async def test_more_elements_than_a_statement_has_parameters(db: Database) -> None:
    inbox = Inbox(db)
    many = elements(*(str(number) for number in range(5_000)))
    waiting = queued(inbox, many, many, elements("5000"))
    async with running(inbox):
        await asyncio.gather(*waiting)

    async with db.transaction() as tx:
        assert await tx.session.scalar(select(func.count()).select_from(Event)) == 5_001
    assert await count(db, "pgqueuer") == 1
