"""Control addresses, never part of the real API: what was received, faults, scripted answers."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from sandbox.faults import FaultBox
from sandbox.llm.script import Prompter, Script

MOST_KEPT = 1_000  # requests
PREFIXES = ("", "/v1")  # an outside driver knows only the base address, which ends in /v1


@dataclass(frozen=True, slots=True)
class Received:
    operation: str
    body: Any


@dataclass
class Control:
    """State that a test or a driver may read and set over HTTP."""

    faults: FaultBox = field(default_factory=FaultBox)
    prompter: Prompter = field(default_factory=Prompter)
    received: deque[Received] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    count: int = 0

    def record(self, operation: str, raw: bytes) -> None:
        """Keep a request's body as JSON, or as text when it is none."""
        try:
            body: Any = json.loads(raw)
        except ValueError:
            body = raw.decode(errors="replace")
        self.received.append(Received(operation, body))
        self.count += 1

    def routes(self) -> list[web.RouteDef]:
        """All of it at the root and again under `/v1`."""
        routes = [
            *self.faults.routes(),
            web.get("/_control/requests", self._requests),
            web.delete("/_control/requests", self._forget_requests),
            web.post("/_control/script", self._plan),
            web.get("/_control/script", self._script),
            web.delete("/_control/script", self._forget_script),
            web.get("/_control/health", self._health),
        ]
        return [
            web.RouteDef(route.method, prefix + route.path, route.handler, route.kwargs)
            for prefix in PREFIXES
            for route in routes
        ]

    async def _requests(self, request: web.Request) -> web.Response:
        """The bodies received, newest last; `?operation=chat` keeps those of one operation."""
        wanted = request.query.get("operation")
        bodies = [each.body for each in self.received if wanted in {None, each.operation}]
        return web.json_response(bodies)

    async def _forget_requests(self, _request: web.Request) -> web.Response:
        self.received.clear()
        return web.json_response([])

    async def _plan(self, request: web.Request) -> web.Response:
        try:
            script = Script.model_validate_json(await request.read())
        except ValidationError as problem:
            errors = problem.errors(include_url=False, include_context=False)
            return web.json_response({"error": errors}, status=400)
        self.prompter.planned.extend(script.answers)
        return web.json_response({"planned": len(self.prompter.planned)})

    async def _script(self, _request: web.Request) -> web.Response:
        return web.json_response([answer.model_dump() for answer in self.prompter.planned])

    async def _forget_script(self, _request: web.Request) -> web.Response:
        self.prompter.planned.clear()
        return web.json_response({"planned": 0})

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "ok": True,
                "requests": self.count,
                "faults": len(self.faults.planned),
                "scripted": len(self.prompter.planned),
            }
        )
