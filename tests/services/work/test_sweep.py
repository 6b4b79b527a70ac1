"""Nothing stays in a working state, and no open row is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from db.engine import Database
from db.life.comment import CommentState
from db.life.draft import DraftState
from db.models import Alert, Card, Comment, Decision, Delivery, Draft, TelegramUpdate
from db.models.decision import Action
from db.queue import Step
from db.repositories import accounts, alerts, comments, inbox, moves, updates
from services.alerts import raise_alert
from services.decide.service import Decisions
from services.opening import dead_letter
from services.work.backoff import backoff
from services.work.sweep import Sweep
from tests.building import IVAN, OPTIONS, Scene, a_scene, an_account
from tests.services.pipeline import ANSWER, READING, Pipeline

C = CommentState
MAX = OPTIONS.max_attempts
PAST = timedelta(seconds=-1)


def a_sweep(db: Database) -> Sweep:
    return Sweep(db, OPTIONS, Decisions(OPTIONS, b"key"))


async def queued(db: Database) -> list[str]:
    async with db.transaction() as tx:
        rows = await tx.session.execute(text("SELECT entrypoint FROM pgqueuer ORDER BY id"))
        return [row[0] for row in rows]


async def forget_jobs(db: Database) -> None:
    """A crash of the queue: every job is lost."""
    async with db.transaction() as tx:
        await tx.session.execute(text("DELETE FROM pgqueuer"))


@pytest.mark.parametrize(
    ("working", "before", "step"),
    [(C.CLASSIFYING, C.RECEIVED, Step.CLASSIFY), (C.ANSWERING, C.CLASSIFIED, Step.ANSWER)],
)
async def test_a_dead_workers_comment_is_returned_and_finished(
    pipeline: Pipeline, working: CommentState, before: CommentState, step: Step
) -> None:
    comment = await pipeline.comment(state=before)
    async with pipeline.db.transaction() as tx:
        assert await moves.claim(tx.session, Comment, comment.id, working, lease=PAST)
    await a_sweep(pipeline.db)()
    returned = await pipeline.now(comment)
    assert (returned.state, returned.attempts, returned.error) == (before, 1, "its worker died")
    assert await pipeline.jobs() == [step.value]
    await pipeline.script(*([READING] if step is Step.CLASSIFY else []), ANSWER)
    await pipeline.classify(comment.id)
    await pipeline.answer(comment.id)
    assert (await pipeline.now(comment)).state is C.WAITING
    assert len(await pipeline.versions(comment)) == 1


@pytest.mark.parametrize(("working", "before"), [(C.CLASSIFYING, C.RECEIVED), (C.ANSWERING, C.CLASSIFIED)])
async def test_a_comment_that_keeps_killing_its_worker_becomes_a_dead_letter(
    pipeline: Pipeline, working: CommentState, before: CommentState
) -> None:
    comment = await pipeline.comment(state=before)
    for _death in range(MAX + 1):
        assert (await pipeline.now(comment)).state is before
        async with pipeline.db.transaction() as tx:
            await moves.claim(tx.session, Comment, comment.id, working, lease=PAST)
        await a_sweep(pipeline.db)()
    assert (await pipeline.now(comment)).state is C.FAILED
    assert await pipeline.cards() == 1
    assert set(await pipeline.alerts()) == {"dead_letter"}


@pytest.mark.parametrize(("state", "step"), [(C.RECEIVED, Step.CLASSIFY), (C.CLASSIFIED, Step.ANSWER)])
async def test_an_open_comment_without_a_job_gets_one(
    pipeline: Pipeline, state: CommentState, step: Step
) -> None:
    comment = await pipeline.comment(state=state)
    await a_sweep(pipeline.db)()
    await a_sweep(pipeline.db)()  # one job is enough
    assert await pipeline.jobs() == [step.value]
    async with pipeline.db.transaction() as tx:
        later = datetime.now(UTC) + timedelta(minutes=1)
        await tx.session.execute(update(Comment).values(next_attempt_at=later))
    await forget_jobs(pipeline.db)
    await a_sweep(pipeline.db)()
    assert await pipeline.jobs() == []  # not before its time
    assert (await pipeline.now(comment)).state is state


async def test_a_living_workers_comment_is_left_alone(pipeline: Pipeline) -> None:
    comment = await pipeline.comment()
    async with pipeline.db.transaction() as tx:
        await moves.claim(tx.session, Comment, comment.id, C.CLASSIFYING, lease=OPTIONS.lease)
    await a_sweep(pipeline.db)()
    assert (await pipeline.now(comment)).state is C.CLASSIFYING
    assert await pipeline.jobs() == []


async def regenerating(db: Database, **values: Any) -> Scene:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await tx.session.execute(update(Draft).values(state=DraftState.REGENERATING, **values))
    return scene


async def draft_of(db: Database, scene: Scene) -> Draft:
    async with db.transaction() as tx:
        return (await tx.session.execute(select(Draft).where(Draft.id == scene.draft.id))).scalar_one()


async def test_an_abandoned_regeneration_gets_another_job(db: Database) -> None:
    scene = await regenerating(db, lease_until=datetime.now(UTC) + PAST, attempts=MAX)
    await a_sweep(db)()
    assert "regenerate" in await queued(db)
    assert (await draft_of(db, scene)).state is DraftState.REGENERATING


@pytest.mark.parametrize("values", [{"lease_until": 60}, {"next_attempt_at": 60}])
async def test_a_regeneration_in_good_hands_or_not_due_is_left_alone(
    db: Database, values: dict[str, int]
) -> None:
    later = {name: datetime.now(UTC) + timedelta(seconds=seconds) for name, seconds in values.items()}
    await regenerating(db, **later)
    await a_sweep(db)()
    assert "regenerate" not in await queued(db)


@pytest.mark.parametrize("escalated", [False, True])
async def test_a_regeneration_that_keeps_killing_its_worker_gives_the_old_text_back(
    db: Database, escalated: bool
) -> None:
    when = datetime.now(UTC)
    scene = await regenerating(
        db, lease_until=when + PAST, attempts=MAX + 1, escalated_at=when if escalated else None
    )
    await a_sweep(db)()
    draft = await draft_of(db, scene)
    assert draft.state is (DraftState.ESCALATED if escalated else DraftState.PENDING)
    assert draft.version == 1
    assert "render_card" in await queued(db)


async def test_an_editor_who_fell_silent_loses_the_lease(db: Database) -> None:
    scene = await a_scene(db, draft_values={"claimed_by": IVAN.id, "claim_until": datetime.now(UTC) + PAST})
    await a_sweep(db)()
    draft = await draft_of(db, scene)
    assert (draft.claimed_by, draft.claim_until) == (None, None)
    async with db.transaction() as tx:
        [decision] = (await tx.session.execute(select(Decision))).scalars()
    assert (decision.action, decision.actor_id, decision.reason) == (
        Action.RELEASE,
        None,
        "silent for too long",
    )
    assert "render_card" in await queued(db)


async def test_a_due_delivery_without_a_job_gets_one(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await Decisions(OPTIONS, b"key").approve(tx, IVAN, scene.draft.id, 1)
    await forget_jobs(db)
    await a_sweep(db)()
    assert "deliver" not in await queued(db)  # the undo window is open
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(send_after=func.now()))
    await a_sweep(db)()
    await a_sweep(db)()
    assert (await queued(db)).count("deliver") == 1


async def test_stale_cards_alerts_and_stored_updates_are_woken(db: Database) -> None:
    await a_scene(db)
    async with db.transaction() as tx:
        await tx.session.execute(update(Card).values(wanted_rev=7))
        await raise_alert(tx, "llm_down")
        await updates.add(tx.session, [{"update_id": 1}, {"update_id": 2}])
        old = datetime.now(UTC) - timedelta(minutes=1)
        await tx.session.execute(update(TelegramUpdate).where(TelegramUpdate.id == 1).values(created_at=old))
    await forget_jobs(db)
    await a_sweep(db)()
    assert sorted(await queued(db)) == ["render_alert", "render_card", "telegram_update"]


async def test_a_waiting_inbox_is_woken(db: Database) -> None:
    await a_sweep(db)()
    assert await queued(db) == []
    async with db.transaction() as tx:
        await inbox.add(
            tx.session, [{"identity": "1", "field": "comments", "payload": {}, "account_instagram_id": "1"}]
        )
    await a_sweep(db)()
    assert await queued(db) == ["ingest"]


@pytest.mark.parametrize(("attempt", "least"), [(0, 1), (1, 1), (2, 4), (3, 16), (4, 64), (5, 256), (6, 300)])
def test_pauses_grow_up_to_a_bound_and_differ(attempt: int, least: int) -> None:
    pauses = {backoff(attempt).total_seconds() for _draw in range(50)}
    assert all(least <= pause <= least * 1.25 for pause in pauses)
    assert len(pauses) > 1


def test_a_huge_number_of_attempts_is_no_huge_number() -> None:
    assert backoff(400) <= timedelta(seconds=375)


async def test_a_comment_that_failed_in_an_outage_is_tried_again_later(pipeline: Pipeline) -> None:
    comment = await pipeline.comment(state=C.FAILED, next_attempt_at=datetime.now(UTC) + PAST)
    async with pipeline.db.transaction() as tx:
        account = await accounts.get(tx.session, comment.account_id)
        await dead_letter(tx, comment, account, Step.CLASSIFY, "no answer", "transient")
    await a_sweep(pipeline.db)()
    assert (await pipeline.now(comment)).state is C.RECEIVED
    assert Step.CLASSIFY.value in await pipeline.jobs()


@pytest.mark.parametrize("touched", [{"version": 1}, {"claimed_by": IVAN.id}, {"state": DraftState.REJECTED}])
async def test_what_a_person_has_touched_is_not_tried_again(db: Database, touched: dict[str, Any]) -> None:
    failed = {"state": C.FAILED, "next_attempt_at": datetime.now(UTC) + PAST}
    scene = await a_scene(db, text=None, comment_values=failed, draft_values=touched)
    await a_sweep(db)()
    async with db.transaction() as tx:
        assert (await comments.get(tx.session, scene.comment.id)).state is C.FAILED


async def test_alerts_end_when_their_cause_is_gone_or_has_not_come_back_for_an_hour(db: Database) -> None:
    async with db.transaction() as tx:
        for kind in ("dead_letter", "delivery_uncertain", "quarantined", "step_failed", "llm_down"):
            await raise_alert(tx, kind)
    await a_sweep(db)()
    async with db.transaction() as tx:
        left = {alert.kind for alert in await alerts.open_alerts(tx.session)}
        assert left == {"quarantined", "step_failed", "llm_down"}
        await tx.session.execute(update(Alert).values(last_at=func.now() - timedelta(hours=2)))
    await a_sweep(db)()
    async with db.transaction() as tx:
        assert {alert.kind for alert in await alerts.open_alerts(tx.session)} == {"llm_down"}


async def test_the_dead_letters_of_one_account_keep_no_alert_of_another(db: Database) -> None:
    scene = await a_scene(db, comment_values={"state": C.FAILED})
    async with db.transaction() as tx:
        other = await an_account(tx, "17841400000000002")
        for account in (scene.account, other):
            await raise_alert(tx, "dead_letter", str(account.id), account_id=account.id)
    await a_sweep(db)()
    async with db.transaction() as tx:
        assert [alert.account_id for alert in await alerts.open_alerts(tx.session)] == [scene.account.id]


async def test_a_pause_of_sending_ends_by_itself(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await accounts.pause_sending(tx.session, scene.account.id, datetime.now(UTC) + PAST)
        await raise_alert(tx, "sending_paused", scene.account.instagram_id)
    await a_sweep(db)()
    async with db.transaction() as tx:
        assert (await accounts.get(tx.session, scene.account.id)).sending_paused_until is None
        assert await alerts.open_alerts(tx.session) == []
