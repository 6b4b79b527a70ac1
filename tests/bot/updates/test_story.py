"""The whole way in the chat: the card that is drawn, the buttons that are on it, and what they do to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.cards.drawing import CardDrawer
from bot.outgoing import Outgoing
from bot.updates.polling import Polling
from db.life.draft import DraftState
from db.queue import Step
from db.repositories import cards
from sandbox.telegram import Person
from services.cards import show
from services.limits import Limits
from services.work.runner import Handler, Runner
from tests.bot.builders import IVAN, OLGA, Seed, a_card
from tests.bot.conftest import PATIENCE, World


@pytest.fixture
async def drawn(world: World, database_url: str, redis_url: str) -> AsyncIterator[World]:
    """The bot at work, drawing included."""
    failures: list[Exception] = []

    async def failed(_step: Step, _row: int | None, error: Exception) -> None:
        failures.append(error)

    limits = Limits(redis_url)
    drawer = CardDrawer(world.db, Outgoing(world.bot, limits, 600), world.options)
    handlers: dict[Step, Handler] = {Step.TELEGRAM_UPDATE: world.handler, Step.RENDER_CARD: drawer}
    runner = Runner(database_url, handlers, failed)
    tasks = [asyncio.create_task(runner.run()), asyncio.create_task(Polling(world.db, world.bot).run())]
    async with asyncio.timeout(PATIENCE):
        await runner.running.wait()
    yield world
    runner.stop()
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await limits.close()
    assert failures == []


async def a_drawn_card(world: World, **values: Any) -> Seed:
    """A card that the drawer has yet to post."""
    seed = await a_card(world.db, world.group, **values)
    async with world.db.transaction() as tx:
        await show(tx, seed.draft)
    return seed


async def card(world: World, *parts: str) -> dict[str, Any]:
    """Wait until the card shows all of `parts`."""

    async def shown() -> dict[str, Any] | None:
        for message in await world.messages():
            if all(part in message.get("text", "") for part in parts) and "force_reply" not in message:
                return message
        return None

    found: dict[str, Any] = await world.until(shown)
    return found


async def press(world: World, person: Person, message: dict[str, Any], action: str) -> dict[str, Any]:
    """Press the button that is really there."""
    buttons = [button for row in message["reply_markup"]["inline_keyboard"] for button in row]
    [data] = [b["callback_data"] for b in buttons if b.get("callback_data", "").startswith(f"d:{action}:")]
    answer: dict[str, Any] = await world.control(
        "press", user_id=person.id, message_id=message["message_id"], data=data
    )
    return answer


async def test_edit_approve_and_undo_on_one_card(drawn: World) -> None:
    seed = await a_drawn_card(drawn)
    number = f"#{seed.draft.id}"
    first = await card(drawn, number, "Доставка бесплатная.")
    assert (await press(drawn, OLGA, first, "ed"))["text"] == f"✏️ Вы редактируете {number}"
    question = await drawn.said("новый текст")
    editing = await card(drawn, number, "Правят", "Доставка бесплатная.")
    assert (await press(drawn, IVAN, editing, "ap"))["alert"] is True
    await drawn.write(OLGA, "Доставим за 300 ₽.", reply_to=question["message_id"])
    second = await card(drawn, number, "Доставим за 300 ₽.", "Ждёт решения")
    assert second["message_id"] == first["message_id"]
    await press(drawn, IVAN, second, "ap")
    approved = await card(drawn, "Ivan")
    await press(drawn, OLGA, approved, "un")
    await card(drawn, number, "Ждёт решения")
    assert (await drawn.draft(seed)).state is DraftState.PENDING


async def test_reject_in_two_steps_on_one_card(drawn: World) -> None:
    seed = await a_drawn_card(drawn)
    shown = await card(drawn, f"#{seed.draft.id}")
    await press(drawn, OLGA, shown, "rj")

    async def asks_for_a_reason() -> Any:
        message = await card(drawn, f"#{seed.draft.id}")
        rows = message["reply_markup"]["inline_keyboard"]
        return message if "d:rjs:" in str(rows) else None

    await press(drawn, OLGA, await drawn.until(asks_for_a_reason), "rjs")
    await card(drawn, "Решено не отвечать", "Ольга")


async def test_a_card_that_was_posted_twice_becomes_one(drawn: World) -> None:
    seed = await a_drawn_card(drawn)
    shown = await card(drawn, f"#{seed.draft.id}")
    again = await drawn.post("a copy", reply_markup=shown["reply_markup"])
    copy = next(one for one in await drawn.messages() if one["message_id"] == again)
    assert (await press(drawn, OLGA, copy, "ap"))["text"].startswith("Карточка устарела")
    async with drawn.db.transaction() as tx:
        found = await cards.get(tx.session, seed.card.id)
        assert found is not None
        assert found.message_id == shown["message_id"]
    assert (await drawn.draft(seed)).state is DraftState.PENDING
