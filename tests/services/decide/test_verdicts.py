"""Yes, no, somebody else, not any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from db.engine import Database
from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import Decision, Delivery
from db.models.comment import CommentKind
from db.repositories import comments, deliveries, moves
from services.alerts import raise_alert
from services.decide.outcome import Result
from services.decide.service import ReplyAlreadyLive
from services.deliver.channel import Unit, effect_of
from tests.building import ANNA, IVAN, OLGA, Scene, a_scene
from tests.services.decide.conftest import Office


async def state_of(office: Office, scene: Scene) -> CommentState:
    async with office.db.transaction() as tx:
        return (await comments.get(tx.session, scene.comment.id)).state


async def test_an_approval_plans_exactly_the_approved_words_after_the_undo_window(
    db: Database, office: Office
) -> None:
    scene = await a_scene(db)
    before = datetime.now(UTC)
    outcome = await office.press("approve", IVAN, scene.draft)
    assert outcome.done
    assert outcome.draft is not None
    assert (outcome.draft.decided_by, outcome.draft.state) == (IVAN.id, DraftState.APPROVED)
    [delivery] = await office.deliveries(scene.draft)
    assert (delivery.state, delivery.effect) == (DeliveryState.PLANNED, Effect.REPLY)
    assert delivery.draft_version == 1
    assert delivery.send_after >= before + timedelta(seconds=10)
    assert await office.jobs("deliver") == 1
    assert await office.jobs("render_card") == 1
    async with db.transaction() as tx:
        [decision] = (await tx.session.execute(select(Decision))).scalars()
        assert decision.id == delivery.decision_id
        assert (decision.actor_id, decision.draft_version) == (IVAN.id, 1)
        assert decision.text_hash is not None
        assert "Прованс" not in decision.text_hash
        assert await deliveries.text_of(tx.session, delivery) == "Свеча «Прованс» стоит 1 290 ₽."


async def test_a_flagged_text_needs_a_second_tap(db: Database, office: Office) -> None:
    scene = await a_scene(db, flags=[{"check": "price", "found": "1 290 ₽"}])
    first = await office.press("approve", IVAN, scene.draft)
    assert first.result is Result.CONFIRM
    assert await office.deliveries(scene.draft) == []
    assert (await office.draft(scene.draft)).state is DraftState.PENDING
    assert (await office.press("approve", IVAN, scene.draft, confirmed=True)).done
    assert len(await office.deliveries(scene.draft)) == 1


async def test_the_second_tap_is_not_offered_for_what_is_decided_or_stale(
    db: Database, office: Office
) -> None:
    scene = await a_scene(db, flags=[{"check": "price", "found": "1 290 ₽"}])
    await office.press("reject", OLGA, scene.draft, "wrong facts")
    assert (await office.press("approve", IVAN, scene.draft)).result is Result.DECIDED
    other = await a_scene(db, instagram_id="2", flags=[{"check": "price", "found": "1 290 ₽"}])
    await office.press("edit", OLGA, other.draft, "Иначе")
    assert (await office.press("approve", IVAN, other.draft)).result is Result.STALE


async def test_there_is_nothing_to_approve_without_a_text(db: Database, office: Office) -> None:
    scene = await a_scene(db, text=None)
    assert (await office.press("approve", IVAN, scene.draft)).result is Result.NO_TEXT
    assert await office.deliveries(scene.draft) == []


@pytest.mark.parametrize("kind", CommentKind)
async def test_every_kind_is_answered_by_its_own_effect(
    db: Database, office: Office, kind: CommentKind
) -> None:
    scene = await a_scene(db, comment_values={"kind": kind})
    assert (await office.press("approve", IVAN, scene.draft)).done
    [delivery] = await office.deliveries(scene.draft)
    assert delivery.effect is effect_of(kind)


@pytest.mark.parametrize("kind", [CommentKind.MESSAGE, CommentKind.LIVE_COMMENT])
async def test_what_instagram_takes_no_answer_to_stays_with_the_managers(
    db: Database, office: Office, kind: CommentKind
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=8)
    scene = await a_scene(db, comment_values={"kind": kind, "written_at": long_ago})
    outcome = await office.press("approve", IVAN, scene.draft)
    assert outcome.result is Result.WINDOW_CLOSED
    assert (await office.draft(scene.draft)).state is DraftState.PENDING
    assert await office.deliveries(scene.draft) == []
    assert await office.decided(scene.draft) == []
    await office.press("reject", OLGA, scene.draft, "elsewhere")
    assert (await office.press("approve", IVAN, scene.draft)).result is Result.DECIDED


async def test_a_text_that_the_channel_does_not_take_cannot_be_approved(db: Database, office: Office) -> None:
    scene = await a_scene(db, text="я" * 600, comment_values={"kind": CommentKind.MESSAGE})
    outcome = await office.press("approve", IVAN, scene.draft, confirmed=True)
    assert (outcome.result, outcome.length, outcome.longest) == (Result.LONG_TEXT, 1200, 1000)
    assert outcome.unit is Unit.BYTES
    assert await office.deliveries(scene.draft) == []
    other = await a_scene(db, instagram_id="2", text="я" * 600)
    assert (await office.press("approve", IVAN, other.draft)).done


@pytest.mark.parametrize("action", ["approve", "reject", "escalate"])
async def test_an_editing_colleague_stops_managers_but_not_seniors(
    db: Database, office: Office, action: str
) -> None:
    words = ["wrong facts"] if action == "reject" else []
    scene = await a_scene(db)
    await office.press("claim", IVAN, scene.draft)
    refused = await office.press(action, ANNA, scene.draft, *words)
    assert (refused.result, refused.by) == (Result.CLAIMED, IVAN.name)
    assert refused.until is not None
    assert refused.until > datetime.now(UTC)
    assert (await office.press(action, OLGA, scene.draft, *words)).done
    assert (await office.draft(scene.draft)).claimed_by is None


async def test_the_editor_may_approve_without_giving_the_lease_back(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("claim", IVAN, scene.draft)
    assert (await office.press("approve", IVAN, scene.draft)).done


async def test_an_expired_editing_lease_stops_nobody(db: Database, office: Office) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    scene = await a_scene(db, draft_values={"claimed_by": IVAN.id, "claim_until": past})
    assert (await office.press("approve", ANNA, scene.draft)).done


async def test_a_second_live_reply_rolls_everything_back(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:  # as if the draft had come back while its reply was live
        scene.draft.state = DraftState.APPROVED
        await moves.move(tx.session, type(scene.draft), scene.draft.id, DraftState.PENDING)
    before = await office.draft(scene.draft)
    with pytest.raises(ReplyAlreadyLive, match="has a reply"):
        await office.press("approve", ANNA, scene.draft)
    after = await office.draft(scene.draft)
    assert (after.state, after.rev, after.decided_by) == (before.state, before.rev, before.decided_by)
    assert await office.decided(scene.draft) == ["approve"]
    assert len(await office.deliveries(scene.draft)) == 1


@pytest.mark.parametrize("state", ["planned", "sending", "sent", "uncertain"])
async def test_the_database_itself_holds_one_live_reply_per_comment(
    db: Database, office: Office, state: str
) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    [first] = await office.deliveries(scene.draft)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=state))
    async with db.transaction() as tx:
        second = await deliveries.plan(
            tx.session,
            account_id=first.account_id,
            comment_id=first.comment_id,
            draft_id=first.draft_id,
            draft_version=1,
            decision_id=first.decision_id,
            effect=Effect.REPLY,
        )
        assert second is None
        assert await tx.session.scalar(select(func.count()).select_from(Delivery)) == 1


async def test_undo_before_the_reply_leaves_brings_the_draft_back(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    assert (await office.press("undo", ANNA, scene.draft)).done
    draft = await office.draft(scene.draft)
    assert (draft.state, draft.decided_by, draft.decided_at) == (DraftState.PENDING, None, None)
    assert [one.state for one in await office.deliveries(scene.draft)] == [DeliveryState.CANCELLED]
    assert (await office.press("approve", ANNA, scene.draft)).done
    assert [one.state for one in await office.deliveries(scene.draft)] == [
        DeliveryState.CANCELLED,
        DeliveryState.PLANNED,
    ]
    assert await office.decided(scene.draft) == ["approve", "undo", "approve"]


async def test_undo_of_an_escalated_draft_leaves_it_escalated(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("escalate", IVAN, scene.draft)
    await office.press("approve", OLGA, scene.draft)
    await office.press("undo", OLGA, scene.draft)
    assert (await office.draft(scene.draft)).state is DraftState.ESCALATED


@pytest.mark.parametrize("state", ["sending", "sent", "uncertain"])
async def test_undo_after_the_reply_left_is_too_late(db: Database, office: Office, state: str) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=state))
    outcome = await office.press("undo", IVAN, scene.draft)
    assert (outcome.result, outcome.by) == (Result.TOO_LATE, IVAN.name)
    assert (await office.draft(scene.draft)).state is DraftState.APPROVED


async def test_undo_is_too_late_while_it_is_doubtful_whether_the_reply_left(
    db: Database, office: Office
) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(request_started_at=func.now()))
    assert (await office.press("undo", IVAN, scene.draft)).result is Result.TOO_LATE
    assert [one.state for one in await office.deliveries(scene.draft)] == [DeliveryState.PLANNED]


async def test_undo_of_a_draft_that_was_settled_meanwhile_tells_so(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:
        await moves.move(tx.session, type(scene.draft), scene.draft.id, DraftState.DONE)
    assert (await office.press("undo", ANNA, scene.draft)).result is Result.DECIDED


async def test_a_rejection_closes_the_comment_and_can_be_reopened(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    assert (await office.press("reject", IVAN, scene.draft, "rude")).done
    assert (await office.draft(scene.draft)).reason == "rude"
    assert await state_of(office, scene) is CommentState.CLOSED
    assert (await office.press("reopen", ANNA, scene.draft)).done
    draft = await office.draft(scene.draft)
    assert (draft.state, draft.reason, draft.decided_by) == (DraftState.PENDING, None, None)
    assert await state_of(office, scene) is CommentState.WAITING


async def test_an_escalation_remembers_to_whom(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    assert (await office.press("escalate", IVAN, scene.draft, OLGA.id)).done
    draft = await office.draft(scene.draft)
    assert (draft.state, draft.escalated_to) == (DraftState.ESCALATED, OLGA.id)
    assert draft.escalated_at is not None


async def test_done_elsewhere_waits_until_nothing_is_on_its_way(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    assert (await office.press("done", ANNA, scene.draft)).result is Result.DECIDED
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=DeliveryState.FAILED))
        await raise_alert(tx, "delivery_failed", str(scene.draft.id))
    assert (await office.press("done", ANNA, scene.draft)).done
    assert await state_of(office, scene) is CommentState.CLOSED
    assert await office.open_alerts("delivery_failed") == 0


async def test_a_decision_is_made_although_the_account_has_no_chat(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        account = await tx.session.merge(scene.account)
        account.chat_id = None
    assert (await office.press("reject", IVAN, scene.draft, "rude")).done
    assert await office.jobs("render_card") == 0
