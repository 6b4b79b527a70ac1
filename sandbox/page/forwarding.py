"""Small bounded reverse proxies: the page reaches its neighbours under its own address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from aiohttp import ClientTimeout, web
from yarl import URL

SESSION: Final = web.AppKey("session", aiohttp.ClientSession)

MOST_RECEIVED = 16 * 1024 * 1024  # bytes of one answer; the largest is the list of a long evening's calls
PIECE = 64 * 1024
# A press waits 5 s for the bot (rulings, 22); the rest of what is asked takes milliseconds.
CALL = ClientTimeout(total=15, sock_connect=3)
# Everything else, files that the bot sent included, is handed over as a download, never shown as a page.
SHOWN = frozenset({"application/json", "text/plain", "image/png", "image/jpeg", "image/gif", "image/webp"})
DOWNLOAD = {"Content-Disposition": "attachment"}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Whom calls are passed to: everything below `base`, with `headers` that the browser never sees."""

    name: str
    base: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Pass the call on and its answer back; the path is the `tail` that the route matched."""
        body = await request.read()
        try:
            async with request.app[SESSION].request(
                request.method,
                self._address(request),
                data=body or None,
                headers={**self.headers, "Content-Type": "application/json"} if body else self.headers,
                timeout=CALL,
                allow_redirects=False,
            ) as answer:
                content = await _bounded(answer)
                kind = answer.content_type
                status = answer.status
        except TimeoutError:
            return self.refusal(504, "did not answer in time")
        except aiohttp.ClientError:
            return self.refusal(502, "cannot be reached")
        if content is None:
            return self.refusal(502, "answers more than the page can hold")
        if kind not in SHOWN:
            kind = "application/octet-stream"
        headers = {"Content-Type": kind} | ({} if kind in SHOWN else DOWNLOAD)
        return web.Response(body=content, status=status, headers=headers)

    def _address(self, request: web.Request) -> URL:
        """The route lets plain words through only, so that no path leads out of `base`."""
        tail = request.match_info["tail"]
        query = request.rel_url.raw_query_string
        return URL(f"{self.base}/{tail}?{query}" if query else f"{self.base}/{tail}", encoded=True)

    def refusal(self, status: int, says: str) -> web.Response:
        """What is told instead of an answer; no address is among it."""
        return web.json_response({"error": f"{self.name} {says}"}, status=status)


async def _bounded(answer: aiohttp.ClientResponse) -> bytes | None:
    """The body; None when there is too much of it."""
    content = bytearray()
    async for piece in answer.content.iter_chunked(PIECE):
        content += piece
        if len(content) > MOST_RECEIVED:
            return None
    return bytes(content)
