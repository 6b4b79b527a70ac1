"""Instagram takes messages for a day and private replies for a week: told at the button, or on the card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from db.engine import Transaction
from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models import Comment
from db.models.comment import CommentKind
from db.repositories import drafts
from services.decide.outcome import Actor, Outcome, Result
from services.decide.superseding import PROGRAM
from tests.building import IVAN, Scene
from tests.services.deliver.conftest import Post

S, K = DeliveryState, CommentKind
TIMES = {
    K.MESSAGE: timedelta(hours=24),
    K.STORY_REPLY: timedelta(hours=24),
    K.LIVE_COMMENT: timedelta(days=7),
}
MINUTE = timedelta(minutes=1)


async def written(post: Post, kind: CommentKind, time: timedelta) -> Scene:
    return await post.scene(await post.happens(kind, at=ago(time)), kind=kind)


def ago(time: timedelta) -> str:
    return (datetime.now(UTC) - time).isoformat()


async def older(tx: Transaction, scene: Scene, by: timedelta) -> None:
    """Time goes by."""
    await tx.session.execute(
        update(Comment).where(Comment.id == scene.comment.id).values(written_at=Comment.written_at - by)
    )


async def press(post: Post, scene: Scene, action: str = "approve", actor: Actor = IVAN) -> Outcome:
    async with post.db.transaction() as tx:
        outcome = await getattr(post.decisions, action)(tx, actor, scene.draft.id, 1)
        assert isinstance(outcome, Outcome)
        return outcome


async def state_of(post: Post, scene: Scene) -> DraftState:
    async with post.db.transaction() as tx:
        draft = await drafts.get(tx.session, scene.draft.id)
        assert draft is not None
        return draft.state


@pytest.mark.parametrize("kind", TIMES)
async def test_an_approval_in_time_is_sent_and_a_late_one_changes_nothing(
    post: Post, kind: CommentKind
) -> None:
    in_time = await written(post, kind, TIMES[kind] - MINUTE)
    assert (await press(post, in_time)).done
    sent = await post.work(await post.newest(in_time))
    assert (sent.state, sent.human_agent) == (S.SENT, False)
    too_late = await post.happens(kind, at=ago(TIMES[kind] + MINUTE), username="boris")
    late = await post.scene(too_late, kind=kind)
    assert (await press(post, late)).result is Result.WINDOW_CLOSED
    assert await state_of(post, late) is DraftState.PENDING
    assert len(await post.said()) == 1


async def test_a_newer_message_of_the_person_opens_the_window_again(post: Post) -> None:
    scene = await written(post, K.MESSAGE, timedelta(hours=30))
    await post.scene(await post.happens(K.MESSAGE), kind=K.MESSAGE)
    assert (await press(post, scene)).done
    assert (await post.work(await post.newest(scene))).state is S.SENT


async def test_our_own_words_and_other_people_open_no_window(post: Post) -> None:
    scene = await written(post, K.MESSAGE, timedelta(hours=30))
    own = {"author_instagram_id": scene.account.instagram_id, "thread": scene.comment.thread}
    await post.scene(await post.happens(K.MESSAGE), kind=K.MESSAGE, comment_values=own)
    await post.scene(await post.happens(K.MESSAGE, username="boris"), kind=K.MESSAGE)
    assert (await press(post, scene)).result is Result.WINDOW_CLOSED


async def test_a_human_agent_has_seven_days_and_says_so(post: Post) -> None:
    post.options = replace(post.options, human_agent=True)
    scene = await written(post, K.MESSAGE, timedelta(days=7) - MINUTE)
    assert (await press(post, scene)).done
    planned = await post.newest(scene)
    assert planned.human_agent
    sent = await post.work(planned)  # without the tag the stand-in would refuse it
    assert (sent.state, sent.human_agent) == (S.SENT, True)
    late = await post.happens(K.MESSAGE, username="boris", at=ago(timedelta(days=7) + MINUTE))
    assert (await press(post, await post.scene(late, kind=K.MESSAGE))).result is Result.WINDOW_CLOSED


async def test_within_a_day_a_human_agent_needs_no_tag(post: Post) -> None:
    post.options = replace(post.options, human_agent=True)
    _scene, delivery = await post.approved(kind=K.MESSAGE)
    assert not (await post.work(delivery)).human_agent


async def test_the_program_is_no_human_agent(post: Post) -> None:
    post.options = replace(post.options, human_agent=True)
    scene = await written(post, K.MESSAGE, timedelta(hours=23))
    assert (await press(post, scene, actor=PROGRAM)).done
    async with post.db.transaction() as tx:
        await older(tx, scene, timedelta(hours=2))
    failed = await post.work(await post.newest(scene))
    assert (failed.state, failed.error) == (S.FAILED, "window_closed")
    late = await post.happens(K.MESSAGE, username="boris", at=ago(timedelta(hours=25)))
    other = await post.scene(late, kind=K.MESSAGE)
    assert (await press(post, other, actor=PROGRAM)).result is Result.WINDOW_CLOSED


@pytest.mark.parametrize("kind", TIMES)
async def test_a_window_that_closed_on_the_way_fails_the_delivery_and_says_why(
    post: Post, kind: CommentKind
) -> None:
    scene = await written(post, kind, TIMES[kind] - MINUTE)
    await press(post, scene)
    async with post.db.transaction() as tx:
        await older(tx, scene, 2 * MINUTE)
    rev = await post.wanted_rev(scene)
    failed = await post.work(await post.newest(scene))
    assert (failed.state, failed.error, failed.request_started_at) == (S.FAILED, "window_closed", None)
    assert await post.wanted_rev(scene) > rev
    [alert] = await post.alerts("delivery_failed")
    assert alert.params["why"] == "window_closed"
    assert await post.said() == []
    assert (await press(post, scene, "retry")).result is Result.WINDOW_CLOSED
    assert (await post.newest(scene)).id == failed.id


async def test_a_human_agent_takes_over_what_waited_beyond_a_day(post: Post) -> None:
    post.options = replace(post.options, human_agent=True)
    scene = await written(post, K.MESSAGE, timedelta(hours=25))
    async with post.db.transaction() as tx:
        await tx.session.execute(update(Comment).values(written_at=datetime.now(UTC)))
    await press(post, scene)
    planned = await post.newest(scene)
    assert not planned.human_agent
    async with post.db.transaction() as tx:
        await older(tx, scene, timedelta(hours=25))
    sent = await post.work(planned)
    assert (sent.state, sent.human_agent) == (S.SENT, True)


async def test_what_a_person_did_not_find_cannot_be_sent_again_when_it_is_too_late(post: Post) -> None:
    scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.set(delivery, state=S.UNCERTAIN, request_started_at=datetime.now(UTC))
    async with post.db.transaction() as tx:
        await older(tx, scene, timedelta(hours=25))
    assert (await press(post, scene, "send_again")).result is Result.WINDOW_CLOSED
    assert (await post.newest(scene)).state is S.UNCERTAIN


@pytest.mark.parametrize(
    ("code", "subcode"), [(10, 2534022), (10, 2018278), (100, 2534024)], ids=["10/…22", "10/…78", "100/…24"]
)
async def test_what_only_instagram_knew_is_told_in_the_same_words(
    post: Post, code: int, subcode: int
) -> None:
    _scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.fault("status", "message", code=code, subcode=subcode)
    failed = await post.work(delivery)
    assert (failed.state, failed.error) == (S.FAILED, "window_closed")


async def test_comments_may_be_answered_at_any_time(post: Post) -> None:
    scene = await written(post, K.COMMENT, timedelta(days=300))
    assert (await press(post, scene)).done
    assert (await post.work(await post.newest(scene))).state is S.SENT


async def test_a_text_too_long_for_a_message_is_not_approved(post: Post) -> None:
    scene = await post.scene(kind=K.MESSAGE, text="я" * 501)
    outcome = await press(post, scene)
    assert (outcome.result, outcome.length, outcome.longest) == (Result.LONG_TEXT, 1002, 1000)
    assert await state_of(post, scene) is DraftState.PENDING
