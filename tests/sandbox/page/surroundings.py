"""The page among its neighbours: real stand-ins, and an internal port that keeps what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

from sandbox.instagram import Instagram, InstagramConfig
from sandbox.llm import LanguageModel, LanguageModelConfig
from sandbox.page import Page, PageConfig, PagePerson
from sandbox.server import serve
from sandbox.telegram import Person, Telegram, TelegramConfig

OLGA = Person(501, "Ольга", "olga_owner")
IVAN = Person(502, "Иван", "ivan_m")
ANNA = Person(503, "Anna", "anna_m", "en")
STRANGER = Person(666, "Чужой", "stranger")
TELEGRAM = TelegramConfig(
    "700100200:AAtest", "shop_bot", -1001234567890, "Лаванда · ответы", (OLGA, IVAN, ANNA), STRANGER
)
GROUP = TELEGRAM.chat_id
PRODUCT_TOKEN = "internal-token-of-the-test"
POST = "18000000000000001"


@dataclass
class Product:
    """The internal port. It keeps every request, and answers like the real one to the right token."""

    asked: list[tuple[str, str | None]] = field(default_factory=list)
    moved_to: str | None = None
    timelines: dict[str, Any] = field(default_factory=dict)

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.rel_url.raw_path, request.headers.get("Authorization")))
        if self.moved_to is not None:
            raise web.HTTPFound(self.moved_to)
        if request.headers.get("Authorization") != f"Bearer {PRODUCT_TOKEN}":
            return web.Response(status=401, text="a bearer token is needed")
        if request.path == "/internal/overview":
            states = {"comments": {"waiting": 2, "answered": 1}, "drafts": {"pending": 2}}
            alerts = [{"kind": "token_expires", "count": 1, "severity": "warning"}]
            queue = {"classify": {"jobs": 1, "oldest_seconds": 0.4}}
            return web.json_response({"states": states, "queue": queue, "alerts": alerts})
        timeline = self.timelines.get(request.path.split("/")[-2])
        if timeline is None:
            return web.json_response({"error": "no such comment"}, status=404)
        return web.json_response(timeline)


@dataclass
class Surroundings:
    """Everybody, served; `page` is the address that a browser opens."""

    page: str
    config: PageConfig
    instagram: Instagram
    product: Product
    http: ClientSession

    async def ask(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """The answer to a call of the page that has to succeed."""
        method = method or ("GET" if body is None else "POST")
        async with self.http.request(method, f"{self.page}/api/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def comment(self, text: str, username: str = "anna_k", **more: str) -> str:
        """The id of a comment that a customer writes, past the page."""
        body = {"media_id": POST, "username": username, "text": text, **more}
        async with self.http.post(f"{self.config.instagram}/_control/comments", json=body) as answer:
            return str((await answer.json())["id"])

    async def bot(self, method: str, **params: Any) -> Any:
        """What the bot does: the result of a Bot API call that must succeed."""
        address = f"{self.config.telegram}/bot{TELEGRAM.bot_token}/{method}"
        async with self.http.post(address, json=params) as answer:
            body = await answer.json()
            assert body["ok"], body
            return body["result"]

    async def answer_next_press(self, text: str, *, alert: bool = False) -> dict[str, Any]:
        """Wait for somebody to press a button and answer; the callback query."""
        offset = 0
        async with asyncio.timeout(20):
            while True:
                for update in await self.bot("getUpdates", timeout=1, offset=offset):
                    offset = update["update_id"] + 1
                    if (query := update.get("callback_query")) is not None:
                        await self.bot(
                            "answerCallbackQuery", callback_query_id=query["id"], text=text, show_alert=alert
                        )
                        await self.bot("getUpdates", timeout=0, offset=offset)
                        pressed: dict[str, Any] = query
                        return pressed


@asynccontextmanager
async def surrounded() -> AsyncIterator[Surroundings]:
    """Everybody on free ports."""
    instagram = Instagram(
        InstagramConfig(app_secret="test_app_secret", verify_token="verify", access_token="IGAA-test")
    )
    product = Product()
    async with AsyncExitStack() as stack:
        config = PageConfig(
            instagram=await stack.enter_async_context(serve(instagram.application())),
            telegram=await stack.enter_async_context(serve(Telegram(TELEGRAM).application())),
            llm=await stack.enter_async_context(
                serve(LanguageModel(LanguageModelConfig(api_key="sk-test")).application())
            )
            + "/v1",
            product=await stack.enter_async_context(serve(product.application())),
            product_token=PRODUCT_TOKEN,
            chat_id=GROUP,
            people=(
                PagePerson(OLGA.id, OLGA.name, "owner"),
                PagePerson(IVAN.id, IVAN.name, "manager"),
                PagePerson(ANNA.id, ANNA.name, "manager"),
                PagePerson(STRANGER.id, STRANGER.name, "stranger"),
            ),
        )
        page = await stack.enter_async_context(serve(Page(config).application()))
        http = await stack.enter_async_context(ClientSession())
        yield Surroundings(page, config, instagram, product, http)
