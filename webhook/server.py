"""The two servers of a web process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

STOP_DEADLINE = 8.0  # seconds for requests that were accepted (rulings, 18)
LINGER = 1.0  # seconds in which a refused body is thrown away, so that its sender gets to see the answer


def application(routes: Iterable[web.RouteDef]) -> web.Application:
    """An application that reads no body by itself: handlers bound what they read."""
    app = web.Application(client_max_size=1024)
    app.add_routes(routes)
    return app


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block ends; yields the port (a free one for 0).

    Bodies are left compressed: the signature is over the bytes that arrived, and a bomb stays small.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        shutdown_timeout=STOP_DEADLINE,
        keepalive_timeout=30,
        lingering_time=LINGER,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, reuse_address=True)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
