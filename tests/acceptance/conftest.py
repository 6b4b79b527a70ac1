"""An installation with quick leases, so that a killed worker's rows are taken over within a second or two."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.installation import Installation, installed

QUICK = {
    "UNDO_SECONDS": "0",
    "LEASE_SECONDS": "1",
    "SWEEP_SECONDS": "1",
    "QUEUE_HEARTBEAT_SECONDS": "2",
    "QUEUE_DEQUEUE_SECONDS": "1",
    "READBACK_SECONDS": "10",
}


@pytest.fixture
async def installation(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[Installation]:
    """Neighbours are up, the service is not."""
    async with installed(tmp_path, database_url, redis_url, **QUICK) as ready:
        yield ready


@pytest.fixture
async def service(installation: Installation) -> Installation:
    """Everything is up."""
    await installation.start()
    return installation


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    migrated: Callable[[], AbstractAsyncContextManager[str]],
) -> AsyncIterator[Installation]:
    """Everything is up, once for all tests of a file: they meet in one chat, so each uses words of its own.

    The file's `SETTINGS` are added to the quick ones.
    """
    settings = QUICK | getattr(request.module, "SETTINGS", {})
    folder = tmp_path_factory.mktemp("shared")
    async with (
        migrated() as url,
        installed(folder, url, os.environ["TEST_REDIS_URL"], **settings) as ready,
    ):
        await ready.start()
        yield ready
