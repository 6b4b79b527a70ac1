"""`/webhooks/instagram`: Meta's verification, and its deliveries."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from aiohttp import web

from services.ingest.envelope import split
from services.ingest.inbox import Inbox, InboxFull, InboxUnavailable
from services.ingest.signature import matching_secret, well_formed
from webhook.admission import LARGEST, Bodies, Network, Penalties, busy, client_address
from webhook.metrics import WEBHOOKS

log = structlog.get_logger(__name__)

PATH = "/webhooks/instagram"
STORE_DEADLINE = 4.5  # seconds; Meta's own limit is five


@dataclass(frozen=True, slots=True)
class InstagramSecrets:
    """What deliveries are signed with, and what the dashboard sends when it verifies."""

    signing: Sequence[bytes]
    verify_token: str


class InstagramWebhook:
    """Signature first, then the durable insert, then 200."""

    def __init__(
        self,
        inbox: Inbox,
        secrets: InstagramSecrets,
        trusted: Sequence[Network] = (),
        bodies: Bodies | None = None,
    ) -> None:
        self._inbox = inbox
        self._secrets = secrets
        self._trusted = trusted
        self._penalties = Penalties()
        self._bodies = bodies or Bodies()

    def routes(self) -> list[web.RouteDef]:
        """The addresses of this room."""
        return [web.get(PATH, self.verify), web.post(PATH, self.receive)]

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the dashboard's challenge as plain text; 403 without the right token."""
        token = request.query.get("hub.verify_token", "")
        right = hmac.compare_digest(token.encode(), self._secrets.verify_token.encode())
        if request.query.get("hub.mode") != "subscribe" or not right:
            return web.Response(status=403, text="wrong verify token")
        return web.Response(text=request.query.get("hub.challenge", ""), content_type="text/plain")

    async def receive(self, request: web.Request) -> web.Response:
        """200 once everything in the delivery is committed; anything else and Meta sends it again."""
        address = client_address(request, self._trusted)
        headers = request.headers.getall("X-Hub-Signature-256", [])
        refused = self._before_body(request, headers, address)
        if refused is not None:
            WEBHOOKS.labels(result=str(refused.status)).inc()
            return refused
        response = await self._admitted(request, headers[0], address)
        WEBHOOKS.labels(result=str(response.status)).inc()
        return response

    def _before_body(self, request: web.Request, headers: list[str], address: str) -> web.Response | None:
        """What can be refused without reading a byte of the body."""
        if request.content_length is not None and request.content_length > LARGEST:
            return web.Response(status=413, text="too large")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return web.Response(status=415, text="compressed bodies are not accepted")
        if len(headers) != 1 or not well_formed(headers[0]):
            if self._penalties.exceeded(address):
                return web.Response(status=429, text="too many failures", headers={"Retry-After": "60"})
            self._penalties.fail(address)
            return web.Response(status=401, text="one signature is needed")
        return None

    async def _admitted(self, request: web.Request, header: str, address: str) -> web.Response:
        body = await self._bodies.read(request)
        if isinstance(body, web.Response):
            return body
        if matching_secret(body, header, self._secrets.signing) is None:
            self._penalties.fail(address)
            return web.Response(status=401, text="the signature does not fit")
        elements = split(body, now=datetime.now(UTC))
        try:
            async with asyncio.timeout(STORE_DEADLINE):
                receipt = await self._inbox.store(elements)
        except (InboxFull, InboxUnavailable, TimeoutError) as error:
            log.warning("delivery_not_taken", error=type(error).__name__)
            return busy()
        log.info(
            "delivery_taken", new=receipt.new, repeated=receipt.repeated, quarantined=receipt.quarantined
        )
        return web.Response(text="ok")
