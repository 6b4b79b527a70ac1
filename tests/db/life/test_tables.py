"""The transition tables: what they say, and that the database obeys them whatever is asked of it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.engine import Database
from db.life import Life
from db.life.comment import COMMENT_LIFE, CommentState
from db.life.delivery import DELIVERY_LIFE, LIVE, DeliveryState, Effect
from db.life.draft import DRAFT_LIFE, OPEN, DraftState
from db.models import Comment, Delivery, Draft, Transition
from db.models.decision import Action, Subject
from db.repositories import deliveries, drafts, moves
from tests.building import IVAN, Scene, a_scene

LIVES: list[tuple[type[StrEnum], Life[Any]]] = [
    (CommentState, COMMENT_LIFE),
    (DraftState, DRAFT_LIFE),
    (DeliveryState, DELIVERY_LIFE),
]


@pytest.mark.parametrize(("states", "life"), LIVES)
def test_a_table_knows_every_state_and_no_other(states: type[StrEnum], life: Life[Any]) -> None:
    assert set(life.table) == set(states)
    assert set(itertools.chain(*life.table.values())) <= set(states)
    for state, target in itertools.product(states, states):
        assert (state in life.sources(target)) == (target in life.table[state])


@pytest.mark.parametrize(("states", "life"), LIVES)
def test_every_state_is_reached_and_nothing_stays_at_work(states: type[StrEnum], life: Life[Any]) -> None:
    first = next(iter(states))
    reached = {first}
    for _step in states:
        reached |= set(itertools.chain(*(life.table[state] for state in reached)))
    assert reached == set(states)
    for state in life.working:
        assert life.table[state] - life.working, f"{state} is a dead end"
        assert state not in life.final


def test_what_is_final() -> None:
    assert COMMENT_LIFE.final == {CommentState.ANSWERED, CommentState.SUPERSEDED, CommentState.OWN}
    assert DRAFT_LIFE.final == {DraftState.DONE, DraftState.SUPERSEDED, DraftState.EXPIRED}
    assert DELIVERY_LIFE.final == {DeliveryState.SENT, DeliveryState.CANCELLED}


def test_only_a_claimed_delivery_is_given_up_and_only_an_open_draft_is_decided() -> None:
    assert DELIVERY_LIFE.sources(DeliveryState.UNCERTAIN) == {DeliveryState.SENDING}
    assert DELIVERY_LIFE.sources(DeliveryState.SENDING) == {DeliveryState.PLANNED}
    assert set(DeliveryState) - {DeliveryState.FAILED, DeliveryState.CANCELLED} == LIVE
    for decided in (DraftState.APPROVED, DraftState.REJECTED):
        assert DRAFT_LIFE.sources(decided) == OPEN


async def row_of(db: Database, scene: Scene, table: type[Any]) -> int:
    if table is Comment:
        return scene.comment.id
    if table is Draft:
        return scene.draft.id
    async with db.transaction() as tx:
        decision = await drafts.record(
            tx.session,
            scene.draft,
            actor_id=IVAN.id,
            actor_name=IVAN.name,
            action=Action.APPROVE,
            from_state="pending",
            to_state="approved",
            draft_version=1,
        )
        delivery = await deliveries.plan(
            tx.session,
            account_id=scene.account.id,
            comment_id=scene.comment.id,
            draft_id=scene.draft.id,
            draft_version=1,
            decision_id=decision.id,
            effect=Effect.REPLY,
        )
        assert delivery is not None
        return delivery.id


@pytest.mark.parametrize(
    ("table", "subject", "states", "life", "begin"),
    [
        (Comment, Subject.COMMENT, CommentState, COMMENT_LIFE, CommentState.RECEIVED),
        (Draft, Subject.DRAFT, DraftState, DRAFT_LIFE, DraftState.PENDING),
        (Delivery, Subject.DELIVERY, DeliveryState, DELIVERY_LIFE, DeliveryState.PLANNED),
    ],
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_life_follows_its_table_and_leaves_its_trace(
    db: Database,
    table: type[Any],
    subject: Subject,
    states: type[StrEnum],
    life: Life[Any],
    begin: StrEnum,
    data: st.DataObject,
) -> None:
    asked: Sequence[Any] = data.draw(st.lists(st.sampled_from(list(states)), max_size=12))
    scene = await a_scene(db, instagram_id=uuid.uuid4().hex, comment_values={"state": CommentState.RECEIVED})
    row_id = await row_of(db, scene, table)
    state, trace = begin, []
    for number, target in enumerate(asked):
        async with db.transaction() as tx:
            moved = await moves.move_from(tx.session, table, row_id, target, note=str(number))
        if target in life.table[state]:
            assert moved is not None
            row, before = moved
            assert (row.state, before) == (target, state)
            trace.append((state.value, target.value, str(number)))
            state = target
        else:
            assert moved is None
    async with db.transaction() as tx:
        rows = await tx.session.execute(
            select(Transition)
            .where(Transition.subject == subject, Transition.subject_id == row_id)
            .order_by(Transition.id)
        )
        found = list(rows.scalars())
    assert [(row.from_state, row.to_state, row.note) for row in found] == trace
    assert {row.comment_id for row in found} <= {scene.comment.id}
