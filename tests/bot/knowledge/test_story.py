"""The whole way with the queue at work: sent, asked, answered, read, listed."""

from __future__ import annotations

import asyncio

from bot.updates.polling import Polling
from db.queue import Step
from services.work.runner import Handler, Runner
from tests.bot.builders import OLGA, an_account
from tests.bot.conftest import PATIENCE
from tests.bot.knowledge.conftest import PRICES, Knowledge, buttons


async def test_a_file_of_one_of_two_shops(knowledge: Knowledge, database_url: str) -> None:
    world = knowledge.world
    await an_account(world.db, world.group)
    second = await an_account(world.db, None, "second_shop")
    failures: list[Exception] = []

    async def failed(_step: Step, _row: int | None, error: Exception) -> None:
        failures.append(error)

    steps: dict[Step, Handler] = {
        Step.TELEGRAM_UPDATE: world.handler,
        Step.IMPORT_KNOWLEDGE: knowledge.importer,
    }
    runner = Runner(database_url, steps, failed)
    tasks = [asyncio.create_task(runner.run()), asyncio.create_task(Polling(world.db, world.bot).run())]
    try:
        async with asyncio.timeout(PATIENCE):
            await runner.running.wait()
        await knowledge.give_file(OLGA, "c.csv", PRICES)
        question = await world.said("Чьё это знание", OLGA.id)
        [data] = [data for label, data in buttons(question) if "@second_shop" in label]
        pressed = await world.control(
            "press", user_id=OLGA.id, message_id=question["message_id"], data=data, chat_id=OLGA.id
        )
        assert pressed["text"] == "Читаю"
        await world.said("c.csv: прочитал и уже пользуюсь.\n👤 @second_shop", OLGA.id)
        await world.write(OLGA, "/knowledge", chat_id=OLGA.id)
        await world.said("1. c.csv", OLGA.id)
    finally:
        runner.stop()
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert await knowledge.passages() == [(second.id, "Свеча"), (second.id, "Мыло")]
    assert failures == []
