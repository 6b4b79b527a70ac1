"""Standing outside the product's door: signed deliveries, and requests that no proper client sends."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from webhook.instagram import PATH

CURRENT = "current_app_secret_0123"
PREVIOUS = "previous_app_secret_456"
META = "meta_app_secret_of_basic"
VERIFY_TOKEN = "проверка-verify-token"
ACCOUNT = "17841400000000001"
TIME = 1_790_000_000  # seconds: when every delivery was made


def signature(body: bytes, secret: str = CURRENT) -> str:
    """As Meta signs."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def change(comment_id: str, text: str = "Сколько стоит?", **values: Any) -> dict[str, Any]:
    """One element: a comment that a customer wrote."""
    value = {
        "id": comment_id,
        "text": text,
        "from": {"id": "900000000000001", "username": "anna_k"},
        "media": {"id": "18000000000000001", "media_product_type": "FEED"},
    }
    return {"field": "comments", "value": value | values}


def delivery(*changes: Mapping[str, Any], account: str = ACCOUNT) -> bytes:
    """A body around elements, escaped as Meta escapes."""
    entry = {"id": account, "time": TIME, "changes": changes}
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product said."""

    status: int
    text: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Door:
    """A client of one served application."""

    session: aiohttp.ClientSession
    port: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def deliver(self, body: bytes, secret: str = CURRENT, **headers: str) -> Answer:
        """A properly signed delivery."""
        return await self.post(body, [("X-Hub-Signature-256", signature(body, secret)), *headers.items()])

    async def post(self, body: bytes, headers: Iterable[tuple[str, str]]) -> Answer:
        async with self.session.post(
            self.base + PATH, data=io.BytesIO(body), headers=list(headers)
        ) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        async with self.session.get(self.base + path, params=query, headers=headers) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def begin(self, *lines: bytes, sent: bytes = b"") -> Unfinished:
        """A POST written by hand, of which nothing more is sent for now."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"\r\n".join([b"POST %s HTTP/1.1" % PATH.encode(), b"Host: shop", *lines, b"", sent]))
        await writer.drain()
        return Unfinished(reader, writer)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A request under way."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def status(self) -> int:
        """The status of the answer, which comes although the request has not ended."""
        async with asyncio.timeout(10):
            return int((await self.reader.readline()).split()[1])

    async def send_until_refused(self, piece: bytes) -> int:
        """Send `piece` for ever, and see with which status that ends."""
        answer = asyncio.create_task(self.status())
        while not answer.done():
            self.writer.write(piece)
            await self.writer.drain()
        return await answer

    def hang_up(self) -> None:
        self.writer.transport.abort()


async def until(true: Callable[[], bool]) -> None:
    """Let the product run until something is true of it."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - the product has no event for what only a test wants to know
            await asyncio.sleep(0)
