"""Hide, show, try again, and what became of an uncertain reply."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from db.engine import Database
from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.models import Comment, Delivery
from db.models.comment import CommentKind
from db.repositories import comments
from services.alerts import raise_alert
from services.decide.outcome import Outcome, Result
from services.decide.service import ReplyAlreadyLive
from tests.building import ANNA, IVAN, Scene, a_scene
from tests.services.decide.conftest import Office


async def an_uncertain_reply(db: Database, office: Office) -> Scene:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=DeliveryState.UNCERTAIN))
        await raise_alert(tx, "delivery_uncertain")
    return scene


async def states(office: Office, scene: Scene) -> list[DeliveryState]:
    return [one.state for one in await office.deliveries(scene.draft)]


async def test_hide_and_unhide_alternate_one_at_a_time(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    assert (await office.press("set_hidden", IVAN, scene.draft, hidden=False)).result is Result.REPEATED
    assert (await office.press("set_hidden", IVAN, scene.draft, hidden=True)).done
    assert (await office.press("set_hidden", ANNA, scene.draft, hidden=True)).result is Result.NOT_NOW
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=DeliveryState.SENT))
        await comments.set_hidden(tx.session, scene.comment.id, hidden=True)
    assert (await office.press("set_hidden", IVAN, scene.draft, hidden=True)).result is Result.REPEATED
    assert (await office.press("set_hidden", IVAN, scene.draft, hidden=False)).done
    assert [one.effect for one in await office.deliveries(scene.draft)] == [Effect.HIDE, Effect.UNHIDE]
    assert await office.decided(scene.draft) == ["hide", "unhide"]
    assert await office.jobs("deliver") == 2


async def test_a_failed_delivery_is_tried_again_once(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=DeliveryState.FAILED))
        await raise_alert(tx, "delivery_failed", str(scene.draft.id))
    assert (await office.press("retry", ANNA, scene.draft)).done
    assert await states(office, scene) == [DeliveryState.FAILED, DeliveryState.PLANNED]
    assert await office.open_alerts("delivery_failed") == 0
    assert (await office.press("retry", ANNA, scene.draft)).result is Result.DECIDED
    assert len(await office.deliveries(scene.draft)) == 2


async def test_two_retries_at_once_plan_one_reply(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=DeliveryState.FAILED))
    results = await asyncio.gather(
        office.press("retry", IVAN, scene.draft),
        office.press("retry", ANNA, scene.draft),
        return_exceptions=True,
    )
    lost = [one for one in results if not (isinstance(one, Outcome) and one.done)]
    assert len(lost) == 1
    told = isinstance(lost[0], Outcome) and lost[0].result is Result.DECIDED
    assert told or isinstance(lost[0], ReplyAlreadyLive)
    assert len(await office.deliveries(scene.draft)) == 2


async def test_a_dead_letter_starts_anew(db: Database, office: Office) -> None:
    scene = await a_scene(
        db, text=None, comment_values={"state": CommentState.FAILED, "attempts": 5, "error": "KeyError"}
    )
    assert (await office.press("retry", IVAN, scene.draft)).done
    async with db.transaction() as tx:
        comment = await comments.get(tx.session, scene.comment.id)
    assert (comment.state, comment.attempts, comment.error) == (CommentState.RECEIVED, 0, None)
    assert await office.jobs("classify") == 1


async def test_what_a_person_saw_on_instagram_counts_as_sent(db: Database, office: Office) -> None:
    scene = await an_uncertain_reply(db, office)
    assert (await office.press("was_sent", ANNA, scene.draft)).done
    assert await states(office, scene) == [DeliveryState.SENT]
    async with db.transaction() as tx:
        assert (await comments.get(tx.session, scene.comment.id)).state is CommentState.ANSWERED
    assert await office.open_alerts("delivery_uncertain") == 0
    assert (await office.press("was_sent", IVAN, scene.draft)).result is Result.DECIDED
    assert (await office.press("send_again", IVAN, scene.draft)).result is Result.DECIDED


async def test_what_a_person_did_not_find_is_sent_again(db: Database, office: Office) -> None:
    scene = await an_uncertain_reply(db, office)
    assert (await office.press("send_again", ANNA, scene.draft)).done
    assert await states(office, scene) == [DeliveryState.FAILED, DeliveryState.PLANNED]
    assert await office.open_alerts("delivery_uncertain") == 0
    assert (await office.press("send_again", IVAN, scene.draft)).result is Result.DECIDED
    assert len(await office.deliveries(scene.draft)) == 2


async def test_two_verdicts_about_an_uncertain_reply_at_once_make_one(db: Database, office: Office) -> None:
    for number in range(20):
        scene = await a_scene(db, instagram_id=f"1860000000000{number:04}")
        await office.press("approve", IVAN, scene.draft)
        async with db.transaction() as tx:
            await tx.session.execute(
                update(Delivery)
                .where(Delivery.draft_id == scene.draft.id)
                .values(state=DeliveryState.UNCERTAIN)
            )
        seen, again = await asyncio.gather(
            office.press("was_sent", IVAN, scene.draft), office.press("send_again", ANNA, scene.draft)
        )
        assert {seen.done, again.done} == {True, False}
        expected = [DeliveryState.SENT] if seen.done else [DeliveryState.FAILED, DeliveryState.PLANNED]
        assert await states(office, scene) == expected


@pytest.mark.parametrize("action", ["was_sent", "send_again"])
async def test_a_verdict_about_an_uncertain_reply_may_come_too_late(
    db: Database, office: Office, action: str
) -> None:
    """The reply came back by webhook after the card was drawn: the guarded statement refuses."""
    scene = await an_uncertain_reply(db, office)
    async with db.transaction() as other:
        await other.session.execute(update(Delivery).values(state=DeliveryState.SENT))
        await other.session.flush()
        late = asyncio.create_task(office.press(action, IVAN, scene.draft))
        await waiting_for_a_lock(db)
    assert (await late).result is Result.DECIDED
    assert await states(office, scene) == [DeliveryState.SENT]


async def test_send_again_beside_a_live_reply_changes_nothing(db: Database, office: Office) -> None:
    """Retry of a failed reply whose comment has a live one of another making."""
    scene = await an_uncertain_reply(db, office)
    await office.press("send_again", ANNA, scene.draft)
    [failed, live] = await office.deliveries(scene.draft)
    async with db.transaction() as tx:  # as if the live one were older: a lost race in the ledger
        await tx.session.execute(update(Delivery).where(Delivery.id == failed.id).values(id=live.id + 1))
    with pytest.raises(ReplyAlreadyLive):
        await office.press("retry", IVAN, scene.draft)
    assert await office.decided(scene.draft) == ["approve", "send_again"]


@pytest.mark.parametrize(("action", "state"), [("retry", "failed"), ("send_again", "uncertain")])
async def test_nothing_is_sent_again_when_the_window_has_closed(
    db: Database, office: Office, action: str, state: str
) -> None:
    scene = await a_scene(db, comment_values={"kind": CommentKind.MESSAGE})
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=state))
        long_ago = datetime.now(UTC) - timedelta(days=2)
        await tx.session.execute(update(Comment).values(written_at=long_ago))
    assert (await office.press(action, ANNA, scene.draft)).result is Result.WINDOW_CLOSED
    assert [one.value for one in await states(office, scene)] == [state]
    assert await office.decided(scene.draft) == ["approve"]


async def test_two_retries_of_a_message_at_once_plan_one(db: Database, office: Office) -> None:
    for number in range(20):
        scene = await a_scene(
            db, instagram_id=f"187000000000{number:04}", comment_values={"kind": CommentKind.MESSAGE}
        )
        await office.press("approve", IVAN, scene.draft)
        async with db.transaction() as tx:
            await tx.session.execute(update(Delivery).values(state=DeliveryState.FAILED))
        await asyncio.gather(
            office.press("retry", IVAN, scene.draft),
            office.press("retry", ANNA, scene.draft),
            return_exceptions=True,
        )
        assert await states(office, scene) == [DeliveryState.FAILED, DeliveryState.PLANNED]


async def test_a_comment_that_did_not_fail_has_nothing_to_retry(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    assert (await office.press("retry", IVAN, scene.draft)).result is Result.NOT_NOW
    async with db.transaction() as tx:
        comment = await tx.session.get(Comment, scene.comment.id)
        assert comment is not None
        assert comment.state is CommentState.WAITING


async def waiting_for_a_lock(db: Database) -> None:
    """Return when another transaction waits for a row that is locked."""
    from sqlalchemy import text

    async with asyncio.timeout(10):
        while True:
            async with db.transaction() as tx:
                if await tx.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    return
            await asyncio.sleep(0.01)
