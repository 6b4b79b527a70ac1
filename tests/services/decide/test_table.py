"""Every decision in every state of a draft: what it answers, and that a refusal changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from db.engine import Database
from db.life.draft import DraftState
from services.decide.outcome import Result
from tests.building import IVAN, OLGA, a_scene
from tests.services.decide.conftest import Office

S, R = DraftState, Result
BOTH_OPEN = {S.PENDING: R.DONE, S.ESCALATED: R.DONE}
NOT_OPEN = {S.PENDING: R.NOT_NOW, S.ESCALATED: R.NOT_NOW}

# What each decision answers where it is not DECIDED: a colleague was faster.
TABLE: dict[str, dict[DraftState, Result]] = {
    "approve": BOTH_OPEN,
    "reject": BOTH_OPEN,
    "escalate": {S.PENDING: R.DONE},
    "done": {**BOTH_OPEN, S.APPROVED: R.DONE},
    "reopen": {**NOT_OPEN, S.REJECTED: R.DONE},
    "undo": {**NOT_OPEN, S.APPROVED: R.TOO_LATE},
    "regenerate": BOTH_OPEN,
    "claim": BOTH_OPEN,
    "take_over": BOTH_OPEN,
    "release": NOT_OPEN,
    "edit": BOTH_OPEN,
    "retry": NOT_OPEN,
    "was_sent": NOT_OPEN,
    "send_again": NOT_OPEN,
    "set_hidden": dict.fromkeys(DraftState, R.DONE),
}
WORDS = {"reject": ["wrong facts"], "edit": ["Другой ответ"]}


@pytest.mark.parametrize("action", TABLE)
async def test_every_decision_answers_in_every_state(db: Database, office: Office, action: str) -> None:
    for number, state in enumerate(DraftState):
        scene = await a_scene(
            db,
            instagram_id=f"1810000000000000{number}",
            draft_values={
                "state": state,
                "decided_by": OLGA.id,
                "decided_at": datetime.now(UTC),
                "escalated_at": datetime.now(UTC) if state is S.ESCALATED else None,
            },
        )
        before = await office.draft(scene.draft)
        more = {"hidden": True} if action == "set_hidden" else {}

        outcome = await office.press(action, IVAN, scene.draft, *WORDS.get(action, []), **more)

        after = await office.draft(scene.draft)
        assert outcome.result is TABLE[action].get(state, R.DECIDED), state
        assert outcome.done == (outcome.result is R.DONE)
        if outcome.result is R.DECIDED:
            assert outcome.by == OLGA.name
            assert outcome.at == before.decided_at
        if outcome.done:
            assert len(await office.decided(scene.draft)) == 1
        else:
            assert (after.state, after.rev, after.version) == (before.state, before.rev, before.version)
            assert await office.decided(scene.draft) == []
            assert await office.deliveries(scene.draft) == []


@pytest.mark.parametrize("action", TABLE)
async def test_a_decision_about_nothing_is_unknown(db: Database, office: Office, action: str) -> None:
    scene = await a_scene(db)
    scene.draft.id = 999_999
    more = {"hidden": False} if action == "set_hidden" else {}
    outcome = await office.press(action, IVAN, scene.draft, *WORDS.get(action, []), **more)
    assert outcome.result is Result.UNKNOWN


@pytest.mark.parametrize("action", ["approve", "reject", "regenerate", "claim", "take_over", "edit"])
async def test_a_press_on_an_older_version_is_stale(db: Database, office: Office, action: str) -> None:
    scene = await a_scene(db)
    await office.press("edit", OLGA, scene.draft, "Новый текст")
    outcome = await office.press(action, IVAN, scene.draft, *WORDS.get(action, []), version=1)
    assert outcome.result is Result.STALE
    assert outcome.draft is not None
    assert outcome.draft.version == 2
    assert (await office.draft(scene.draft)).state is S.PENDING


@pytest.mark.parametrize(
    ("action", "state"),
    [("approve", S.APPROVED), ("reject", S.REJECTED), ("escalate", S.ESCALATED), ("done", S.DONE)],
)
async def test_the_same_press_of_the_same_person_is_idempotent(
    db: Database, office: Office, action: str, state: DraftState
) -> None:
    scene = await a_scene(db)
    words = WORDS.get(action, [])
    assert (await office.press(action, IVAN, scene.draft, *words)).done
    again = await office.press(action, IVAN, scene.draft, *words)
    assert again.result is Result.REPEATED
    assert again.by == IVAN.name
    assert (await office.draft(scene.draft)).state is state
    assert len(await office.decided(scene.draft)) == 1


async def test_the_second_to_escalate_is_told_who_did(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("escalate", OLGA, scene.draft)
    outcome = await office.press("escalate", IVAN, scene.draft)
    assert (outcome.result, outcome.by) == (Result.DECIDED, OLGA.name)
