"""Claims, renewals and fenced saves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from db.engine import Database
from db.life.comment import CommentState
from db.models import Comment, Transition
from db.repositories import moves
from tests.building import Scene, a_scene

S = CommentState
LEASE = timedelta(seconds=15)


async def received(db: Database) -> Scene:
    return await a_scene(db, comment_values={"state": S.RECEIVED})


async def claimed(db: Database, scene: Scene, lease: timedelta = LEASE) -> Comment | None:
    async with db.transaction() as tx:
        return await moves.claim(tx.session, Comment, scene.comment.id, S.CLASSIFYING, lease=lease)


async def test_a_claim_carries_a_growing_token_and_counts(db: Database) -> None:
    scene = await received(db)
    first = await claimed(db, scene)
    assert first is not None
    assert (first.lease_token, first.attempts, first.state) == (1, 1, S.CLASSIFYING)
    assert first.lease_until is not None
    assert await claimed(db, scene) is None
    async with db.transaction() as tx:
        assert await moves.save(tx.session, first, S.RECEIVED, attempts=first.attempts)
    second = await claimed(db, scene)
    assert second is not None
    assert (second.lease_token, second.attempts) == (2, 2)


async def test_of_many_who_claim_at_once_one_gets_it(db: Database) -> None:
    scene = await received(db)
    found = await asyncio.gather(*(claimed(db, scene) for _worker in range(8)))
    assert len([row for row in found if row is not None]) == 1


async def test_a_row_that_waits_is_not_claimed_before_its_time(db: Database) -> None:
    scene = await received(db)
    async with db.transaction() as tx:
        later = datetime.now(UTC) + timedelta(minutes=1)
        await tx.session.execute(update(Comment).values(next_attempt_at=later))
    assert await claimed(db, scene) is None
    async with db.transaction() as tx:
        await tx.session.execute(update(Comment).values(next_attempt_at=func.now()))
    assert await claimed(db, scene) is not None


async def test_a_save_settles_unless_it_is_told_otherwise(db: Database) -> None:
    scene = await received(db)
    row = await claimed(db, scene)
    assert row is not None
    async with db.transaction() as tx:
        saved = await moves.save(tx.session, row, S.CLASSIFIED, note="question")
    assert saved is not None
    assert (saved.attempts, saved.error, saved.next_attempt_at, saved.lease_until) == (0, None, None, None)
    assert saved.lease_token == row.lease_token  # so that the next step's job has a name of its own
    async with db.transaction() as tx:
        assert await moves.save(tx.session, row, S.CLASSIFIED) is None  # it is there already


async def test_a_save_with_an_old_token_leaves_no_trace(db: Database) -> None:
    scene = await received(db)
    old = await claimed(db, scene)
    assert old is not None
    async with db.transaction() as tx:
        await tx.session.execute(update(Comment).values(lease_token=old.lease_token + 1))
    async with db.transaction() as tx:
        assert await moves.save(tx.session, old, S.CLASSIFIED) is None
        assert not await moves.renew(tx.session, old, LEASE)
    async with db.transaction() as tx:
        traces = await tx.session.execute(select(Transition.to_state))
        assert [trace[0] for trace in traces] == ["classifying"]


async def test_a_renewal_needs_a_running_claim(db: Database) -> None:
    scene = await received(db)
    row = await claimed(db, scene, timedelta(seconds=1))
    assert row is not None
    assert row.lease_until is not None
    async with db.transaction() as tx:
        assert await moves.renew(tx.session, row, timedelta(minutes=5))
    async with db.transaction() as tx:
        until = await tx.session.scalar(select(Comment.lease_until))
        assert until is not None
        assert until > row.lease_until + timedelta(minutes=4)
        assert await moves.save(tx.session, row, S.CLASSIFIED)
        assert not await moves.renew(tx.session, row, LEASE)


async def test_a_move_with_a_failing_condition_changes_nothing(db: Database) -> None:
    scene = await received(db)
    async with db.transaction() as tx:
        moved = await moves.move(
            tx.session, Comment, scene.comment.id, S.SUPERSEDED, Comment.hidden.is_(True)
        )
        assert moved is None
        assert await moves.move(
            tx.session, Comment, scene.comment.id, S.SUPERSEDED, Comment.hidden.is_(False)
        )
