"""A tiny Graph that answers what it is told to and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.server import serve

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived; `sent` is the body's JSON or form."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    sent: dict[str, Any]
    raw: str


@dataclass(slots=True)
class Neighbour:
    """Answers in turn; the last answer again and again."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    base: str = ""

    def will(self, *answers: Answer) -> None:
        """What comes from now on."""
        self.answers = list(answers)

    @property
    def last(self) -> Asked:
        return self.asked[-1]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.text()
        sent = json.loads(raw) if request.content_type == "application/json" else dict(await request.post())
        self.asked.append(
            Asked(request.method, request.path, dict(request.query), dict(request.headers), sent, raw)
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


@asynccontextmanager
async def served() -> AsyncIterator[Neighbour]:
    """A neighbour on loopback."""
    neighbour = Neighbour()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", neighbour.handle)
    async with serve(application) as base:
        neighbour.base = base
        yield neighbour


def says(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """JSON."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers=headers)

    return answer


def raw(body: bytes | str, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Anything."""

    async def answer(_request: web.Request) -> web.Response:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(body=data, status=status, headers=headers, content_type="text/html")

    return answer


def refuses(
    code: int | None, subcode: int | None = None, message: str = "Planned", status: int = 400, **more: object
) -> Answer:
    """An envelope."""
    error = {"message": message, "type": "OAuthException", "code": code, **more}
    return says({"error": error if subcode is None else {**error, "error_subcode": subcode}}, status)


async def hangs_up(request: web.Request) -> web.Response:
    """The request arrived, and then the connection is gone."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def stops_short(request: web.Request) -> web.StreamResponse:
    """The beginning of an answer, and no more."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"id": "1')
    assert request.transport is not None
    request.transport.close()
    return response


async def thinks(_request: web.Request) -> web.Response:
    """Never answers."""
    await asyncio.Event().wait()
    return web.Response()


async def goes_on(request: web.Request) -> web.StreamResponse:
    """An object that does not end."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b'{"id": "')
    for _ in range(8):
        await response.write(b"x" * 1024 * 1024)
    await response.write(b'"}')
    return response
