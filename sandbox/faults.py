"""Faults that a stand-in plays on request: `POST /_control/faults`, the same for all three neighbours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError


class FaultKind(StrEnum):
    """How the neighbour misbehaves."""

    STATUS = "status"  # answers an error and executes nothing
    STATUS_AFTER = "status_after"  # executes, then answers an error
    DROP_BEFORE = "drop_before"  # closes the connection and executes nothing
    DROP_AFTER = "drop_after"  # executes, then closes the connection
    DELAY = "delay"  # executes after `seconds`
    GARBAGE = "garbage"  # executes, then answers 200 with something that is not JSON


class Fault(BaseModel):
    """One planned misbehaviour, played for the next `times` calls of `operation` (`*` is any)."""

    model_config = ConfigDict(extra="forbid")

    operation: str
    kind: FaultKind
    times: int = Field(default=1, ge=0)
    code: int | None = None
    subcode: int | None = None
    seconds: float = Field(default=0.0, ge=0)
    retry_after: int | None = None
    message: str | None = None


Execute = Callable[[], Awaitable[web.StreamResponse]]
Refuse = Callable[[Fault], web.StreamResponse]


@dataclass
class FaultBox:
    """The faults still to be played by one stand-in, first planned first."""

    planned: list[Fault] = field(default_factory=list)

    def take(self, operation: str) -> Fault | None:
        """The next fault for `operation`, counted down; None when it should behave."""
        for fault in self.planned:
            if fault.operation in {operation, "*"}:
                fault.times -= 1
                if fault.times <= 0:
                    self.planned.remove(fault)
                return fault
        return None

    async def play(
        self, request: web.Request, operation: str, execute: Execute, refuse: Refuse
    ) -> web.StreamResponse:
        """Run `execute` as the planned fault demands; `refuse` words an error as this neighbour does."""
        fault = self.take(operation)
        if fault is None:
            return await execute()
        match fault.kind:
            case FaultKind.STATUS:
                return refuse(fault)
            case FaultKind.STATUS_AFTER:
                await execute()
                return refuse(fault)
            case FaultKind.DROP_BEFORE:
                return _drop(request)
            case FaultKind.DROP_AFTER:
                await execute()
                return _drop(request)
            case FaultKind.DELAY:
                await asyncio.sleep(fault.seconds)
                return await execute()
            case FaultKind.GARBAGE:
                await execute()
                return web.Response(
                    text="<html>Sorry, something went wrong.</html>", content_type="text/html"
                )
            case _:
                assert_never(fault.kind)

    def routes(self) -> list[web.RouteDef]:
        """`POST /_control/faults` plans one, `GET` lists, `DELETE` forgets all."""
        return [
            web.post("/_control/faults", self._plan),
            web.get("/_control/faults", self._list),
            web.delete("/_control/faults", self._forget),
        ]

    async def _plan(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.model_validate_json(await request.read())
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
            return web.json_response({"error": problems}, status=400)
        if fault.times:
            self.planned.append(fault)
        return web.json_response({"planned": len(self.planned)})

    async def _list(self, _request: web.Request) -> web.Response:
        return web.json_response([fault.model_dump() for fault in self.planned])

    async def _forget(self, _request: web.Request) -> web.Response:
        self.planned.clear()
        return web.json_response({"planned": 0})


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=444)
