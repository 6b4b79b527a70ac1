"""A senior with files in hand, and the reader that the queue would run."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, update

from bot.knowledge.importing import KnowledgeImport
from bot.outgoing import Outgoing
from db.models import Document, KnowledgeChange, Passage, Upload
from db.models.manager import Role
from db.queue import Step
from db.repositories import managers
from sandbox.telegram import Person
from services.decide.service import Decisions
from services.limits import Limits
from services.options import Options
from services.work.sweep import Sweep
from tests.bot.builders import MARIA
from tests.bot.conftest import World
from tests.bot.jobs import QueuedJob, queued

PRICES = "name;price\nСвеча;1290 ₽\nМыло;390 ₽\n".encode()
FAQ = "# Доставка\nПо Москве 300 ₽.\n\nВопрос: Есть самовывоз?\nОтвет: Да, на Арбате.\n".encode()


@dataclass
class Knowledge:
    """What a test of knowledge does with the world."""

    world: World
    importer: KnowledgeImport
    folder: Path

    async def give_file(
        self,
        person: Person,
        name: str,
        data: bytes,
        text: str = "",
        chat_id: int | None = None,
        **values: Any,
    ) -> int:
        """Send a file, in private unless `chat_id` is another chat; the message's id."""
        place = {name: values.pop(name) for name in ("reply_to", "thread_id", "anonymous") if name in values}
        file = {"name": name, "data": base64.b64encode(data).decode(), **values}
        sent = await self.world.control(
            "send", user_id=person.id, chat_id=chat_id or person.id, text=text, file=file, **place
        )
        return int(sent["message_id"])

    async def send(
        self,
        person: Person,
        name: str,
        data: bytes,
        text: str = "",
        chat_id: int | None = None,
        **values: Any,
    ) -> int:
        """Send a file, and handle what comes of it."""
        sent = await self.give_file(person, name, data, text, chat_id, **values)
        await self.world.pump()
        return sent

    async def work(self) -> None:
        """Run what is queued for the reader, as the queue would."""
        for job in await self.queued():
            await self.importer(job.row)

    async def told(self, chat_id: int, after: int) -> str:
        """What the bot has said in a chat after a message."""
        shown = [one for one in await self.world.messages(chat_id) if one["message_id"] > after]
        return "\n".join(str(one["text"]) for one in shown if one["from"]["is_bot"])

    async def give(self, person: Person, name: str, data: bytes, **values: Any) -> str:
        """Send a file in private, have it read, and what the bot said."""
        sent = await self.send(person, name, data, **values)
        await self.work()
        return await self.told(person.id, sent)

    async def press(
        self, person: Person, message: dict[str, Any], label: str, chat_id: int | None = None
    ) -> str:
        """Press the button of a message whose label contains `label`; the toast."""
        [data] = [data for shown, data in buttons(message) if label in shown]
        return await self.forge(person, int(message["message_id"]), data, chat_id or message["chat"]["id"])

    async def forge(self, person: Person, message_id: int, data: str, chat_id: int) -> str:
        """Press with any data; the toast."""
        control = self.world.control
        press = asyncio.create_task(
            control("press", user_id=person.id, message_id=message_id, data=data, chat_id=chat_id)
        )
        while not press.done():
            await self.world.pump()
        return str((await press)["text"])

    async def promote(self, person: Person) -> None:
        """Make somebody a senior."""
        async with self.world.db.transaction() as tx:
            await managers.change(tx.session, person.id, role=Role.SENIOR)

    async def last(self, chat_id: int) -> dict[str, Any]:
        """The bot's last message in a chat."""
        shown = [one for one in await self.world.messages(chat_id) if one["from"]["is_bot"]]
        return shown[-1]

    async def passages(self) -> list[tuple[int | None, str]]:
        """Whose passages there are, and their titles."""
        return [(row.account_id, row.title) for row in await self.world.rows(Passage)]

    async def uploads(self) -> list[Upload]:
        """The files that were taken."""
        return await self.world.rows(Upload)

    async def documents(self) -> list[Document]:
        """What is in use."""
        return await self.world.rows(Document)

    async def changes(self) -> list[tuple[str, str, int | None]]:
        """Who did what to which document."""
        rows = await self.world.rows(KnowledgeChange)
        return [(row.action.value, row.name, row.manager_id) for row in rows]

    async def queued(self) -> list[QueuedJob]:
        """The jobs that wait for the reader."""
        return await queued(self.world.db, Step.IMPORT_KNOWLEDGE)

    async def sweep(self) -> None:
        """Wake what nobody works on, as the clock has it done."""
        options = self.world.options
        await Sweep(self.world.db, options, Decisions(options, b"key of tests"))()

    async def grow_old(self) -> None:
        """Let every file have come a minute ago, and every lease have run out."""
        past = func.now() - timedelta(minutes=1)
        async with self.world.db.transaction() as tx:
            await tx.session.execute(update(Upload).values(created_at=past, next_attempt_at=None))
            leased = Upload.lease_until.is_not(None)
            await tx.session.execute(update(Upload).where(leased).values(lease_until=past))

    def left(self) -> list[Path]:
        """What stands in the folder of files that are being read."""
        return list(self.folder.iterdir()) if self.folder.exists() else []


def buttons(message: dict[str, Any]) -> list[tuple[str, str]]:
    """The labels and the data of a message's buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [(one["text"], one["callback_data"]) for row in rows for one in row]


@pytest.fixture
async def knowledge(world: World, redis_url: str, tmp_path: Path) -> AsyncIterator[Knowledge]:
    """The bot with a reader; Мария is a senior, Ivan a manager."""
    limits = Limits(redis_url)
    options = Options(chat_id=world.group, lease=timedelta(seconds=15))
    folder = tmp_path / "uploads"
    outgoing = Outgoing(world.bot, limits, 600)
    found = Knowledge(world, KnowledgeImport(world.db, world.bot, outgoing, options, folder), folder)
    await found.promote(MARIA)
    yield found
    await limits.close()
