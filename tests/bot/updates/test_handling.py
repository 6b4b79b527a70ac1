"""Handling stored updates: once, in one transaction, and always answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.cards.callbacks import Press
from bot.updates.handling import ATTEMPTS
from db.life.draft import DraftState
from db.models import Alert, Decision, Delivery, TelegramUpdate
from db.models.telegram_update import UpdateState
from services.decide.service import Decisions
from services.updates import store
from tests.bot.builders import OLGA, Seed
from tests.bot.conftest import World


async def a_stored_press(world: World, seed: Seed, update_id: int = 7) -> None:
    """A press that was stored, and whose process died before it was handled."""
    payload = {
        "update_id": update_id,
        "callback_query": {
            "id": str(update_id),
            "from": {"id": OLGA.id, "is_bot": False, "first_name": OLGA.name, "language_code": "ru"},
            "message": {
                "message_id": seed.card.message_id,
                "date": 0,
                "chat": {"id": world.group, "type": "supergroup", "title": "Менеджеры"},
            },
            "chat_instance": "1",
            "data": seed.data(Press.APPROVE),
        },
    }
    async with world.db.transaction() as tx:
        await store(tx, [payload])


async def update_row(world: World) -> TelegramUpdate:
    [row] = await world.rows(TelegramUpdate)
    assert isinstance(row, TelegramUpdate)
    return row


async def test_a_repeated_update_acts_once(running: World) -> None:
    seed = await running.card()
    answer = await running.press(OLGA, seed, seed.data(Press.APPROVE))
    await running.control("redeliver", update_id=answer["update_id"], times=3)
    await running.write(OLGA, "/start", chat_id=OLGA.id)
    await running.said("владелец", OLGA.id)
    assert len(await running.rows(Decision)) == 1
    assert len(await running.rows(Delivery)) == 1


async def test_handling_the_same_update_again_does_nothing(world: World) -> None:
    seed = await world.card()
    await a_stored_press(world, seed)
    await asyncio.gather(*(world.handler(7) for _ in range(5)))
    await world.handler(7)
    assert len(await world.rows(Decision)) == 1


async def test_an_update_stored_before_a_restart_is_handled_after_it(world: World, database_url: str) -> None:
    seed = await world.card()
    await a_stored_press(world, seed)
    # Its job was committed with it, so that whichever process comes next finds it.
    async with world.db.transaction() as tx:
        jobs = await tx.session.execute(text("SELECT entrypoint, payload FROM pgqueuer"))
        assert [(row[0], bytes(row[1])) for row in jobs] == [("telegram_update", b"7")]
    await world.handler(7)
    assert (await world.draft(seed)).state is DraftState.APPROVED


async def test_what_people_wrote_does_not_stay_in_the_updates(running: World) -> None:
    message = await running.post("a card")
    await running.write(OLGA, "между нами", reply_to=message)
    await running.settled()
    row = await update_row(running)
    assert row.payload == {"update_id": row.id}
    assert row.state is UpdateState.PROCESSED


async def test_telegram_failing_to_take_the_answer_changes_no_decision(running: World) -> None:
    seed = await running.card()
    await running.control("faults", operation="answerCallbackQuery", kind="status", code=500)
    await a_stored_press(running, seed)
    await running.settled()
    assert (await running.draft(seed)).state is DraftState.APPROVED
    assert (await update_row(running)).state is UpdateState.PROCESSED


class Stumbling(Decisions):
    """Decides as ever, and then breaks down so many times."""

    left = 0

    async def approve(self, *arguments: Any, **named: Any) -> Any:
        outcome = await super().approve(*arguments, **named)
        if self.left:
            self.left -= 1
            raise RuntimeError("a bug")
        return outcome


@pytest.fixture
def stumbling(world: World) -> Stumbling:
    decisions = Stumbling(world.options, b"key of tests")
    world.handler._dispatcher["decisions"] = decisions
    return decisions


async def test_a_handler_that_fails_once_is_tried_again_with_the_spinner_waiting(
    stumbling: Stumbling, running: World
) -> None:
    stumbling.left = 1
    seed = await running.card()
    answer = await running.press(OLGA, seed, seed.data(Press.APPROVE))
    assert answer["text"] == "✅ Одобрено"
    assert len(await running.rows(Decision)) == 1
    assert len(await running.rows(Delivery)) == 1
    assert await running.rows(Alert) == []


async def test_a_handler_that_keeps_failing_ends_with_an_answer_and_an_alert(
    stumbling: Stumbling, running: World
) -> None:
    stumbling.left = ATTEMPTS
    seed = await running.card()
    answer = await running.press(OLGA, seed, seed.data(Press.APPROVE))
    assert answer["text"].startswith("Не получилось")
    assert answer["alert"] is True
    assert (await running.draft(seed)).state is DraftState.PENDING
    assert await running.rows(Decision) == []
    row = await update_row(running)
    assert (row.state, row.error) == (UpdateState.FAILED, "RuntimeError")
    [alert] = await running.rows(Alert)
    assert alert.kind == "step_failed"


async def test_an_update_of_an_unknown_shape_ends_failed_and_blocks_nobody(running: World) -> None:
    async with running.db.transaction() as tx:
        await store(tx, [{"update_id": 5, "message": {"nonsense": True}}])
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.APPROVE))
    await running.settled()
    states = {row.id: row.state for row in await running.rows(TelegramUpdate)}
    assert states.pop(5) is UpdateState.FAILED
    assert set(states.values()) == {UpdateState.PROCESSED}
