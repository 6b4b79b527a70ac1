"""A dry run publishes nothing anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from db.life.delivery import DeliveryState
from tests.building import IVAN
from tests.services.deliver.conftest import Post

S = DeliveryState


async def test_a_dry_run_sends_nothing(post: Post) -> None:
    post.options = replace(post.options, dry_run=True)
    scene, delivery = await post.approved()
    cancelled = await post.work(delivery)
    assert (cancelled.state, cancelled.error) == (S.CANCELLED, "dry_run")
    async with post.db.transaction() as tx:
        await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=True)
    assert (await post.work(await post.newest(scene))).state is S.CANCELLED
    assert await post.player.ledger() == []


async def test_a_dry_run_still_finds_out_what_a_doubt_became(post: Post) -> None:
    _scene, delivery = await post.approved()
    await post.fault("drop_after")
    await post.work(delivery)
    post.options = replace(post.options, dry_run=True)
    assert (await post.work(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


async def test_a_dry_run_sends_nothing_after_a_doubt(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("drop_before")
    await post.work(delivery)
    await post.player.comment(
        "Ау?", parent_id=scene.comment.instagram_id, at=(datetime.now(UTC) + timedelta(minutes=3)).isoformat()
    )
    post.options = replace(post.options, dry_run=True)
    assert (await post.work_until_settled(delivery)).state is S.CANCELLED
    assert await post.replies() == []
