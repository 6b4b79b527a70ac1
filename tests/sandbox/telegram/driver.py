"""The hands of a test: a raw caller of the Bot API, the control addresses, and aiogram's client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import ClientSession
from pydantic import BaseModel

from sandbox.telegram import Person, TelegramConfig

TOKEN = "700100200:AAtest-token_of_the_stand-in"
OLGA = Person(501, "Ольга", "olga_owner")
IVAN = Person(5_000_000_502, "Иван", "ivan_m", "en")  # beyond 2³¹, as new accounts are
STRANGER = Person(666, "Чужой", "stranger")
CONFIG = TelegramConfig(TOKEN, "shop_bot", -1001234567890, "Менеджеры", (OLGA, IVAN), STRANGER)
GROUP = CONFIG.chat_id


class PlainSession(AiohttpSession):
    """aiogram's client without the pause that its `close` makes for TLS."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def make_bot(address: str) -> Bot:
    """The real bot of aiogram, spoken to the stand-in."""
    return Bot(TOKEN, session=PlainSession(api=TelegramAPIServer.from_base(address)))


def plain(model: BaseModel | None) -> dict[str, Any] | None:
    """An aiogram object without the bot that it is bound to, so that two of them compare."""
    return None if model is None else model.model_dump(exclude_none=True)


@dataclass(frozen=True)
class Driver:
    """A plain HTTP client of one stand-in."""

    address: str
    http: ClientSession

    async def call(self, method: str, token: str = TOKEN, **params: Any) -> tuple[int, dict[str, Any]]:
        """A Bot API call with a JSON body: status and answer."""
        async with self.http.post(f"{self.address}/bot{token}/{method}", json=params) as answer:
            body: dict[str, Any] = await answer.json()
            assert body["ok"] is (answer.status == 200)
            return answer.status, body

    async def result(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        status, body = await self.call(method, **params)
        assert status == 200, body
        return body["result"]

    async def refusal(self, method: str, **params: Any) -> str:
        """The description of a call that must be refused; its code stands in front."""
        status, body = await self.call(method, **params)
        assert status == body["error_code"]
        return f"{status} {body['description']}"

    async def control(self, what: str, /, **body: Any) -> Any:
        """A control request that must succeed."""
        status, answer = await self.try_control(what, **body)
        assert status == 200, answer
        return answer

    async def try_control(self, what: str, /, **body: Any) -> tuple[int, Any]:
        """A control request: status and answer."""
        async with self.http.post(f"{self.address}/_control/{what}", json=body) as answer:
            return answer.status, await answer.json()

    async def look(self, what: str) -> Any:
        """`GET /_control/…`."""
        async with self.http.get(f"{self.address}/_control/{what}") as answer:
            assert answer.status == 200
            return await answer.json()

    async def updates(self, **params: Any) -> list[dict[str, Any]]:
        """What is pending, without waiting."""
        found: list[dict[str, Any]] = await self.result("getUpdates", timeout=0, **params)
        return found

    async def until(self, true: Callable[[], Awaitable[bool]]) -> None:
        """Ask again and again until it is so, ten seconds at most."""
        async with asyncio.timeout(10):
            while not await true():
                pass

    async def waits(self, method: str) -> None:
        """Return when a call of `method` has come that is not answered yet."""

        async def waiting() -> bool:
            calls = await self.look("calls")
            return any(call["method"] == method and call["ok"] is None for call in calls)

        await self.until(waiting)

    async def message(self, message_id: int) -> dict[str, Any]:
        """A message as the driver sees it now."""
        shown = [one for one in await self.look("messages") if one["message_id"] == message_id]
        assert len(shown) == 1
        found: dict[str, Any] = shown[0]
        return found
