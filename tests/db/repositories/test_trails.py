"""Looking back: the timeline of a comment, and the trail of everything."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from db.engine import Database
from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.models import Comment, Delivery
from db.models.decision import Action
from db.models.draft import DraftOrigin
from db.models.event import EventState
from db.models.llm_call import CallOutcome, Purpose
from db.repositories import audit, calls, cards, deliveries, drafts, inbox, knowledge, moves, timelines
from services.alerts import raise_alert
from tests.building import CHAT_ID, IVAN, OLGA, OPTIONS, Scene, a_comment, a_scene

WORDS = "Свеча «Прованс» стоит 1 290 ₽."
CUSTOMER = "Сколько стоит свеча «Прованс»?"


def sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


async def a_history(db: Database) -> Scene:
    """An arrival, a call, an edit, an approval, a reply; beside them a dead letter and a stranger's press."""
    scene = await a_scene(db, text=WORDS)
    async with db.transaction() as tx:
        (event,) = await inbox.add(
            tx.session,
            [
                {
                    "identity": f"comment:{scene.comment.instagram_id}",
                    "account_instagram_id": scene.account.instagram_id,
                    "field": "comments",
                    "payload": {"text": CUSTOMER},
                    "state": EventState.RECEIVED,
                }
            ],
        )
        await inbox.settle(tx.session, event.id, EventState.PROCESSED, comment_id=scene.comment.id)
        await calls.record(
            tx.session,
            account_id=scene.account.id,
            comment_id=scene.comment.id,
            purpose=Purpose.CLASSIFY,
            model="small",
            prompt_version="1",
            latency_ms=12,
            outcome=CallOutcome.OK,
        )
    async with db.transaction() as tx:
        await drafts.add_version(
            tx.session,
            scene.draft,
            2,
            text="1 290 ₽",
            language="ru",
            origin=DraftOrigin.MANAGER,
            manager_id=OLGA.id,
        )
        decision = await drafts.record(
            tx.session,
            scene.draft,
            actor_id=OLGA.id,
            actor_name=OLGA.name,
            action=Action.APPROVE,
            from_state="pending",
            to_state="approved",
            draft_version=2,
        )
    async with db.transaction() as tx:
        planned = await deliveries.plan(
            tx.session,
            account_id=scene.account.id,
            comment_id=scene.comment.id,
            draft_id=scene.draft.id,
            draft_version=2,
            decision_id=decision.id,
            effect=Effect.REPLY,
        )
        assert planned is not None
        claimed = await moves.claim(
            tx.session, Delivery, planned.id, DeliveryState.SENDING, lease=OPTIONS.lease
        )
        assert claimed is not None
        await moves.save(tx.session, claimed, DeliveryState.SENT, external_id="18100000000000009", note="ok")
        await moves.move(tx.session, Comment, scene.comment.id, CommentState.ANSWERED)
    async with db.transaction() as tx:
        other = await a_comment(tx, scene.account, "18100000000000002", state=CommentState.FAILED)
        await drafts.open_for(tx.session, other, why_no_text="step_failed")
        await drafts.record(
            tx.session,
            scene.draft,
            actor_id=IVAN.id,
            actor_name=IVAN.name,
            action=Action.DENIED,
            from_state="approved",
            to_state="approved",
            draft_version=0,
        )
        await raise_alert(tx, "dead_letter", error="TimeoutError")
    return scene


async def trail(db: Database, since: datetime | None = None) -> list[dict[str, Any]]:
    async with db.transaction() as tx:
        return await audit.entries(tx.session, since)


def only(entries: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["type"] == kind]


async def test_a_timeline_tells_in_order_what_happened(db: Database) -> None:
    scene = await a_history(db)
    async with db.transaction() as tx:
        told = await timelines.of(tx.session, scene.comment.instagram_id)
        assert await timelines.of(tx.session, "unknown") is None

    assert told is not None
    assert (told["comment_id"], told["state"]) == (scene.comment.instagram_id, "answered")
    steps = told["steps"]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    assert all(datetime.fromisoformat(step["at"]).utcoffset() == timedelta() for step in steps)
    assert [
        (step["what"], step.get("to") or step.get("action") or step.get("outcome")) for step in steps
    ] == [
        ("comment", "received"),
        ("llm_call", "ok"),
        ("decision", "approve"),
        ("delivery", "sending"),
        ("delivery", "sent"),
        ("comment", "answered"),
        ("decision", "denied"),
    ]
    assert steps[4]["note"] == "ok"
    assert steps[2]["by"] == OLGA.name
    assert steps[1]["model"] == "small"
    assert WORDS not in str(told)
    assert CUSTOMER not in str(told)


async def test_rows_are_counted_by_state(db: Database) -> None:
    await a_history(db)
    async with db.transaction() as tx:
        assert await timelines.states(tx.session) == {
            "events": {"processed": 1},
            "comments": {"answered": 1, "failed": 1},
            "drafts": {"pending": 2},
            "deliveries": {"sent": 1},
            "cards": {"drawn": 1},
        }


async def test_a_card_to_be_redrawn_is_counted_as_stale(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await cards.want(tx.session, scene.draft, CHAT_ID)
        assert (await timelines.states(tx.session))["cards"] == {"stale": 1}


async def test_the_trail_holds_everything_in_time_order(db: Database) -> None:
    scene = await a_history(db)
    entries = await trail(db)

    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    assert {kind: len(only(entries, kind)) for kind in {entry["type"] for entry in entries}} == {
        "event": 1,
        "comment": 2,
        "classification": 1,
        "draft": 3,
        "decision": 2,
        "delivery": 1,
        "alert": 1,
    }
    for entry in entries:
        assert {"type", "id", "comment_id", "account_id", "at", "state"} <= set(entry)
    about = {entry["comment_id"] for entry in entries if entry["type"] != "alert"}
    assert about == {scene.comment.instagram_id, "18100000000000002"}
    owners = {entry["account_id"] for entry in entries if entry["type"] != "alert"}
    assert owners == {scene.account.instagram_id}


async def test_decisions_and_deliveries_prove_which_text_they_mean(db: Database) -> None:
    await a_history(db)
    entries = await trail(db)

    approve, denied = only(entries, "decision")
    assert (approve["action"], approve["actor_id"], approve["draft_version"]) == ("approve", OLGA.id, 2)
    assert approve["text_sha256"] == sha256("1 290 ₽")
    assert (denied["action"], denied["text_sha256"]) == ("denied", None)
    (delivery,) = only(entries, "delivery")
    assert (delivery["effect"], delivery["state"]) == ("reply", "sent")
    assert delivery["external_id"] == "18100000000000009"
    assert delivery["decision_id"] == approve["id"]
    assert delivery["text_sha256"] == approve["text_sha256"]


async def test_every_version_is_in_the_trail_and_so_is_a_card_without_a_text(db: Database) -> None:
    await a_history(db)
    versions = only(await trail(db), "draft")

    assert [(entry["draft_version"], entry.get("text_sha256")) for entry in versions] == [
        (1, sha256(WORDS)),
        (2, sha256("1 290 ₽")),
        (0, None),
    ]


async def test_the_trail_holds_no_texts(db: Database) -> None:
    await a_history(db)

    assert WORDS not in str(await trail(db))
    assert CUSTOMER not in str(await trail(db))


async def test_the_trail_begins_where_it_is_asked_to(db: Database) -> None:
    await a_history(db)
    everything = await trail(db)
    (delivery,) = only(everything, "delivery")
    since = datetime.fromisoformat(delivery["at"])

    assert await trail(db, since) == [entry for entry in everything if entry["at"] >= delivery["at"]]
    assert await trail(db, datetime.now(UTC) + timedelta(minutes=1)) == []


async def test_the_trail_says_who_changed_the_knowledge(db: Database) -> None:
    async with db.transaction() as tx:
        await knowledge.replace(tx.session, None, "prices.csv", "1" * 64, [], {})
        await knowledge.remove(tx.session, None, "prices.csv")
    added, removed = only(await trail(db), "knowledge")

    assert (added["action"], removed["action"]) == ("added", "removed")
    assert (added["name"], added["sha256"], added["actor_id"]) == ("prices.csv", "1" * 64, None)


def test_an_erased_text_has_no_hash() -> None:
    assert audit.sha256_of("Да") == sha256("Да")
    assert audit.sha256_of("") is None
    assert audit.sha256_of(None) is None
