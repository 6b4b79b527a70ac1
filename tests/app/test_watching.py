"""An embedded server that died comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from app.watching import watch
from db.embedded import EmbeddedServers
from db.engine import asyncpg_arguments

PATIENCE = 30.0


@pytest.mark.parametrize("name", ["postgres", "valkey"])
async def test_a_killed_server_is_started_again_with_its_data(tmp_path: Path, name: str) -> None:
    servers = EmbeddedServers(tmp_path / "state", durable=False).start()
    try:
        before = servers.pids[name]
        watching = asyncio.create_task(watch(servers))
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE):
            while servers.pids.get(name) in {None, before}:  # noqa: ASYNC110 - a process has no event
                await asyncio.sleep(0.05)
        connection = await asyncpg.connect(**asyncpg_arguments(servers.database_url))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
        watching.cancel()
    finally:
        servers.stop()
