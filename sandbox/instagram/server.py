"""The stand-in of Instagram: Graph, the sender of webhooks, and the control addresses in one application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import aiohttp
from aiohttp import web

from sandbox.faults import FaultBox
from sandbox.instagram.account import Account
from sandbox.instagram.account_control import AccountControl
from sandbox.instagram.app_control import AppControl
from sandbox.instagram.background import Background
from sandbox.instagram.clock import Clock
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.control import Control
from sandbox.instagram.graph import Graph
from sandbox.instagram.login import Login
from sandbox.instagram.model import Media
from sandbox.instagram.network import Network
from sandbox.instagram.pictures import PLAIN, gradient
from sandbox.instagram.sending_control import SendingControl
from sandbox.instagram.shop import default_media
from sandbox.instagram.switches import Switches
from sandbox.instagram.webhooks import WebhookSender

BODY_LIMIT = 4 * 1024 * 1024  # an imported delivery of a thousand events fits


class Instagram:
    """The accounts of one application, one at first, on Instagram.

    Their memory lasts as long as this object; its web application may come and go.
    """

    def __init__(self, config: InstagramConfig, media: Sequence[Media] | None = None) -> None:
        """Without `media` the account shows the posts of the sandbox's shop."""
        switches = Switches()
        background = Background()
        self.clock = Clock()
        self.config = config
        self.faults = FaultBox()
        self.network = Network(
            config,
            default_media() if media is None else media,
            switches=switches,
            background=background,
            sender=WebhookSender(config, switches, background, self.clock),
        )

    @property
    def account(self) -> Account:
        """The first account, which the configuration describes."""
        return self.network.first

    @property
    def webhook_url(self) -> str | None:
        """Where webhooks go; may be set at any time, retries follow."""
        return self.account.sender.url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self.account.sender.url = url

    @property
    def media_ids(self) -> list[str]:
        """Ids of the first account's posts, in its order."""
        return list(self.account.state.posts)

    def application(self) -> web.Application:
        """The web application; running it also sends the webhooks. One at a time."""
        application = web.Application(client_max_size=BODY_LIMIT, middlewares=[self.clock.middleware])
        control = Control(self.network)
        application.add_routes(control.routes())
        application.add_routes(AccountControl(self.network).routes())
        application.add_routes(AppControl(self.network).routes())
        application.add_routes(SendingControl(self.network, self.clock).routes())
        application.add_routes(self.faults.routes())
        application.add_routes(control.fallback())
        application.router.add_get("/pictures/{id}.png", self._picture)
        application.add_routes(Login(self.network, self.faults).routes())
        application.add_routes(Graph(self.network, self.faults).routes())
        application.cleanup_ctx.append(self._running)
        return application

    async def _running(self, _application: web.Application) -> AsyncIterator[None]:
        sender = self.account.sender
        # The sender limits itself; cookies of the receiver mean nothing to Meta.
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
        )
        async with session as sender.session, self.account.background.running():
            yield
        sender.session = None

    async def _picture(self, request: web.Request) -> web.Response:
        found = self.network.find(request.match_info["id"])
        upper, lower = found.colours if isinstance(found, Media) else PLAIN
        return web.Response(body=gradient(upper, lower), content_type="image/png")
