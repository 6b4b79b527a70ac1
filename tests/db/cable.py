"""A cable between the program and its database that can be pulled out and put in again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import make_url

from db.engine import asyncpg_arguments

LOOPBACK = "127.0.0.1"


class Cable:
    """A proxy on loopback; pulled, it refuses connections and cuts those there are."""

    def __init__(self, database_url: str) -> None:
        self._far: dict[str, Any] = asyncpg_arguments(database_url)
        self._near = make_url(database_url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def url(self) -> str:
        """The database's address through the cable."""
        near = self._near.set(host=LOOPBACK, port=self._port, query={})
        return near.render_as_string(hide_password=False)

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._carry, LOOPBACK, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        host, port = self._far["host"], self._far.get("port", 5432)
        far, to_far = await (
            asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
            if host.startswith("/")
            else asyncio.open_connection(host, port)
        )
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
async def cable_to(database_url: str) -> AsyncIterator[Cable]:
    """A cable that is plugged in at first."""
    cable = Cable(database_url)
    await cable.plug()
    try:
        yield cable
    finally:
        await cable.pull()
