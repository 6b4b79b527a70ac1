"""Whether the program lives, and whether it can work."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from db import migrations
from db.engine import Database
from services.limits import Limits

DEADLINE = 2.0  # seconds for the database to answer


@dataclass(slots=True)
class Readiness:
    """Set while the program stops: load balancers should look elsewhere."""

    draining: bool = False


class Health:
    """`live` depends on nothing; `ready` needs the database in the right shape."""

    def __init__(self, db: Database, limits: Limits, readiness: Readiness) -> None:
        self._db = db
        self._limits = limits
        self._readiness = readiness

    def routes(self) -> list[web.RouteDef]:
        """The addresses of this room."""
        return [
            web.get("/health/live", self.live),
            web.get("/health/ready", self.ready),
            web.get("/health", self.summary),
        ]

    async def live(self, _request: web.Request) -> web.Response:
        """The event loop turns."""
        return web.json_response({"live": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """Deliveries can be taken."""
        database = await self._database()
        ready = database == "ok" and not self._readiness.draining
        return web.json_response(
            {"ready": ready, "database": database, "draining": self._readiness.draining},
            status=200 if ready else 503,
        )

    async def summary(self, _request: web.Request) -> web.Response:
        """Each neighbour in a word. Redis away is degraded, not down."""
        database = await self._database()
        redis = "ok" if await self._limits.alive() else "degraded"
        ready = database == "ok" and not self._readiness.draining
        return web.json_response(
            {"ready": ready, "database": database, "redis": redis, "draining": self._readiness.draining}
        )

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(DEADLINE):
                await migrations.require_current(self._db.engine)
        except migrations.SchemaTooOld:
            return "needs migration"
        except (SQLAlchemyError, OSError, TimeoutError):
            return "unreachable"
        return "ok"
