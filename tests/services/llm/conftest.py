"""The gateway before the language model's stand-in, and before a server that answers what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from db.engine import Database
from db.models import LlmCall
from db.models.llm_call import Purpose
from sandbox.llm import LanguageModel
from sandbox.server import serve
from services.classify.reading import Classification
from services.llm.gateway import Completion, Gateway
from services.llm.port import Question

GOOD: dict[str, Any] = {
    "category": "question",
    "confidence": 91,
    "language": "ru",
    "sentiment": "neutral",
    "reasoning": "спрашивает о цене",
    "needs_human": False,
    "injection_suspected": False,
}


def a_question(**values: Any) -> Question:
    given: dict[str, Any] = {
        "purpose": Purpose.CLASSIFY,
        "model": "gpt-6-luna",
        "instructions": "Classify.",
        "prompt_version": "classify.v1",
        "stable": {"knowledge": []},
        "variable": {"task": "classify", "comment": {"text": "Сколько стоит?"}},
        "schema": Classification,
        "timeout": timedelta(seconds=20),
        "cache_key": "1784:classify.v1",
    }
    return Question(**(given | values))


@dataclass
class Model:
    """A gateway with hands on the stand-in behind it."""

    db: Database
    gateway: Gateway
    http: aiohttp.ClientSession
    base: str

    async def ask(self, question: Question | None = None) -> Completion[Classification]:
        return await self.gateway.complete(question or a_question(), Classification)

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        async with self.http.request(method, f"{self.base}/_control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def script(self, *answers: dict[str, Any]) -> None:
        await self.control("script", {"answers": list(answers)})

    async def fault(self, kind: str, **more: Any) -> None:
        await self.control("faults", {"operation": "*", "kind": kind, **more})

    async def asked(self) -> list[Any]:
        """Bodies of the requests, oldest first."""
        return list(await self.control("requests", method="GET"))

    async def calls(self) -> list[LlmCall]:
        async with self.db.transaction() as tx:
            return list((await tx.session.execute(select(LlmCall).order_by(LlmCall.id))).scalars())


@asynccontextmanager
async def a_model(db: Database, style: str) -> AsyncIterator[Model]:
    async with serve(LanguageModel().application()) as base, aiohttp.ClientSession() as http:
        gateway = Gateway.connect(db, api_key="key", base_url=f"{base}/v1", style=style)
        yield Model(db, gateway, http, base)
        await gateway.close()


@pytest.fixture(params=["responses", "chat"])
async def model(request: pytest.FixtureRequest, db: Database) -> AsyncIterator[Model]:
    """Both ways of speaking."""
    async with a_model(db, request.param) as found:
        yield found


@pytest.fixture
async def chat(db: Database) -> AsyncIterator[Model]:
    async with a_model(db, "chat") as found:
        yield found


@dataclass
class OddServer:
    """Answers 200 with `body`, as `content_type`; `pause` seconds before each of its characters."""

    body: str = ""
    content_type: str = "application/json"
    pause: float = 0.0
    received: list[Any] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.received.append(await request.json())
        if not self.pause:
            return web.Response(text=self.body, content_type=self.content_type)
        response = web.StreamResponse()
        response.content_type = self.content_type
        await response.prepare(request)
        for character in self.body:
            await response.write(character.encode())
            await asyncio.sleep(self.pause)
        return response

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_post("/v1/{way:.*}", self.answer)
        return application


@pytest.fixture(params=["responses", "chat"])
async def odd(request: pytest.FixtureRequest, db: Database) -> AsyncIterator[tuple[OddServer, Gateway]]:
    server = OddServer()
    async with serve(server.application()) as base:
        gateway = Gateway.connect(db, api_key="key", base_url=f"{base}/v1", style=request.param)
        yield server, gateway
        await gateway.close()
