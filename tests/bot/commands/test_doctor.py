"""`/doctor`: everything that a silent death could hide behind, in plain words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Database
from db.life.comment import CommentState
from db.models import Event
from db.models.account import TokenState
from db.models.event import EventState
from db.models.llm_call import CallOutcome, Purpose
from db.repositories import accounts, calls, inbox
from services.doctor import Finding, examine
from tests.bot.builders import IVAN, OLGA, an_account
from tests.bot.conftest import World
from tests.building import a_comment
from tests.building import an_account as connected

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


async def found(db: Database, **values: object) -> dict[str, Finding]:
    """The findings by name, with the account changed as told."""
    async with db.transaction() as tx:
        account = await connected(tx)
        if values:
            await accounts.change(tx.session, account.id, **values)
    async with db.transaction() as tx:
        return {finding.name: finding for finding in await examine(tx.session, NOW)}


async def an_event(db: Database, **values: object) -> None:
    async with db.transaction() as tx:
        given = {"identity": "comment:1", "field": "comments", "payload": {}, "received_at": NOW}
        tx.session.add(Event(**(given | values)))


async def test_without_an_account_it_says_how_to_connect_one(db: Database) -> None:
    async with db.transaction() as tx:
        (finding, *_) = await examine(tx.session, NOW)
    assert (finding.ok, finding.key) == (False, "doctor.no_account")


@pytest.mark.parametrize(
    ("values", "key", "ok"),
    [
        ({"token_expires_at": NOW + timedelta(days=40, minutes=1)}, "doctor.token.days", True),
        ({"token_expires_at": NOW + timedelta(days=14, minutes=1)}, "doctor.token.soon", False),
        ({"token_expires_at": NOW - timedelta(days=1)}, "doctor.token.soon", False),
        ({"token_expires_at": None}, "doctor.token.endless", True),
        ({"token_state": TokenState.INVALID}, "doctor.token.invalid", False),
        ({"token_encrypted": None}, "doctor.token.none", False),
        ({"disconnected_at": NOW}, "doctor.token.none", False),
    ],
    ids=["days", "soon", "over", "endless", "invalid", "none", "disconnected"],
)
async def test_the_token_tells_its_days(db: Database, values: dict[str, object], key: str, ok: bool) -> None:
    finding = (await found(db, **values))["token"]
    assert (finding.key, finding.ok) == (key, ok)


@pytest.mark.parametrize(
    ("values", "key", "ok"),
    [
        ({}, "doctor.subscription.unchecked", True),
        (
            {"subscription_checked_at": NOW, "subscribed_fields": ["messages"]},
            "doctor.subscription.missing",
            False,
        ),
        (
            {"subscription_checked_at": NOW, "subscribed_fields": ["comments"]},
            "doctor.subscription.there",
            True,
        ),
    ],
    ids=["unchecked", "missing", "there"],
)
async def test_a_missing_subscription_is_told(
    db: Database, values: dict[str, object], key: str, ok: bool
) -> None:
    finding = (await found(db, **values))["subscription"]
    assert (finding.key, finding.ok) == (key, ok)


@pytest.mark.parametrize(
    ("at", "key", "ok"),
    [
        (None, "doctor.webhooks.never", True),
        (NOW - timedelta(days=3), "doctor.webhooks.silent", False),
        (NOW - timedelta(hours=3), "doctor.webhooks.fresh", True),
    ],
    ids=["never", "silent", "fresh"],
)
async def test_silence_of_the_webhooks_is_told(db: Database, at: datetime | None, key: str, ok: bool) -> None:
    finding = (await found(db, last_event_at=at))["webhooks"]
    assert (finding.key, finding.ok) == (key, ok)


async def test_the_dashboards_test_is_acknowledged_here(db: Database) -> None:
    await an_event(db, account_instagram_id="0", state=EventState.IGNORED, problem=inbox.TEST)
    finding = (await found(db))["webhook_test"]
    assert finding.values == {"at": NOW, "field": "comments"}


async def test_what_was_set_aside_is_counted(db: Database) -> None:
    await an_event(db, account_instagram_id="999", state=EventState.UNCLAIMED)
    await an_event(db, identity="raw:1", state=EventState.QUARANTINED)
    findings = await found(db)
    assert findings["unknown_account"].values == {"count": 1}
    assert findings["quarantine"].values == {"count": 1}


async def test_stuck_comments_and_a_failing_model_are_told(db: Database) -> None:
    async with db.transaction() as tx:
        account = await connected(tx)
        await a_comment(tx, account, state=CommentState.FAILED)
        await calls.record(
            tx.session,
            account_id=account.id,
            purpose=Purpose.CLASSIFY,
            model="gpt",
            prompt_version="1",
            outcome=CallOutcome.TRANSIENT,
            latency_ms=1,
        )
    findings = await found(db)
    assert findings["dead_letters"].values == {"count": 1}
    assert not findings["model"].ok


async def test_seniors_get_it_in_their_language_and_managers_are_told_whom_to_ask(world: World) -> None:
    await an_account(world.db, world.group)
    sent = await world.write(OLGA, "/doctor", chat_id=OLGA.id)
    await world.pump()
    (answer,) = [one for one in await world.messages(OLGA.id) if one["message_id"] > sent]
    assert "событий от Instagram ещё не было" in answer["text"]
    assert answer["text"].rstrip().endswith("Модель ещё ни о чём не спрашивали.")
    sent = await world.write(IVAN, "/doctor", chat_id=IVAN.id)
    await world.pump()
    (answer,) = [one for one in await world.messages(IVAN.id) if one["message_id"] > sent]
    assert answer["text"] == "🩺 The examination is for seniors and the owner."
