"""200 means that everything in the delivery is committed; anything else, and Meta sends it again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select, text

import webhook.instagram
from db.engine import Database
from db.models import Event
from db.models.event import EventState
from services.ingest.inbox import WAITING, Inbox
from tests.db.cable import cable_to
from tests.webhook.conftest import door_to
from tests.webhook.door import Door, change, delivery

BODY = delivery(change("18100000000000001"))


async def events(db: Database) -> Sequence[tuple[str, EventState]]:
    async with db.transaction() as tx:
        rows = await tx.session.execute(select(Event.identity, Event.state).order_by(Event.id))
        return [(row[0], row[1]) for row in rows]


async def jobs(db: Database) -> int:
    async with db.transaction() as tx:
        return await tx.session.scalar(text("SELECT count(*) FROM pgqueuer")) or 0


async def test_the_row_and_its_job_are_there_when_the_answer_is(door: Door, db: Database) -> None:
    answer = await door.deliver(BODY)

    assert (answer.status, answer.text) == (200, "ok")
    assert await events(db) == [("comment:18100000000000001", EventState.RECEIVED)]
    assert await jobs(db) == 1


async def test_a_hundred_redeliveries_are_one_row(door: Door, db: Database) -> None:
    for _ in range(20):
        assert (await door.deliver(BODY)).status == 200
    answers = await asyncio.gather(*(door.deliver(BODY) for _ in range(80)))

    assert {answer.status for answer in answers} == {200}
    assert len(await events(db)) == 1
    assert await jobs(db) == 1


async def test_what_is_no_json_is_kept_too(door: Door, db: Database) -> None:
    for body in (b"", b"\x00\xff", b"[" * 100_000, b'{"entry":', b"null"):
        assert (await door.deliver(body)).status == 200

    assert {state for _identity, state in await events(db)} == {EventState.QUARANTINED}


async def test_a_thousand_changes_with_one_poison_among_them(door: Door, db: Database) -> None:
    changes = [change(f"181{number:014}") for number in range(1_000)]
    changes[500] = {"field": "comments", "value": "яд\x00"}

    assert (await door.deliver(delivery(*changes))).status == 200

    states = [state for _identity, state in await events(db)]
    assert states.count(EventState.RECEIVED) == 999
    assert states.count(EventState.QUARANTINED) == 1


async def test_more_rows_than_a_statement_has_parameters(door: Door, db: Database) -> None:
    changes = [change(f"181{number:014}") for number in range(5_000)]

    assert (await door.deliver(delivery(*changes))).status == 200
    async with db.transaction() as tx:
        assert await tx.session.scalar(select(func.count()).select_from(Event)) == 5_000


async def test_while_the_database_is_away_meta_is_asked_to_come_again(
    database_url: str, db: Database
) -> None:
    async with cable_to(database_url) as cable:
        far = Database(cable.url)
        async with door_to(far) as door:
            assert (await door.deliver(BODY)).status == 200

            await cable.pull()
            away = await door.deliver(delivery(change("18100000000000002")))
            assert (away.status, away.headers["Retry-After"]) == (503, "5")

            await cable.plug()
            assert (await door.deliver(delivery(change("18100000000000002")))).status == 200
        await far.close()

    assert len(await events(db)) == 2


async def test_killed_connections_cost_at_most_a_retry(door: Door, db: Database) -> None:
    await door.deliver(BODY)
    async with db.transaction() as tx:
        await tx.session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    statuses = [(await door.deliver(delivery(change("18100000000000002")))).status for _ in range(2)]

    assert statuses[-1] == 200
    assert len(await events(db)) == 2


async def test_a_database_that_does_not_answer_is_not_waited_for(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook.instagram, "STORE_DEADLINE", 0.2)
    async with door_to(db) as door:
        async with db.transaction() as tx:
            await tx.session.execute(text("LOCK TABLE events IN EXCLUSIVE MODE"))
            assert (await door.deliver(BODY)).status == 503

        async with asyncio.timeout(10):
            while (await door.deliver(BODY)).status != 200:
                continue

    assert len(await events(db)) == 1


async def test_a_full_inbox_is_told_at_once(db: Database) -> None:
    inbox = Inbox(db)
    waiting = [asyncio.ensure_future(inbox.store([])) for _ in range(WAITING)]
    await asyncio.sleep(0)
    async with door_to(db, inbox=inbox, storing=False) as door:
        full = await door.deliver(BODY)

    assert (full.status, full.headers["Retry-After"]) == (503, "5")
    for one in waiting:
        one.cancel()
