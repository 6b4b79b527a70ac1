"""Handling stored updates: once, in one transaction, and always answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.cards.callbacks import Press
from bot.updates.handling import ATTEMPTS
from db.engine import Database
from db.life.draft import DraftState
from db.models import Alert, Decision, Delivery, TelegramUpdate
from db.models.telegram_update import UpdateState
from services.decide.service import Decisions
from services.updates import store
from tests.bot.builders import OLGA, Seed
from tests.bot.conftest import World
from tests.db.cable import Cable, cable_to


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


async def test_what_people_wrote_does_not_stay_in_the_updates(world: World) -> None:
    message = await world.post("a card")
    await world.write(OLGA, "между нами", reply_to=message)
    await world.pump()
    row = await update_row(world)
    assert row.payload == {"update_id": row.id}
    assert row.state is UpdateState.PROCESSED


async def test_telegram_failing_to_take_the_answer_changes_no_decision(world: World) -> None:
    seed = await world.card()
    await world.control("faults", operation="answerCallbackQuery", kind="status", code=500)
    await a_stored_press(world, seed)
    await world.handler(7)
    assert (await world.draft(seed)).state is DraftState.APPROVED
    assert (await update_row(world)).state is UpdateState.PROCESSED


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
    stumbling: Stumbling, world: World
) -> None:
    stumbling.left = ATTEMPTS
    seed = await world.card()
    answer = await world.tap(OLGA, seed, seed.data(Press.APPROVE))
    assert answer["text"].startswith("Не получилось")
    assert answer["alert"] is True
    assert (await world.draft(seed)).state is DraftState.PENDING
    assert await world.rows(Decision) == []
    row = await update_row(world)
    assert (row.state, row.error) == (UpdateState.FAILED, "RuntimeError")
    [alert] = await world.rows(Alert)
    assert alert.kind == "step_failed"


async def test_every_failed_attempt_but_the_last_queues_another(stumbling: Stumbling, world: World) -> None:
    stumbling.left = ATTEMPTS
    seed = await world.card()
    await a_stored_press(world, seed)
    for _ in range(ATTEMPTS):
        await world.handler(7)
    async with world.db.transaction() as tx:
        jobs = await tx.session.execute(
            text("SELECT dedupe_key FROM pgqueuer WHERE entrypoint = 'telegram_update' ORDER BY id")
        )
        assert [row[0] for row in jobs] == ["update:7", "update:7:1", "update:7:2"]


async def test_an_update_of_an_unknown_shape_ends_failed_and_blocks_nobody(world: World) -> None:
    async with world.db.transaction() as tx:
        await store(tx, [{"update_id": 5, "message": {"nonsense": True}}])
    for _ in range(ATTEMPTS):
        await world.handler(5)
    assert (await update_row(world)).state is UpdateState.FAILED


class Cut(Decisions):
    """Decides as ever; meanwhile the database goes away."""

    def __init__(self, world: World, cable: Cable) -> None:
        super().__init__(world.options, b"key of tests")
        self._cable = cable

    async def approve(self, *arguments: Any, **named: Any) -> Any:
        outcome = await super().approve(*arguments, **named)
        await self._cable.pull()
        return outcome


async def test_a_press_that_loses_the_database_is_answered_kept_and_handled_later(
    world: World, database_url: str
) -> None:
    seed = await world.card()
    await a_stored_press(world, seed)
    async with cable_to(database_url) as cable:
        far = Database(cable.url)
        world.handler._db, near = far, world.handler._db
        world.handler._dispatcher["decisions"] = Cut(world, cable)
        await world.handler(7)
        await far.close()
    [call] = await world.calls("answerCallbackQuery")
    assert call["params"]["text"].startswith("База данных сейчас недоступна")
    assert (await world.draft(seed)).state is DraftState.PENDING
    assert (await update_row(world)).state is UpdateState.RECEIVED
    world.handler._db = near
    world.handler._dispatcher["decisions"] = Decisions(world.options, b"key of tests")
    await world.handler(7)
    assert (await world.draft(seed)).state is DraftState.APPROVED
