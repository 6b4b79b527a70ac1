"""A handler raised something that nobody expected: stored, bounded, told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from db.engine import Database
from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import Alert, Comment, Delivery, Draft
from db.queue import Step
from db.repositories import moves
from services.decide.service import Decisions
from services.work.failures import Failures
from tests.building import IVAN, OPTIONS, Scene, a_scene
from tests.services.pipeline import Pipeline

C, D = CommentState, DeliveryState
SECRET = "IGAA-a-token-in-a-message"
MAX = OPTIONS.max_attempts


def an_error() -> KeyError:
    """Raised, so that it has a place."""
    with pytest.raises(KeyError) as raised:
        _fail()
    return raised.value


def _fail() -> None:
    raise KeyError(SECRET)


async def open_alerts(db: Database) -> dict[str, Alert]:
    async with db.transaction() as tx:
        return {alert.kind: alert for alert in (await tx.session.execute(select(Alert))).scalars()}


STEPS = [
    (Step.CLASSIFY, C.CLASSIFYING, C.RECEIVED),
    (Step.ANSWER, C.ANSWERING, C.CLASSIFIED),
]


@pytest.mark.parametrize(("step", "working", "before"), STEPS)
async def test_a_comments_step_is_tried_again_within_bounds_and_then_shown(
    pipeline: Pipeline, step: Step, working: CommentState, before: CommentState
) -> None:
    failures = Failures(pipeline.db, OPTIONS)
    comment = await pipeline.comment(state=before)
    for attempt in range(1, MAX):
        async with pipeline.db.transaction() as tx:
            assert await moves.claim(tx.session, Comment, comment.id, working, lease=OPTIONS.lease)
        await failures(step, comment.id, an_error())
        now = await pipeline.now(comment)
        assert (now.state, now.attempts, now.error) == (before, attempt, "KeyError")
        assert now.next_attempt_at is not None
        assert now.next_attempt_at > datetime.now(UTC)
        assert now.lease_until is None
        assert step.value in await pipeline.jobs()
        await pipeline.due()
    async with pipeline.db.transaction() as tx:
        await moves.claim(tx.session, Comment, comment.id, working, lease=OPTIONS.lease)
    await failures(step, comment.id, an_error())
    assert (await pipeline.now(comment)).state is C.FAILED
    draft = await pipeline.draft(comment)
    assert draft is not None
    assert draft.why_no_text == "step_failed"
    assert await pipeline.cards() == 1
    alerts = await pipeline.alerts()
    assert set(alerts) == {"step_failed", "dead_letter"}
    assert alerts["step_failed"].count == MAX  # one message with a counter
    assert alerts["step_failed"].params["place"].startswith("tests.services.work.test_failures:")
    assert SECRET not in str([alert.params for alert in alerts.values()])


async def test_the_same_failure_of_many_comments_is_one_alert(pipeline: Pipeline) -> None:
    failures = Failures(pipeline.db, replace(OPTIONS, max_attempts=1))
    error = an_error()
    for number in range(3):
        comment = await pipeline.comment(instagram_id=str(number))
        async with pipeline.db.transaction() as tx:
            await moves.claim(tx.session, Comment, comment.id, C.CLASSIFYING, lease=OPTIONS.lease)
        await failures(Step.CLASSIFY, comment.id, error)
    alerts = await pipeline.alerts()
    assert {kind: alert.count for kind, alert in alerts.items()} == {"step_failed": 3, "dead_letter": 3}


@pytest.mark.parametrize(("step", "_working", "before"), STEPS)
async def test_a_comment_that_moved_on_is_left_alone(
    pipeline: Pipeline, step: Step, _working: CommentState, before: CommentState
) -> None:
    comment = await pipeline.comment(state=before)
    await Failures(pipeline.db, OPTIONS)(step, comment.id, an_error())
    now = await pipeline.now(comment)
    assert (now.state, now.error) == (before, None)
    assert set(await pipeline.alerts()) == {"step_failed"}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("row", [None, 999_999])
async def test_a_failure_about_nothing_raises_nothing(db: Database, step: Step, row: int | None) -> None:
    await Failures(db, OPTIONS)(step, row, an_error())
    alerts = await open_alerts(db)
    assert set(alerts) <= {"step_failed"}


@pytest.mark.parametrize(
    "step",
    [Step.INGEST, Step.RENDER_CARD, Step.RENDER_ALERT, Step.TELEGRAM_UPDATE, Step.SWEEP, Step.CHECK_TOKENS],
)
async def test_other_steps_are_told_and_found_by_the_sweep(db: Database, step: Step) -> None:
    await Failures(db, OPTIONS)(step, 1, ValueError("never raised"))
    alert = (await open_alerts(db))["step_failed"]
    assert alert.params == {"step": step.value, "error": "ValueError", "place": "?"}


async def test_a_database_that_is_away_raises_nothing(db: Database) -> None:
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nowhere")
    await Failures(gone, OPTIONS)(Step.CLASSIFY, 1, an_error())
    await gone.close()


# Regenerating


async def regenerating(db: Database, attempts: int, *, escalated: bool = False) -> Scene:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await tx.session.execute(
            update(Draft).values(
                state=DraftState.REGENERATING,
                attempts=attempts,
                lease_token=1,
                lease_until=func.now() + timedelta(minutes=1),
                escalated_at=func.now() if escalated else None,
            )
        )
    return scene


async def draft_of(db: Database, scene: Scene) -> Draft:
    async with db.transaction() as tx:
        return (await tx.session.execute(select(Draft).where(Draft.id == scene.draft.id))).scalar_one()


async def test_a_regeneration_is_tried_again(db: Database) -> None:
    scene = await regenerating(db, 1)
    await Failures(db, OPTIONS)(Step.REGENERATE, scene.draft.id, an_error())
    draft = await draft_of(db, scene)
    assert (draft.state, draft.error, draft.lease_until) == (DraftState.REGENERATING, "KeyError", None)
    assert draft.next_attempt_at is not None


@pytest.mark.parametrize(("escalated", "state"), [(False, "pending"), (True, "escalated")])
async def test_a_regeneration_that_keeps_failing_gives_the_old_text_back(
    db: Database, escalated: bool, state: str
) -> None:
    scene = await regenerating(db, MAX, escalated=escalated)
    await Failures(db, OPTIONS)(Step.REGENERATE, scene.draft.id, an_error())
    draft = await draft_of(db, scene)
    assert (draft.state, draft.version, draft.error) == (state, 1, "KeyError")


async def test_a_draft_that_is_not_regenerating_is_left_alone(db: Database) -> None:
    scene = await a_scene(db)
    await Failures(db, OPTIONS)(Step.REGENERATE, scene.draft.id, an_error())
    assert (await draft_of(db, scene)).error is None


# Delivering


async def sending(db: Database, effect: Effect = Effect.REPLY, **values: object) -> Delivery:
    scene = await a_scene(db)
    decisions = Decisions(OPTIONS, b"key")
    async with db.transaction() as tx:
        if effect is Effect.REPLY:
            await decisions.approve(tx, IVAN, scene.draft.id, 1)
        else:
            await decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=True)
        await tx.session.execute(update(Delivery).values(state=D.SENDING, lease_token=1, **values))
        return (await tx.session.execute(select(Delivery))).scalar_one()


async def delivered(db: Database) -> Delivery:
    async with db.transaction() as tx:
        return (await tx.session.execute(select(Delivery))).scalar_one()


@pytest.mark.parametrize("doubtful", [False, True])
async def test_a_delivery_is_tried_again_with_its_doubt(db: Database, doubtful: bool) -> None:
    started = datetime.now(UTC) if doubtful else None
    delivery = await sending(db, attempts=MAX - 1, request_started_at=started)
    await Failures(db, OPTIONS)(Step.DELIVER, delivery.id, an_error())
    now = await delivered(db)
    assert (now.state, now.error, now.request_started_at) == (D.PLANNED, "KeyError", started)
    assert now.next_attempt_at is not None


@pytest.mark.parametrize(
    ("effect", "doubtful", "state", "alert"),
    [
        (Effect.REPLY, False, D.FAILED, "delivery_failed"),
        (Effect.REPLY, True, D.UNCERTAIN, "delivery_uncertain"),
        (Effect.HIDE, True, D.FAILED, "delivery_failed"),
    ],
)
async def test_a_delivery_that_keeps_failing_ends_before_people(
    db: Database, effect: Effect, doubtful: bool, state: DeliveryState, alert: str
) -> None:
    started = datetime.now(UTC) if doubtful else None
    delivery = await sending(db, effect, attempts=MAX, request_started_at=started)
    await Failures(db, OPTIONS)(Step.DELIVER, delivery.id, an_error())
    now = await delivered(db)
    assert (now.state, now.error) == (state, "KeyError")
    assert set(await open_alerts(db)) == {"step_failed", alert}


async def test_looks_for_our_words_are_no_failed_attempts(db: Database) -> None:
    delivery = await sending(db, attempts=MAX + 4, reads=5, request_started_at=datetime.now(UTC))
    await Failures(db, OPTIONS)(Step.DELIVER, delivery.id, an_error())
    assert (await delivered(db)).state is D.PLANNED


async def test_a_delivery_that_is_not_being_sent_is_left_alone(db: Database) -> None:
    delivery = await sending(db)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=D.SENT))
    await Failures(db, OPTIONS)(Step.DELIVER, delivery.id, an_error())
    assert (await delivered(db)).state is D.SENT
