"""Two managers at the same moment: one wins, the other is told who and what, one reply at most."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.cards.callbacks import Press
from db.life.draft import DraftState
from db.models import Decision, Delivery
from sandbox.telegram import Person
from services.updates import store
from tests.bot.builders import IVAN, MARIA, OLGA, Seed
from tests.bot.conftest import World

ROUNDS = 20
NAMES = {OLGA.id: OLGA.name, IVAN.id: IVAN.name, MARIA.id: MARIA.name}


def a_press(world: World, update_id: int, person: Person, seed: Seed, press: Press) -> dict[str, Any]:
    """An update as Telegram sends it."""
    return {
        "update_id": update_id,
        "callback_query": {
            "id": str(update_id),
            "from": {
                "id": person.id,
                "is_bot": False,
                "first_name": person.name,
                "username": person.username,
                "language_code": person.language_code,
            },
            "message": {
                "message_id": seed.card.message_id,
                "date": 0,
                "chat": {"id": world.group, "type": "supergroup", "title": "Менеджеры"},
            },
            "chat_instance": "1",
            "data": seed.data(press),
        },
    }


async def answers(world: World) -> dict[int, dict[str, Any]]:
    """What was answered to each of these presses."""
    calls = await world.calls("answerCallbackQuery")
    return {int(call["params"]["callback_query_id"]): call["params"] for call in calls}


@pytest.mark.parametrize(
    ("ivans", "marias"),
    [
        (Press.APPROVE, Press.REJECT_SPAM),
        (Press.APPROVE, Press.APPROVE),
        (Press.APPROVE, Press.EDIT),
        (Press.REJECT_WRONG, Press.DONE),
    ],
)
async def test_of_two_presses_handled_at_once_one_counts(world: World, ivans: Press, marias: Press) -> None:
    for first in range(1, 2 * ROUNDS, 2):
        seed = await world.card()
        second = first + 1
        async with world.db.transaction() as tx:
            ivan = a_press(world, first, IVAN, seed, ivans)
            maria = a_press(world, second, MARIA, seed, marias)
            await store(tx, [ivan, maria])
        order = (first, second) if first % 4 == 1 else (second, first)
        await asyncio.gather(*(world.handler(update_id) for update_id in order))

        [decision] = await world.rows(Decision, Decision.draft_id == seed.draft.id)
        told = await answers(world)
        won, lost = (first, second) if decision.actor_id == IVAN.id else (second, first)
        assert told[won]["show_alert"] == "false"
        assert told[lost]["show_alert"] == "true"
        assert NAMES[decision.actor_id] in told[lost]["text"]
        planned = await world.rows(Delivery, Delivery.comment_id == seed.comment.id)
        approved = (await world.draft(seed)).state is DraftState.APPROVED
        assert len(planned) == (1 if approved else 0)


async def test_presses_that_arrive_together_over_http_are_all_answered(running: World) -> None:
    for _ in range(5):
        seed = await running.card()
        told = await asyncio.gather(
            running.press(OLGA, seed, seed.data(Press.APPROVE)),
            running.press(IVAN, seed, seed.data(Press.REJECT_SPAM)),
            running.press(MARIA, seed, seed.data(Press.APPROVE)),
        )
        assert sorted(answer["alert"] for answer in told) == [False, True, True]
        assert len(await running.rows(Decision, Decision.draft_id == seed.draft.id)) == 1
        assert len(await running.rows(Delivery, Delivery.comment_id == seed.comment.id)) <= 1
