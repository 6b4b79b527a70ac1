"""Hide and show: doing it twice changes nothing, so a doubt is simply repeated."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.repositories import deliveries
from tests.building import IVAN, a_scene
from tests.sandbox.instagram.player import AD
from tests.services.deliver.conftest import Post

S = DeliveryState


async def test_hide_and_unhide(post: Post) -> None:
    scene = await a_scene(post.db, instagram_id=await post.player.comment())
    for hidden, effect in [(True, Effect.HIDE), (False, Effect.UNHIDE)]:
        async with post.db.transaction() as tx:
            await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=hidden)
        delivery = await post.newest(scene)
        assert delivery.effect is effect
        assert (await post.work(delivery)).state is S.SENT
        comment = await post.comment(scene)
        assert (comment.hidden, comment.state) == (hidden, CommentState.WAITING)
    assert [effect for effect, _about, _text in await post.player.ledger()] == ["hide", "unhide"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_hide_whose_answer_got_lost_is_simply_repeated(post: Post, kind: str) -> None:
    scene = await a_scene(post.db, instagram_id=await post.player.comment())
    async with post.db.transaction() as tx:
        await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=True)
    delivery = await post.newest(scene)
    await post.fault(kind, "hide")
    assert (await post.work(delivery)).state is S.PLANNED
    assert (await post.work(delivery)).state is S.SENT
    assert (await post.comment(scene)).hidden


async def test_a_hide_whose_worker_died_is_simply_repeated(post: Post) -> None:
    scene = await a_scene(post.db, instagram_id=await post.player.comment())
    async with post.db.transaction() as tx:
        await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=True)
    delivery = await post.newest(scene)
    await post.set(delivery, request_started_at=datetime.now(UTC))
    assert (await post.work(delivery)).state is S.SENT


async def test_live_comments_cannot_be_hidden_and_say_so(post: Post) -> None:
    scene = await a_scene(post.db, instagram_id=await post.player.comment(media_id=AD))
    async with post.db.transaction() as tx:
        await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=True)
    delivery = await post.newest(scene)
    await post.fault("status", "hide", code=100, subcode=33)
    assert (await post.work(delivery)).state is S.FAILED
    assert not (await post.comment(scene)).hidden


async def test_what_nothing_plans_yet_is_not_guessed(post: Post) -> None:
    _scene, delivery = await post.approved()
    async with post.db.transaction() as tx:
        planned = await deliveries.plan(
            tx.session,
            account_id=delivery.account_id,
            comment_id=delivery.comment_id,
            draft_id=delivery.draft_id,
            draft_version=1,
            decision_id=delivery.decision_id,
            effect=Effect.PRIVATE_REPLY,
        )
    assert planned is not None
    with pytest.raises(NotImplementedError):
        await post.work(planned)
    assert await post.player.ledger() == []
