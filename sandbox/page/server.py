"""The page's server: static files, who plays, and the way to the neighbours.

It knows the product only as an address: read-only inspection on the internal port (rulings, 8).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from sandbox.page.forwarding import SESSION, Neighbour
from sandbox.page.guard import harden, only_ours
from sandbox.page.streaming import Stream

STATIC = Path(__file__).resolve().parent / "static"
BODY_LIMIT = 256 * 1024  # bytes of one request of the page
TAIL = "{tail:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*}"
PICTURE = "{tail:[0-9]+\\.png}"


@dataclass(frozen=True, slots=True)
class PagePerson:
    """Somebody in the Telegram chat: `role` is owner, senior, manager or stranger."""

    id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class PageConfig:
    """Base addresses without a trailing slash (`llm` ends in `/v1`), and who presses the buttons.

    `product` is the internal port; `product_token` opens it and never reaches the browser.
    """

    instagram: str
    telegram: str
    llm: str
    product: str
    product_token: str = field(repr=False)
    chat_id: int
    people: tuple[PagePerson, ...]


class Page:
    """The web application that a browser talks to; it has no state of its own."""

    def __init__(self, config: PageConfig) -> None:
        self._config = config

    def application(self) -> web.Application:
        """Everything under `/api/` is forwarded or answered here; the rest are static files."""
        config = self._config
        application = web.Application(client_max_size=BODY_LIMIT, middlewares=[only_ours])
        application.on_response_prepare.append(harden)
        application.cleanup_ctx.append(_session)

        instagram = Neighbour("instagram", f"{config.instagram}/_control")
        pictures = Neighbour("instagram", f"{config.instagram}/pictures")
        telegram = Neighbour("telegram", f"{config.telegram}/_control")
        llm = Neighbour("llm", f"{config.llm}/_control")
        changes = Stream(telegram, "events")
        application.on_shutdown.append(changes.hang_up)
        bearer = {"Authorization": f"Bearer {config.product_token}"}
        product = Neighbour("product", f"{config.product}/internal", bearer)
        application.add_routes(
            [
                web.get("/", _index),
                web.get("/api/config", self._told),
                web.get("/api/telegram/events", changes.watch, allow_head=False),
                *_routes(instagram, "GET", "POST", "PATCH", "DELETE"),
                *_routes(telegram, "GET", "POST", "DELETE"),
                *_routes(llm, "GET", "POST", "DELETE"),
                *_routes(product, "GET"),
                web.get(f"/api/pictures/{PICTURE}", pictures.forward, allow_head=False),
                web.static("/", STATIC),
            ]
        )
        return application

    async def _told(self, _request: web.Request) -> web.Response:
        """What the page has to know; nothing of it is secret."""
        people = [asdict(person) for person in self._config.people]
        return web.json_response({"chat_id": self._config.chat_id, "people": people})


def _routes(neighbour: Neighbour, *methods: str) -> list[web.RouteDef]:
    path = f"/api/{neighbour.name}/{TAIL}"
    return [web.route(method, path, neighbour.forward) for method in methods]


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


async def _session(application: web.Application) -> AsyncIterator[None]:
    # Every call has its own deadline; the neighbours' cookies mean nothing here.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        application[SESSION] = session
        yield
