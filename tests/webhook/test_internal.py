"""The internal port: metrics, and looking inside behind a bearer token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from db.engine import Database
from db.queue import Job, Step
from services.alerts import raise_alert
from tests.building import a_comment, a_scene, an_account
from tests.db.cable import cable_to
from tests.webhook.conftest import door_to
from tests.webhook.door import Door, change, delivery
from webhook.internal import Internal
from webhook.server import application, listening

TOKEN = "internal-токен"
PRIVATE = ("/internal/overview", "/internal/comments/18100000000000001/timeline")


@asynccontextmanager
async def inside(db: Database, token: str | None = TOKEN) -> AsyncIterator[Door]:
    app = application(Internal(db, token).routes())
    async with listening(app, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        yield Door(session, port)


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_nothing_is_told_without_the_token(db: Database) -> None:
    async with inside(db) as door:
        for path in (*PRIVATE, "/metrics"):
            assert (await door.get(path)).status == 401
            for wrong in ({"Authorization": TOKEN}, bearer("other"), bearer("")):
                assert (await door.get(path, headers=wrong)).status == 401


async def test_a_token_that_is_no_text_is_refused(db: Database) -> None:
    async with inside(db) as door:
        headers = {"Authorization": b"Bearer \xff\xfe".decode("utf-8", "surrogateescape")}
        async with door.session.get(f"{door.base}/internal/overview", headers=headers) as answer:
            assert answer.status == 401


async def test_without_a_token_in_the_settings_only_metrics_are_served(db: Database) -> None:
    async with inside(db, token=None) as door:
        assert (await door.get("/metrics")).status == 200
        for path in PRIVATE:
            assert (await door.get(path, headers=bearer("None"))).status == 401


async def test_metrics_tell_of_deliveries_the_queue_and_connections(db: Database) -> None:
    async with door_to(db) as door:
        await door.deliver(delivery(change("18100000000000001")))
        await door.post(b"{}", [])
    async with inside(db) as door:
        answer = await door.get("/metrics", headers=bearer())

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    lines = answer.text.splitlines()
    for status in ("200", "401"):
        assert any(line.startswith(f'insta_webhook_requests_total{{result="{status}"}}') for line in lines)
    assert any(line.startswith('insta_queue_oldest_age_seconds{step="ingest"}') for line in lines)
    assert any(line.startswith("insta_db_pool_in_use ") for line in lines)
    assert "18100000000000001" not in answer.text


async def test_metrics_are_served_while_the_database_is_away(database_url: str, db: Database) -> None:
    async with db.transaction() as tx:
        tx.enqueue(Job(Step.SWEEP))
    async with cable_to(database_url) as cable:
        far = Database(cable.url)
        async with inside(far) as door:
            assert 'step="sweep"' in (await door.get("/metrics", headers=bearer())).text
            await cable.pull()
            answer = await door.get("/metrics", headers=bearer())
        await far.close()

    assert answer.status == 200
    assert "insta_webhook_requests" in answer.text
    assert 'step="sweep"' not in answer.text, "an old figure would look like a good one"


async def test_the_overview_counts_rows_by_state(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx)
        await a_comment(tx, account, "1")
        await a_comment(tx, account, "2")
        tx.enqueue(Job(Step.SWEEP), Job(Step.SWEEP))
        await raise_alert(tx, "quarantined", problem="?")
    async with inside(db) as door:
        overview = json.loads((await door.get("/internal/overview", headers=bearer())).text)

    assert overview["states"] == {
        "events": {},
        "comments": {"received": 2},
        "drafts": {},
        "deliveries": {},
        "cards": {},
    }
    assert overview["queue"]["sweep"]["jobs"] == 2
    assert overview["queue"]["sweep"]["oldest_seconds"] >= 0
    assert overview["alerts"] == [{"kind": "quarantined", "count": 1, "severity": "warning"}]


async def test_the_timeline_of_a_comment(db: Database) -> None:
    await a_scene(db)
    async with inside(db) as door:
        known = await door.get("/internal/comments/18100000000000001/timeline", headers=bearer())
        unknown = await door.get("/internal/comments/1/timeline", headers=bearer())

    assert known.status == 200
    assert json.loads(known.text)["state"] == "waiting"
    assert unknown.status == 404


async def test_looking_inside_without_a_database_is_a_clear_503(database_url: str) -> None:
    async with cable_to(database_url) as cable:
        far = Database(cable.url)
        async with inside(far) as door:
            await cable.pull()
            answers = [await door.get(path, headers=bearer()) for path in PRIVATE]
        await far.close()

    assert [answer.status for answer in answers] == [503, 503]
