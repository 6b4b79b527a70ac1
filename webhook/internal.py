"""The internal port: metrics, and read-only inspection behind a bearer token (rulings, 8)."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from services import inspection
from webhook.metrics import POOL_IN_USE, QUEUE_AGE, exposition

log = structlog.get_logger(__name__)


class Internal:
    """Without `INTERNAL_TOKEN` only the metrics are served; the port is for the machine itself."""

    def __init__(self, db: Database, token: str | None) -> None:
        self._db = db
        self._token = token

    def routes(self) -> list[web.RouteDef]:
        """The addresses of this room."""
        return [
            web.get("/metrics", self.metrics),
            web.get("/internal/overview", self.overview),
            web.get("/internal/comments/{id}/timeline", self.timeline),
        ]

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus's text format; without the queue while the database is away."""
        if self._token is not None and not self._allowed(request):
            return web.Response(status=401, text="a bearer token is needed")
        QUEUE_AGE.clear()
        try:
            async with self._db.transaction() as tx:
                depth = await inspection.queue(tx.session)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("queue_not_measured", error=type(error).__name__)
        else:
            for step, (_count, age) in depth.items():
                QUEUE_AGE.labels(step=step).set(age)
        POOL_IN_USE.set(self._db.in_use)
        return exposition()

    async def overview(self, request: web.Request) -> web.Response:
        """Counts of rows by state, the queue, open alerts."""
        return await self._inspected(request, inspection.overview)

    async def timeline(self, request: web.Request) -> web.Response:
        """What happened to one comment, in time order."""
        instagram_id = request.match_info["id"]
        return await self._inspected(request, lambda session: inspection.timeline(session, instagram_id))

    async def _inspected(
        self, request: web.Request, look: Callable[[AsyncSession], Awaitable[dict[str, Any] | None]]
    ) -> web.Response:
        if not self._allowed(request):
            return web.Response(status=401, text="a bearer token is needed")
        try:
            async with self._db.transaction() as tx:
                found = await look(tx.session)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("not_inspected", error=type(error).__name__)
            return web.json_response({"error": "the database does not answer"}, status=503)
        if found is None:
            return web.json_response({"error": "no such comment"}, status=404)
        return web.json_response(found)

    def _allowed(self, request: web.Request) -> bool:
        # aiohttp keeps bytes that are not UTF-8 as surrogates, which only turn back into bytes this way.
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        return self._token is not None and hmac.compare_digest(given, f"Bearer {self._token}".encode())
