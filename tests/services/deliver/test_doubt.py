"""The answer of Instagram got lost: what became of the reply is read back, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from tests.services.deliver.conftest import LOOKS, WORDS, Post

S = DeliveryState


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "garbage"},
        {"kind": "status_after", "code": 500},
        {"kind": "status_after", "code": 503},
        {"kind": "status_after", "code": 1},
        {"kind": "status_after", "code": 2},
        {"kind": "status_after", "code": 20, "subcode": 1772107},
    ],
)
async def test_a_reply_whose_answer_got_lost_is_found_and_not_repeated(
    post: Post, fault: dict[str, object]
) -> None:
    scene, delivery = await post.approved()
    await post.player.control("faults", {"operation": "reply", **fault})
    doubtful = await post.work(delivery)
    assert doubtful.state is S.PLANNED
    assert doubtful.request_started_at is not None
    found = await post.work_until_settled(delivery)
    assert found.state is S.SENT
    assert await post.replies() == [(scene.comment.instagram_id, WORDS)]
    assert found.external_id is not None
    assert (await post.comment(scene)).state is CommentState.ANSWERED
    assert await post.alerts("delivery_uncertain") == []


async def test_a_reply_that_is_not_found_ends_uncertain_and_is_never_repeated(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("drop_before")
    assert (await post.work(delivery)).request_started_at is not None
    for look in range(1, LOOKS):
        looking = await post.work(delivery)
        assert (looking.state, looking.reads) == (S.PLANNED, look)
    ended = await post.work(delivery)
    assert ended.state is S.UNCERTAIN
    assert ended.error is not None
    [alert] = await post.alerts("delivery_uncertain")
    assert alert.params["draft"] == scene.draft.id
    assert (await post.comment(scene)).state is CommentState.WAITING
    await post.work(delivery)
    assert await post.replies() == []


async def test_a_listing_that_is_behind_does_not_make_a_second_reply(post: Post) -> None:
    _scene, delivery = await post.approved()
    await post.player.control("switches", {"stale_replies": True})
    await post.fault("drop_after")
    assert (await post.work_until_settled(delivery)).state is S.UNCERTAIN
    assert len(await post.replies()) == 1


async def test_a_listing_that_catches_up_in_time_closes_the_doubt(post: Post) -> None:
    _scene, delivery = await post.approved()
    await post.player.control("switches", {"stale_replies": True})
    await post.fault("drop_after")
    await post.work(delivery)
    assert (await post.work(delivery)).reads == 1
    await post.player.control("switches", {"stale_replies": False})
    assert (await post.work(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


async def test_a_later_comment_in_the_thread_proves_that_nothing_was_said(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("drop_before")
    await post.work(delivery)
    later = datetime.now(UTC) + timedelta(minutes=3)
    await post.player.comment("Ау?", parent_id=scene.comment.instagram_id, at=later.isoformat())
    again = await post.work(delivery)
    assert (again.state, again.request_started_at, again.reads) == (S.PLANNED, None, 0)
    assert await post.replies() == []
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


async def test_a_comment_that_is_gone_took_no_reply(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("drop_before")
    await post.work(delivery)
    await post.player.control(f"comments/{scene.comment.instagram_id}", method="DELETE")
    assert (await post.work_until_settled(delivery)).state is S.CANCELLED
    assert (await post.comment(scene)).gone_at is not None
    assert await post.replies() == []


async def test_a_look_that_fails_says_nothing(post: Post) -> None:
    _scene, delivery = await post.approved()
    await post.fault("drop_after")
    await post.work(delivery)
    await post.fault("status", "replies", code=2)
    assert (await post.work(delivery)).reads == 1
    assert (await post.work(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


async def test_our_words_from_before_are_not_the_answer(post: Post) -> None:
    """The same words said by us an hour ago, and by somebody else just now."""
    top = await post.player.comment()
    await post.scene(top)
    old = datetime.now(UTC) - timedelta(hours=1)
    await post.player.comment(WORDS, parent_id=top, username="lavanda_home", at=old.isoformat())
    await post.player.comment(WORDS, parent_id=top, username="somebody")
    _scene, delivery = await post.approved(await post.player.comment("И мне?", parent_id=top))
    await post.fault("drop_before")
    assert (await post.work_until_settled(delivery)).state is S.UNCERTAIN


async def test_a_reply_of_another_delivery_is_not_found_twice(post: Post) -> None:
    top = await post.player.comment()
    second = await post.player.comment("И мне", parent_id=top)
    _one, first = await post.approved(top)
    _two, delivery = await post.approved(second, comment_values={"parent_instagram_id": top, "thread": top})
    assert (await post.work(first)).state is S.SENT
    await post.fault("drop_before")
    assert (await post.work_until_settled(delivery)).state is S.UNCERTAIN
    assert len(await post.replies()) == 1


async def test_our_reply_is_found_on_a_later_page_and_recomposed(post: Post) -> None:
    comment = await post.player.comment()
    for number in range(60):
        await post.player.comment(f"{number}", parent_id=comment)
    _scene, delivery = await post.approved(comment, text="Ждём вас в кафе\u0301 \n завтра")
    await post.fault("drop_after")
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert len(await post.replies()) == 1
