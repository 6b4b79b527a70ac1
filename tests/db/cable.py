"""A cable between the program and a server that can be pulled out and put in again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url

from db.engine import asyncpg_arguments

LOOPBACK = "127.0.0.1"

Opening = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Cable:
    """A proxy on loopback; pulled, it refuses connections and cuts those there are."""

    def __init__(self, open_far: Opening) -> None:
        self._open_far = open_far
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.url = ""

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._carry, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await self._open_far()
        self._writers |= {to_near, to_far}
        await asyncio.gather(self._pump(near, to_far), self._pump(far, to_near))
        self._writers -= {to_near, to_far}

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def silence() -> AsyncIterator[int]:
    """The port of a server that takes connections and never says a word."""
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def plugged(open_far: Opening) -> AsyncIterator[Cable]:
    """A cable that is plugged in at first."""
    cable = Cable(open_far)
    await cable.plug()
    try:
        yield cable
    finally:
        await cable.pull()


@asynccontextmanager
async def cable_to(database_url: str) -> AsyncIterator[Cable]:
    """A cable to a database; `url` is the database's address through it."""
    near = make_url(database_url)
    arguments = asyncpg_arguments(database_url)
    host, port = str(arguments["host"]), int(str(arguments.get("port", 5432)))

    async def open_far() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async with plugged(open_far) as cable:
        through = near.set(host=LOOPBACK, port=cable.port, query={})
        cable.url = through.render_as_string(hide_password=False)
        yield cable
