"""A worker dies, or loses its lease, at each point of a delivery."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.life.delivery import DeliveryState
from db.models import Delivery
from db.repositories import deliveries, moves
from services.deliver.sending import MAX_UNSENT
from services.work.lease import kept
from tests.building import IVAN, Scene
from tests.services.deliver.conftest import ACCESS, WORDS, Post
from tests.services.deliver.test_confirming import leaving

S = DeliveryState


async def abandoned(post: Post, delivery: Delivery, *, request_left: bool) -> Delivery:
    """Claimed by a worker that died: its lease is over."""
    async with post.db.transaction() as tx:
        claimed = await moves.claim(tx.session, Delivery, delivery.id, S.SENDING, lease=timedelta(seconds=-1))
        assert claimed is not None
        if request_left:
            assert await deliveries.start_request(tx.session, claimed)
    return claimed


async def test_dead_before_the_request_the_reply_is_sent_once(post: Post) -> None:
    _scene, delivery = await post.approved()
    await abandoned(post, delivery, request_left=False)
    await post.deliverer(delivery.id)
    assert (await post.now(delivery)).state is S.SENDING  # in other hands until the sweep
    await post.sweep()
    returned = await post.now(delivery)
    assert (returned.state, returned.request_started_at) == (S.PLANNED, None)
    assert (await post.work(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


async def test_dead_after_the_request_the_doubt_is_kept_and_the_reply_found(post: Post) -> None:
    scene, delivery = await post.approved()
    await abandoned(post, delivery, request_left=True)
    await post.client.reply(ACCESS, scene.comment.instagram_id, WORDS)
    await post.sweep()
    returned = await post.now(delivery)
    assert returned.state is S.PLANNED
    assert returned.request_started_at is not None
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


async def test_dead_before_the_request_reached_instagram_a_human_decides(post: Post) -> None:
    _scene, delivery = await post.approved()
    await abandoned(post, delivery, request_left=True)
    await post.sweep()
    assert (await post.work_until_settled(delivery)).state is S.UNCERTAIN
    assert await post.replies() == []


@pytest.mark.parametrize(("request_left", "end"), [(False, S.FAILED), (True, S.UNCERTAIN)])
async def test_a_delivery_that_keeps_killing_its_worker_is_given_up(
    post: Post, request_left: bool, end: DeliveryState
) -> None:
    _scene, delivery = await post.approved()
    for _death in range(MAX_UNSENT):
        await abandoned(post, delivery, request_left=request_left)
        await post.sweep()
        assert (await post.now(delivery)).state is S.PLANNED
    await abandoned(post, delivery, request_left=request_left)
    await post.sweep()
    assert (await post.now(delivery)).state is end
    assert len(await post.alerts(f"delivery_{end.value}")) == 1


async def test_a_save_with_an_old_token_changes_nothing(post: Post) -> None:
    _scene, delivery = await post.approved()
    first = await abandoned(post, delivery, request_left=False)
    await post.sweep()
    async with post.db.transaction() as tx:
        second = await moves.claim(tx.session, Delivery, delivery.id, S.SENDING, lease=timedelta(minutes=1))
    assert second is not None
    async with post.db.transaction() as tx:
        assert await moves.save(tx.session, first, S.SENT, external_id="ig-1") is None
        assert not await moves.renew(tx.session, first, timedelta(minutes=1))
        assert not await deliveries.start_request(tx.session, first)
        assert await moves.renew(tx.session, second, timedelta(minutes=1))
    now = await post.now(delivery)
    assert (now.state, now.external_id, now.lease_token) == (S.SENDING, None, second.lease_token)


async def test_a_worker_that_lost_its_lease_before_sending_sends_nothing(post: Post) -> None:
    _scene, delivery = await post.approved()
    deliverer = post.deliverer
    work = await deliverer._claims.take(delivery.id)
    assert work is not None
    await post.set(delivery, lease_token=work.delivery.lease_token + 1)
    await deliverer._send(work, ACCESS)
    assert await post.replies() == []


async def test_a_lease_lost_during_the_call_leaves_the_row_to_the_other_worker(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("delay", seconds=0.5)
    working = asyncio.create_task(post.deliverer(delivery.id))
    await leaving(post, scene)
    token = (await post.now(delivery)).lease_token
    lost = datetime.now(UTC) - timedelta(seconds=1)
    await post.set(delivery, lease_token=token + 1, lease_until=lost)
    await working
    assert (await post.now(delivery)).state is S.SENDING  # the late save changed nothing
    await post.sweep()
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


@pytest.mark.parametrize("fault", [{"code": 100}, {"code": 2}, {"code": 190}, {"code": 4}])
async def test_a_late_refusal_changes_nothing_either(post: Post, fault: dict[str, Any]) -> None:
    _scene, delivery = await post.approved()
    deliverer = post.deliverer
    work = await deliverer._claims.take(delivery.id)
    assert work is not None
    await post.fault("status", **fault)
    async with post.db.transaction() as tx:
        assert await deliveries.start_request(tx.session, work.delivery)
    await post.set(delivery, lease_token=work.delivery.lease_token + 1)
    with pytest.raises(Exception, match="reply") as refused:
        await post.client.reply(ACCESS, work.comment.instagram_id, WORDS)
    await deliverer._refused(work, ACCESS, refused.value)  # type: ignore[arg-type]  # a GraphError
    now = await post.now(delivery)
    assert (now.state, now.error) == (S.SENDING, None)
    assert await post.alerts("delivery_failed") == []


async def test_a_late_look_changes_nothing(post: Post) -> None:
    _scene, delivery = await post.approved()
    await post.fault("drop_before")
    await post.work(delivery)
    deliverer = post.deliverer
    await post.set(delivery, next_attempt_at=None)
    work = await deliverer._claims.take(delivery.id)
    assert work is not None
    await post.set(delivery, lease_token=work.delivery.lease_token + 1)
    await deliverer._resolve_doubt(work, ACCESS)
    now = await post.now(delivery)
    assert (now.state, now.reads) == (S.SENDING, 0)


async def test_a_call_may_outlast_its_lease(post: Post) -> None:
    """The lease is renewed while the call runs, so that the sweep finds nothing to return."""
    post.options = replace(post.options, lease=timedelta(seconds=0.6))
    _scene, delivery = await post.approved()
    await post.fault("delay", seconds=2)
    working = asyncio.create_task(post.deliverer(delivery.id))
    while not working.done():
        await post.sweep()
        await asyncio.sleep(0.05)
    await working
    sent = await post.now(delivery)
    assert (sent.state, sent.lease_token) == (S.SENT, 1)
    assert len(await post.replies()) == 1


async def test_a_lost_lease_is_not_renewed(post: Post) -> None:
    _scene, delivery = await post.approved()
    work = await post.deliverer._claims.take(delivery.id)
    assert work is not None
    taken = datetime.now(UTC) - timedelta(hours=1)
    async with kept(post.db, work.delivery, timedelta(seconds=0.15)):
        await post.set(delivery, lease_token=7, lease_until=taken)
        await asyncio.sleep(0.3)  # several renewals would have fitted
    assert (await post.now(delivery)).lease_until == taken


async def test_a_database_that_is_away_does_not_stop_the_call(post: Post) -> None:
    _scene, delivery = await post.approved()
    work = await post.deliverer._claims.take(delivery.id)
    assert work is not None
    before = (await post.now(delivery)).lease_until
    assert before is not None
    async with kept(post.db, work.delivery, timedelta(seconds=0.3)):
        async with post.db.transaction() as tx:
            await tx.session.execute(text("ALTER TABLE deliveries RENAME TO gone"))
        await asyncio.sleep(0.3)
        async with post.db.transaction() as tx:
            await tx.session.execute(text("ALTER TABLE gone RENAME TO deliveries"))
    assert (await post.now(delivery)).state is S.SENDING


async def test_two_workers_with_one_job_send_once(post: Post) -> None:
    for number in range(10):
        _scene, delivery = await post.approved(text=f"Ответ {number}")
        await asyncio.gather(*(post.deliverer(delivery.id) for _worker in range(4)))
        assert (await post.now(delivery)).state is S.SENT
    assert len(await post.replies()) == 10


async def undone(post: Post, scene: Scene) -> bool:
    async with post.db.transaction() as tx:
        return (await post.decisions.undo(tx, IVAN, scene.draft.id, 1)).done


async def test_of_undo_and_the_worker_exactly_one_wins(post: Post) -> None:
    for number in range(20):
        scene = await post.scene(text=f"Ответ {number}")
        delivery = await post.approve(scene)
        taken_back, _ = await asyncio.gather(undone(post, scene), post.deliverer(delivery.id))
        said = [about for about, _words in await post.replies() if about == scene.comment.instagram_id]
        assert len(said) == (0 if taken_back else 1)
        assert (await post.now(delivery)).state is (S.CANCELLED if taken_back else S.SENT)
