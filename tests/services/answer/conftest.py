"""The pipeline's steps between real servers and stand-ins."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from db.engine import Database
from tests.services.pipeline import Pipeline, a_pipeline


@pytest.fixture
async def pipeline(db: Database) -> AsyncIterator[Pipeline]:
    async with a_pipeline(db) as found:
        yield found
