from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from db.engine import Database
from tests.services.privacy.house import House, a_house


@pytest.fixture
async def house(db: Database, redis_url: str) -> AsyncIterator[House]:
    async with a_house(db, redis_url) as house:
        yield house
