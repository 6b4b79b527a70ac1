"""Bringing an embedded server back when its process has ended."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from db.embedded import EmbeddedError, EmbeddedServers

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0


async def watch(servers: EmbeddedServers) -> None:
    """Start again what is gone, for ever. On the main thread: the servers live as long as their starter."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for server in (servers.postgres, servers.valkey):
            if server.pid is not None:
                continue
            log.error("embedded_server_ended", server=server.name)
            try:
                # Blocks the loop for a moment, in which nothing could work anyway.
                server.start()
            except (EmbeddedError, OSError):
                log.exception("embedded_server_not_started", server=server.name)
