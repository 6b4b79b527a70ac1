"""A client of the stand-in, and the stand-in's own control."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.instagram.client import InstagramClient
from tests.sandbox.instagram.conftest import instagram, player
from tests.sandbox.instagram.player import Player

__all__ = ("client", "instagram", "player")

VERSION = "v26.0"


@pytest.fixture
async def client(player: Player) -> AsyncIterator[InstagramClient]:
    async with InstagramClient(player.base, VERSION) as client:
        yield client
