"""Whether the program lives, and whether it can work."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from db import migrations
from db.engine import Database
from services.limits import Limits
from tests.db.cable import cable_to, silence
from tests.webhook.door import Door
from webhook import health
from webhook.health import Health, Readiness
from webhook.server import application, listening

NOWHERE = "redis://127.0.0.1:1/0"


@asynccontextmanager
async def asked(
    db: Database, redis_url: str = NOWHERE, readiness: Readiness | None = None
) -> AsyncIterator[Door]:
    limits = Limits(redis_url)
    app = application(Health(db, limits, readiness or Readiness()).routes())
    async with listening(app, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        yield Door(session, port)
    await limits.close()


async def says(door: Door, path: str) -> tuple[int, Any]:
    answer = await door.get(path)
    return answer.status, json.loads(answer.text)


async def test_all_is_well(db: Database, redis_url: str) -> None:
    async with asked(db, redis_url) as door:
        assert await says(door, "/health/live") == (200, {"live": True})
        ready = {"ready": True, "database": "ok", "draining": False}
        assert await says(door, "/health/ready") == (200, ready)
        assert await says(door, "/health") == (200, ready | {"redis": "ok"})


async def test_redis_away_is_degraded_and_still_ready(db: Database) -> None:
    async with asked(db) as door:
        assert (await says(door, "/health/ready"))[0] == 200
        status, summary = await says(door, "/health")

    assert (status, summary["ready"], summary["redis"]) == (200, True, "degraded")


async def test_a_program_that_stops_asks_for_no_more_traffic(db: Database) -> None:
    readiness = Readiness(draining=True)
    async with asked(db, readiness=readiness) as door:
        assert (await says(door, "/health/ready"))[0] == 503
        assert (await says(door, "/health"))[1]["ready"] is False
        assert (await says(door, "/health/live"))[0] == 200


async def test_without_its_schema_it_is_not_ready(empty_database_url: str) -> None:
    empty = Database(empty_database_url)
    async with asked(empty) as door:
        status, body = await says(door, "/health/ready")
        assert (status, body["database"]) == (503, "needs migration")
        await migrations.migrate(empty.engine)
        assert (await says(door, "/health/ready"))[0] == 200
    await empty.close()


async def test_it_becomes_unready_with_its_database_and_ready_again(database_url: str) -> None:
    async with cable_to(database_url) as cable:
        far = Database(cable.url)
        async with asked(far) as door:
            assert (await says(door, "/health/ready"))[0] == 200
            await cable.pull()
            status, body = await says(door, "/health/ready")
            assert (status, body["database"]) == (503, "unreachable")
            assert (await says(door, "/health/live"))[0] == 200
            await cable.plug()
            assert (await says(door, "/health/ready"))[0] == 200
        await far.close()


async def test_a_database_that_never_answers_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "DEADLINE", 0.2)
    async with silence() as port:
        frozen = Database(f"postgresql+asyncpg://nobody@127.0.0.1:{port}/nothing")
        async with asked(frozen) as door:
            status, body = await says(door, "/health/ready")
        await frozen.close()

    assert (status, body["database"]) == (503, "unreachable")
