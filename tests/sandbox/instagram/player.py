"""Both sides of the stand-in: a client that calls it and a receiver of its webhooks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDictProxy

APP_SECRET = "test_app_secret"
VERIFY_TOKEN = "test_verify_token"
ACCESS_TOKEN = "IGAA-test"
ACCOUNT = "17841400000000001"
POST = "18000000000000001"
ALBUM = "18000000000000002"
AD = "18000000000000777"
LIVE = "18000000000000900"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the decoded body; `code` is Graph's code and subcode when there is an error."""

    status: int
    json: Any
    headers: CIMultiDictProxy[str]

    @property
    def code(self) -> tuple[int, int | None]:
        return self.json["error"]["code"], self.json["error"].get("error_subcode")


@dataclass(slots=True)
class Player:
    """A client of Graph and of the control addresses."""

    session: aiohttp.ClientSession
    base: str

    async def call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        token: str | None = ACCESS_TOKEN,
        **more: Any,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.request(
            method, self.base + path, params=params, headers=headers, **more
        ) as answer:
            return Answer(answer.status, await answer.json(), answer.headers)

    async def get(self, path: str, **params: str) -> Answer:
        return await self.call("GET", path, params)

    async def post(self, path: str, **params: str) -> Answer:
        return await self.call("POST", path, data=params)

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """The answer to a control request that has to succeed."""
        answer = await self.call(method, f"/_control/{path}", json=body, token=None)
        assert answer.status == 200, answer
        return answer.json

    async def account(self, username: str = "herbs.shop", **more: Any) -> Any:
        """A further account: `{account_id, app_scoped_id, token, media_ids}`."""
        return await self.control("accounts", {"username": username, **more})

    async def comment(self, text: str = "Сколько стоит?", media_id: str = POST, **more: str) -> str:
        """The id of a comment that a customer writes."""
        body = {"media_id": media_id, "username": "anna_k", "text": text, **more}
        return str((await self.control("comments", body))["id"])

    async def write(self, recipient: Mapping[str, str], text: str, **more: str) -> Answer:
        """A private reply or a message."""
        body = {"recipient": recipient, "message": {"text": text}, **more}
        return await self.call("POST", f"/{ACCOUNT}/messages", json=body)

    async def ledger(self) -> list[tuple[str, str | None, str | None]]:
        """Effect, comment and text of every entry."""
        entries = await self.control("ledger", method="GET")
        return [(entry["effect"], entry["comment_id"], entry["text"]) for entry in entries]


@dataclass(frozen=True, slots=True)
class Received:
    """One webhook as it arrived."""

    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def value(self) -> Any:
        """The comment inside the usual envelope."""
        return self.json["entry"][0]["changes"][0]["value"]


@dataclass(slots=True)
class Receiver:
    """An address for webhooks; answers the planned statuses in turn and 200 afterwards."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    received: asyncio.Queue[Received] = field(default_factory=asyncio.Queue)
    verifications: list[Mapping[str, str]] = field(default_factory=list)
    user_agents: list[str] = field(default_factory=list)
    challenge_prefix: str = ""

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_post("/hook", self._receive)
        application.router.add_get("/hook", self._verify)
        return application

    async def next(self) -> Received:
        """The next webhook; a failure when none comes."""
        async with asyncio.timeout(10):
            return await self.received.get()

    async def _receive(self, request: web.Request) -> web.Response:
        self.user_agents.append(request.headers["User-Agent"])
        self.received.put_nowait(Received(request.headers, await request.read()))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers={"Location": self.url} if status == 307 else None)

    async def _verify(self, request: web.Request) -> web.Response:
        self.verifications.append(dict(request.query))
        return web.Response(text=self.challenge_prefix + request.query["hub.challenge"])
