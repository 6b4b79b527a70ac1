"""A client of the stand-in, the stand-in's own control, and the owner's browser."""

from __future__ import annotations

import pytest

from db.engine import Database
from services.instagram.client import InstagramClient
from tests.sandbox.instagram.conftest import instagram, player
from tests.sandbox.instagram.player import Player
from tests.services.accounts.browser import Browser
from tests.services.tokens.conftest import client

__all__ = ("client", "instagram", "player")


@pytest.fixture
def browser(db: Database, player: Player, client: InstagramClient) -> Browser:
    return Browser(db, player, client)
