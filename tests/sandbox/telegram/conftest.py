"""One running stand-in for each test, with a raw driver and aiogram's bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiohttp import ClientSession

from sandbox.server import serve
from sandbox.telegram import Telegram
from tests.sandbox.telegram.driver import CONFIG, Driver, make_bot


@pytest.fixture
def stand_in() -> Telegram:
    return Telegram(CONFIG)


@pytest.fixture
async def driver(stand_in: Telegram) -> AsyncIterator[Driver]:
    async with serve(stand_in.application()) as address, ClientSession() as http:
        yield Driver(address, http)


@pytest.fixture
async def bot(driver: Driver) -> AsyncIterator[Bot]:
    bot = make_bot(driver.address)
    yield bot
    await bot.session.close()
