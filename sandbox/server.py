"""Serving one stand-in on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def serve(application: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve `application` on loopback and yield its base address, without a trailing slash.

    Port 0 takes a free one. Handlers still running at the end get one second.
    """
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        bound = runner.addresses[0][1]
        yield f"http://{LOOPBACK}:{bound}"
    finally:
        await runner.cleanup()
