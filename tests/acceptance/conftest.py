"""An installation with quick leases, so that a killed worker's rows are taken over within a second or two."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
