"""Hide, show and delete: a doubt is ended by a look at the comment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.models import Delivery
from tests.building import IVAN, Scene
from tests.services.deliver.conftest import Post

S = DeliveryState


async def test_hide_and_unhide(post: Post) -> None:
    scene = await post.scene()
    for hidden, effect in [(True, Effect.HIDE), (False, Effect.UNHIDE)]:
        async with post.db.transaction() as tx:
            await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=hidden)
        delivery = await post.newest(scene)
        assert delivery.effect is effect
        assert (await post.work(delivery)).state is S.SENT
        comment = await post.comment(scene)
        assert (comment.hidden, comment.state) == (hidden, CommentState.WAITING)
    assert [effect for effect, _about, _text in await post.player.ledger()] == ["hide", "unhide"]


async def hiding(post: Post, scene: Scene | None = None) -> tuple[Scene, Delivery]:
    scene = scene or await post.scene()
    async with post.db.transaction() as tx:
        await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=True)
    return scene, await post.newest(scene)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_hide_whose_answer_got_lost_is_looked_at_and_done_once(post: Post, kind: str) -> None:
    scene, delivery = await hiding(post)
    await post.fault(kind, "hide")
    assert (await post.work(delivery)).state is S.PLANNED
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert (await post.comment(scene)).hidden
    assert await post.said() == [("hide", None)]


async def test_a_hide_whose_worker_died_is_done_once(post: Post) -> None:
    scene, delivery = await hiding(post)
    await post.set(delivery, request_started_at=datetime.now(UTC))
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert await post.said() == [("hide", None)]
    assert (await post.comment(scene)).hidden


async def test_a_hide_that_nobody_can_look_at_is_given_up_within_bounds(post: Post) -> None:
    _scene, delivery = await hiding(post)
    await post.fault("drop_after", "hide")
    await post.fault("status", "comment", code=2, times=50)
    failed = await post.work_until_settled(delivery)
    assert failed.state is S.FAILED
    assert await post.said() == [("hide", None)]


async def test_a_comment_that_is_gone_cannot_be_hidden_and_says_so(post: Post) -> None:
    scene, delivery = await hiding(post)
    await post.player.control(f"comments/{scene.comment.instagram_id}", method="DELETE")
    failed = await post.work(delivery)
    assert (failed.state, failed.error) == (S.FAILED, "gone")
    assert not (await post.comment(scene)).hidden


@pytest.mark.parametrize("kind", [None, "drop_before", "drop_after"])
async def test_a_comment_is_deleted_once(post: Post, kind: str | None) -> None:
    scene, delivery = await hiding(post)
    await post.set(delivery, effect=Effect.DELETE)
    if kind:
        await post.fault(kind, "delete")
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert await post.said() == [("delete", None)]
    assert (await post.comment(scene)).gone_at is not None


async def test_what_is_not_there_needs_no_deleting(post: Post) -> None:
    scene, delivery = await hiding(post)
    await post.set(delivery, effect=Effect.DELETE)
    await post.player.control(f"comments/{scene.comment.instagram_id}", method="DELETE")
    assert (await post.work(delivery)).state is S.SENT
    assert await post.said() == []
