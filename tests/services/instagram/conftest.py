"""A client of the stand-in, and one of a neighbour that answers what it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.instagram.access import Access, Login
from services.instagram.client import InstagramClient
from tests.sandbox.instagram.conftest import instagram, player
from tests.sandbox.instagram.player import ACCESS_TOKEN, ACCOUNT, Player
from tests.services.instagram.neighbour import Neighbour, served

__all__ = ("access", "client", "facebook", "instagram", "neighbour", "player", "told")

VERSION = "v26.0"


@pytest.fixture
def access() -> Access:
    """To the stand-in's account."""
    return Access(ACCESS_TOKEN, ACCOUNT)


@pytest.fixture
async def client(player: Player) -> AsyncIterator[InstagramClient]:
    """A client of the stand-in."""
    async with InstagramClient(player.base, VERSION) as client:
        yield client


@pytest.fixture
async def neighbour() -> AsyncIterator[Neighbour]:
    async with served() as neighbour:
        yield neighbour


@pytest.fixture
async def told(neighbour: Neighbour) -> AsyncIterator[InstagramClient]:
    """A client of the neighbour."""
    async with InstagramClient(neighbour.base, VERSION) as client:
        yield client


@pytest.fixture
async def facebook(neighbour: Neighbour) -> AsyncIterator[InstagramClient]:
    """A client of the neighbour that goes by Facebook Login."""
    async with InstagramClient(neighbour.base, VERSION, Login.FACEBOOK) as client:
        yield client
