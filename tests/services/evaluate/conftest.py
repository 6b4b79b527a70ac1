"""The product's steps on a test's database, before the offline stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from db.engine import Database
from services.evaluate.walking import Course
from tests.services.pipeline import Pipeline, a_pipeline


@pytest.fixture
async def pipeline(db: Database) -> AsyncIterator[Pipeline]:
    """With few attempts: an outage is to end soon."""
    async with a_pipeline(db) as found:
        found.options = replace(found.options, max_attempts=2)
        yield found


@pytest.fixture
def course(pipeline: Pipeline) -> Course:
    return Course(pipeline.db, pipeline.classify, pipeline.answer)
