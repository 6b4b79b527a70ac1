"""A served stand-in, a client for it and a receiver of its webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.instagram import Instagram, InstagramConfig
from sandbox.server import serve
from tests.sandbox.instagram.player import ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN, Player, Receiver


@pytest.fixture
def instagram() -> Instagram:
    return Instagram(
        InstagramConfig(app_secret=APP_SECRET, verify_token=VERIFY_TOKEN, access_token=ACCESS_TOKEN)
    )


@pytest.fixture
async def player(instagram: Instagram) -> AsyncIterator[Player]:
    async with serve(instagram.application()) as base, aiohttp.ClientSession() as session:
        yield Player(session, base)


@pytest.fixture
async def receiver(instagram: Instagram) -> AsyncIterator[Receiver]:
    """A receiver that the stand-in already knows."""
    receiver = Receiver()
    async with serve(receiver.application()) as base:
        receiver.url = instagram.webhook_url = f"{base}/hook"
        yield receiver
