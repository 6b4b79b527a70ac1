"""Two managers at once on a real PostgreSQL: exactly one wins."""

from __future__ import annotations

import asyncio

from db.engine import Database
from db.life.draft import DraftState
from services.decide.outcome import Result
from tests.building import ANNA, IVAN, a_scene
from tests.services.decide.conftest import Office

ROUNDS = 200


async def test_of_approve_and_reject_at_once_exactly_one_wins(db: Database, office: Office) -> None:
    winners = set()
    for number in range(ROUNDS):
        scene = await a_scene(db, instagram_id=f"1820000000000{number:04}")
        reject = office.press("reject", ANNA, scene.draft, "wrong facts")
        if number % 4:
            approved, rejected = await asyncio.gather(office.press("approve", IVAN, scene.draft), reject)
        else:  # approving reads more before it decides and might lose every other round
            approved, rejected = await office.press("approve", IVAN, scene.draft), await reject

        draft = await office.draft(scene.draft)
        deliveries = await office.deliveries(scene.draft)
        assert sorted([approved.result, rejected.result]) == [Result.DECIDED, Result.DONE]
        if approved.done:
            assert draft.state is DraftState.APPROVED
            assert (rejected.by, rejected.at) == (IVAN.name, draft.decided_at)
        else:
            assert draft.state is DraftState.REJECTED
            assert (approved.by, approved.at) == (ANNA.name, draft.decided_at)
        assert len(deliveries) == (1 if approved.done else 0)
        assert await office.decided(scene.draft) == ["approve" if approved.done else "reject"]
        winners.add(draft.state)
    assert winners == {DraftState.APPROVED, DraftState.REJECTED}


async def test_of_approve_and_edit_at_once_one_waits_for_the_other(db: Database, office: Office) -> None:
    for number in range(30):
        scene = await a_scene(db, instagram_id=f"1830000000000{number:04}")
        approved, edited = await asyncio.gather(
            office.press("approve", IVAN, scene.draft), office.press("edit", ANNA, scene.draft, "Иначе")
        )
        assert {approved.done, edited.done} == {True, False}
        if edited.done:
            assert approved.result is Result.STALE
        else:
            assert edited.result is Result.DECIDED
            assert await office.versions(scene.draft) == ["Свеча «Прованс» стоит 1 290 ₽."]


async def test_two_who_begin_to_edit_at_once_do_not_share_the_lease(db: Database, office: Office) -> None:
    for number in range(30):
        scene = await a_scene(db, instagram_id=f"1840000000000{number:04}")
        outcomes = await asyncio.gather(
            office.press("claim", IVAN, scene.draft), office.press("claim", ANNA, scene.draft)
        )
        assert sorted(outcome.result for outcome in outcomes) == [Result.CLAIMED, Result.DONE]


async def test_two_who_hide_at_once_make_one_decision(db: Database, office: Office) -> None:
    for number in range(30):
        scene = await a_scene(db, instagram_id=f"1850000000000{number:04}")
        outcomes = await asyncio.gather(
            office.press("set_hidden", IVAN, scene.draft, hidden=True),
            office.press("set_hidden", ANNA, scene.draft, hidden=True),
        )
        assert sorted(outcome.result for outcome in outcomes) == [Result.DONE, Result.NOT_NOW]
        assert await office.decided(scene.draft) == ["hide"]
        assert len(await office.deliveries(scene.draft)) == 1
