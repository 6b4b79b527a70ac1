"""The bot with everything real around it: PostgreSQL, Valkey, the queue, aiogram, and Telegram's stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiohttp import ClientSession
from sqlalchemy import select

from bot.connect import connect
from bot.outgoing import Outgoing
from bot.updates.handling import ATTEMPTS, UpdateHandler
from bot.updates.performing import Performer
from bot.updates.polling import Polling
from db.engine import Database
from db.models import Draft
from db.queue import Step
from db.repositories import drafts
from sandbox.server import serve
from sandbox.telegram import Person, Telegram, TelegramConfig
from services.decide.service import Decisions
from services.limits import Limits
from services.options import Options
from services.updates import store
from services.work.runner import Runner
from tests.bot.builders import TOKEN, Seed, a_card, a_config, appoint

MOSCOW = ZoneInfo("Europe/Moscow")
PATIENCE = 20.0  # seconds that a test waits for what must happen; never a measure


@dataclass
class World:
    """One Telegram with our bot in it, and hands to play with."""

    address: str
    http: ClientSession
    config: TelegramConfig
    db: Database
    bot: Bot
    options: Options
    handler: UpdateHandler
    failures: list[Exception] = field(default_factory=list)

    @property
    def group(self) -> int:
        """The managers' chat."""
        return self.config.chat_id

    async def call(self, method: str, **params: Any) -> Any:
        """A Bot API call that must succeed."""
        async with self.http.post(f"{self.address}/bot{TOKEN}/{method}", json=params) as answer:
            body = await answer.json()
            assert answer.status == 200, body
            return body["result"]

    async def control(self, address: str, **body: Any) -> Any:
        """Act as somebody; must succeed."""
        async with self.http.post(f"{self.address}/_control/{address}", json=body) as answer:
            found = await answer.json()
            assert answer.status == 200, found
            return found

    async def look(self, what: str) -> Any:
        """Look at the stand-in."""
        async with self.http.get(f"{self.address}/_control/{what}") as answer:
            assert answer.status == 200
            return await answer.json()

    async def press(self, person: Person, seed: Seed, data: str, message_id: int | None = None) -> Any:
        """Press a button of a card: `{text, alert, …}`; somebody must be listening."""
        shown = message_id or seed.card.message_id
        return await self.control("press", user_id=person.id, message_id=shown, data=data)

    async def tap(self, person: Person, seed: Seed, data: str) -> Any:
        """Press a button where nobody listens, and handle what comes of it."""
        press = asyncio.create_task(self.press(person, seed, data))
        while not press.done():
            await self.pump()
        return await press

    async def pump(self) -> None:
        """Receive what is pending and handle it, effects included, one update after the other."""
        offset = 0
        while payloads := await self.call("getUpdates", offset=offset, timeout=0):
            offset = payloads[-1]["update_id"] + 1
            async with self.db.transaction() as tx:
                await store(tx, payloads)
            for payload in payloads:
                for _ in range(ATTEMPTS):  # an update that is done is left alone
                    await self.handler(payload["update_id"])

    async def post(self, text: str = "card", **params: Any) -> int:
        """A message of the bot in the group; its id."""
        message = await self.call("sendMessage", chat_id=self.group, text=text, **params)
        return int(message["message_id"])

    async def card(self, **values: Any) -> Seed:
        """A card that stands in the group."""
        return await a_card(self.db, self.group, await self.post(), **values)

    async def write(self, person: Person, text: str, **values: Any) -> int:
        """A message of a person; its id."""
        sent = await self.control("send", user_id=person.id, text=text, **values)
        return int(sent["message_id"])

    async def messages(self, chat_id: int | None = None) -> list[dict[str, Any]]:
        """What stands in a chat now, oldest first."""
        shown: list[dict[str, Any]] = await self.look(f"messages?chat_id={chat_id or self.group}")
        return shown

    async def calls(self, method: str) -> list[dict[str, Any]]:
        """The bot's calls of one method."""
        return [call for call in await self.look("calls") if call["method"] == method]

    async def draft(self, seed: Seed) -> Draft:
        """The draft as it is now."""
        async with self.db.transaction() as tx:
            draft = await drafts.get(tx.session, seed.draft.id)
            assert draft is not None
            return draft

    async def text(self, seed: Seed) -> str:
        """The draft's current text."""
        async with self.db.transaction() as tx:
            draft = await drafts.get(tx.session, seed.draft.id)
            assert draft is not None
            version = await drafts.version(tx.session, draft.id, draft.version)
            return version.text if version else ""

    async def rows(self, model: type[Any], *conditions: Any) -> list[Any]:
        """All rows of a table, oldest first."""
        async with self.db.transaction() as tx:
            found = await tx.session.execute(select(model).where(*conditions).order_by(model.id))
            return list(found.scalars())

    async def until(self, condition: Callable[[], Awaitable[Any]]) -> Any:
        """Look again and again until `condition` is true; its value."""
        async with asyncio.timeout(PATIENCE):
            while not (found := await condition()):  # noqa: ASYNC110 - the neighbour is behind HTTP
                await asyncio.sleep(0.01)
            return found

    async def said(self, part: str, chat_id: int | None = None) -> dict[str, Any]:
        """Wait for a message of the bot that contains `part`."""

        async def found() -> dict[str, Any] | None:
            shown = await self.messages(chat_id)
            matching = [m for m in shown if m["from"]["is_bot"] and part in m.get("text", "")]
            return matching[-1] if matching else None

        message: dict[str, Any] = await self.until(found)
        return message

    async def reacted(self, message_id: int, emoji: str) -> None:
        """Wait for the bot's reaction to a message."""

        async def found() -> bool:
            [message] = [m for m in await self.messages() if m["message_id"] == message_id]
            return any(reaction.get("emoji") == emoji for reaction in message["reactions"])

        await self.until(found)


@pytest.fixture(autouse=True)
def plain_tracebacks() -> Iterator[None]:
    """A pretty one takes longer to draw than a press may take to be answered."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    yield
    structlog.reset_defaults()


async def closed(bot: Bot) -> None:
    """Close the connections without the pause that aiogram makes for TLS."""
    session = bot.session
    assert isinstance(session, AiohttpSession)
    if session._session is not None:
        await session._session.close()


@pytest.fixture
def config() -> TelegramConfig:
    return a_config()


@pytest.fixture
async def world(db: Database, redis_url: str, config: TelegramConfig) -> AsyncIterator[World]:
    """The bot, not yet listening."""
    options = Options(chat_id=config.chat_id)
    limits = Limits(redis_url)
    async with serve(Telegram(config).application()) as address, ClientSession() as http:
        bot = connect(TOKEN, address)
        outgoing = Outgoing(bot, limits, 600)
        performer = Performer(db, outgoing, options, grace=timedelta())
        handler = UpdateHandler(db, bot, performer, Decisions(options, b"key of tests"), options, MOSCOW)
        await appoint(db)
        yield World(address, http, config, db, bot, options, handler)
        await closed(bot)
        await limits.close()


@pytest.fixture
async def running(world: World, database_url: str) -> AsyncIterator[World]:
    """The bot at work: polling, queue and handler."""

    async def failed(_step: Step, _row: int | None, error: Exception) -> None:
        world.failures.append(error)

    runner = Runner(database_url, {Step.TELEGRAM_UPDATE: world.handler}, failed)
    tasks = [asyncio.create_task(runner.run()), asyncio.create_task(Polling(world.db, world.bot).run())]
    try:
        async with asyncio.timeout(PATIENCE):
            await runner.running.wait()
        yield world
        assert world.failures == []
    finally:
        runner.stop()
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
