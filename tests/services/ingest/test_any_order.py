"""Meta promises no order: whatever comes first, the rows are the same in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.life.comment import CommentState
from db.models import Comment
from tests.building import an_account, arrive
from tests.services.ingest.talk import ACCOUNT, body, edited, ours, said, unsent
from tests.services.pipeline import a_pipeline
from tests.webhook.door import change

S = CommentState


def conversation(person: str) -> list[dict[str, Any]]:
    """A question, changed, answered in the app; a further one, changed twice and taken back."""
    q, o, f = f"q{person}", f"o{person}", f"f{person}"
    return [
        said(q, "Do you ship?", 1, person),
        edited(q, "Do you ship to Poland?", 1, 2, person),
        ours(o, "We do", 3, person),
        said(f, "And to Cz?", 4, person, attachments=[{"type": "image"}]),
        unsent(f, 5, person),
    ]


def edits(person: str) -> list[dict[str, Any]]:
    """A message that was changed twice."""
    q = f"q{person}"
    return [
        said(q, "1", 1, person, attachments=[{"type": "image"}]),
        edited(q, "2", 1, 2, person),
        edited(q, "3", 2, 3, person),
        edited(q, "4", 3, 4, person),
    ]


def steps(orders: Sequence[Sequence[dict[str, Any]]]) -> Iterator[bytes]:
    """The first events of all orders, then the second ones, and so on."""
    for events in zip(*orders, strict=True):
        yield body(events)


async def rows(db: Database) -> Sequence[Comment]:
    async with db.transaction() as tx:
        return (await tx.session.execute(select(Comment).order_by(Comment.instagram_id))).scalars().all()


async def process(db: Database, bodies: Iterator[bytes]) -> None:
    async with db.transaction() as tx:
        await an_account(tx, ACCOUNT)
    for one in bodies:
        await arrive(db, one)


async def read(db: Database) -> None:
    """What is still to be read is read; no model is asked, because all is settled."""
    async with a_pipeline(db) as pipeline:
        for comment in await rows(db):
            if comment.state is S.RECEIVED:
                await pipeline.classify(comment.id)
        assert await pipeline.asked() == []


async def test_a_conversation_is_the_same_in_all_its_orders(db: Database) -> None:
    people = [f"9{number:014}" for number in range(120)]
    orders = [
        [conversation(person)[place] for place in places]
        for person, places in zip(people, permutations(range(5)), strict=True)
    ]
    await process(db, steps(orders))
    await read(db)

    seen = {row.instagram_id: row for row in await rows(db)}
    assert len(seen) == 3 * len(people)
    for person in people:
        question, own, further = (seen[f"{kind}{person}"] for kind in "qof")
        assert (question.state, question.text) == (S.SUPERSEDED, "Do you ship to Poland?")
        assert question.edited_at is not None
        assert (own.state, own.text) == (S.OWN, "We do")
        assert (further.state, further.text, further.attachments) == (S.SUPERSEDED, "And to Cz?", ["image"])
        assert further.gone_at is not None
        assert {question.thread, own.thread, further.thread} == {f"dm:{person}"}
        assert {question.author_instagram_id, further.author_instagram_id} == {person}


async def test_of_several_edits_the_last_counts_in_all_orders(db: Database) -> None:
    people = [f"9{number:014}" for number in range(24)]
    orders = [
        [edits(person)[place] for place in places]
        for person, places in zip(people, permutations(range(4)), strict=True)
    ]
    await process(db, steps(orders))

    found = await rows(db)
    assert {(row.text, row.state, tuple(row.attachments)) for row in found} == {("4", S.RECEIVED, ("image",))}
    assert len(found) == len(people)


def sent(comment: dict[str, Any], at: int) -> dict[str, Any]:
    return {"id": ACCOUNT, "time": 1_790_000_000 + at, "changes": [comment]}


@pytest.mark.parametrize("prefix", ["", "@anna_k "], ids=["unaddressed", "addressed"])
async def test_a_thread_answered_in_the_app_is_the_same_in_all_its_orders(db: Database, prefix: str) -> None:
    orders = []
    for number, places in enumerate(permutations(range(3))):
        top, other, own = (f"{kind}{number}" for kind in "123")
        boris = {"id": "900000000000002", "username": "boris"}
        us = {"id": ACCOUNT, "username": "lavanda_home", "self_ig_scoped_id": "21"}
        events = [
            sent(change(top, "Сколько?"), 1),
            sent(change(own, f"{prefix}1 290 ₽", parent_id=top, **{"from": us}), 2),
            sent(change(other, "А доставка?", parent_id=top, **{"from": boris}), 3),
        ]
        orders.append([events[place] for place in places])
    await process(db, (json.dumps({"entry": entries}).encode() for entries in zip(*orders, strict=True)))
    async with a_pipeline(db) as pipeline:
        for row in await rows(db):
            if row.instagram_id[0] == "1" and row.state is S.RECEIVED:
                await pipeline.classify(row.id)

    states = {row.instagram_id: row.state for row in await rows(db)}
    expected = {"1": S.SUPERSEDED, "2": S.RECEIVED, "3": S.OWN}
    assert states == {name: expected[name[0]] for name in states}
    assert len(states) == 18
