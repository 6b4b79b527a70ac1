"""Server-sent events of a neighbour, passed on piece by piece."""

from __future__ import annotations

import asyncio

from aiohttp import ClientError, ClientResponse, ClientTimeout, web
from yarl import URL

from sandbox.page.forwarding import SESSION, Neighbour

MOST_OPEN = 16  # streams; a browser keeps at most six connections to one host
# A stream may last for hours, but says at least every 15 s that it is still there.
STREAM = ClientTimeout(total=None, sock_connect=3, sock_read=45)


class Stream:
    """The changes that `neighbour` tells at `tail`, for every browser that watches."""

    def __init__(self, neighbour: Neighbour, tail: str) -> None:
        self._neighbour = neighbour
        self._address = URL(f"{neighbour.base}/{tail}")
        self._places = asyncio.Semaphore(MOST_OPEN)
        self._open: set[ClientResponse] = set()

    async def watch(self, request: web.Request) -> web.StreamResponse:
        """Pass on until one side leaves; a browser then connects again by itself."""
        if self._places.locked():
            return self._neighbour.refusal(503, "is watched by too many pages")
        response = web.StreamResponse()
        response.content_type = "text/event-stream"
        async with self._places:
            try:
                async with request.app[SESSION].get(self._address, timeout=STREAM) as answer:
                    if answer.content_type != response.content_type:
                        return self._neighbour.refusal(502, "tells no changes")
                    await self._pass_on(answer, request, response)
            except (TimeoutError, ClientError):
                if not response.prepared:
                    return self._neighbour.refusal(502, "cannot be reached")
        return response

    async def hang_up(self, _application: web.Application) -> None:
        """End all of them; they would last as long as the browsers."""
        for answer in tuple(self._open):
            answer.close()

    async def _pass_on(
        self, answer: ClientResponse, request: web.Request, response: web.StreamResponse
    ) -> None:
        self._open.add(answer)
        try:
            await response.prepare(request)
            async for piece in answer.content.iter_any():
                await response.write(piece)
        finally:
            self._open.discard(answer)
