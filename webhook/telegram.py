"""`POST /webhooks/telegram`: updates are committed before Telegram is told that we have them."""

from __future__ import annotations

import asyncio
import hmac
from datetime import timedelta
from typing import Any, Final

import asyncpg
import orjson
import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from services.updates import store

log = structlog.get_logger(__name__)

PATH: Final = "/webhooks/telegram"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
BODY_LIMIT: Final = 1024 * 1024  # bytes; an update with the longest texts stays far below 100 KiB
READING: Final = timedelta(seconds=5)
RETRY_AFTER: Final = "2"  # seconds; Telegram honours it (telegram, §1.6)
LARGEST_ID: Final = 2**63 - 1


def telegram_routes(
    db: Database, secret: str, *, body_limit: int = BODY_LIMIT, reading: timedelta = READING
) -> list[web.RouteDef]:
    """The route. `secret` is TELEGRAM_WEBHOOK_SECRET, the `secret_token` of `setWebhook`; never empty."""
    if not secret:
        raise ValueError("TELEGRAM_WEBHOOK_SECRET is empty: anybody could press buttons")
    return [web.post(PATH, _Intake(db, secret.encode(), body_limit, reading).handle)]


class _Intake:
    def __init__(self, db: Database, secret: bytes, body_limit: int, reading: timedelta) -> None:
        self._db = db
        self._secret = secret
        self._body_limit = body_limit
        self._reading = reading

    async def handle(self, request: web.Request) -> web.Response:
        """200 when the update is stored, now or before. Only its handler acts on it."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        body = await self._read(request)
        update = _update_of(body)
        if update is None:
            log.warning("update_unreadable", size=len(body))
            return web.Response(status=400)
        try:
            async with self._db.transaction() as tx:
                await store(tx, [update])
        except (
            SQLAlchemyError,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            OSError,
            TimeoutError,
        ) as error:
            log.warning("update_not_stored", error=type(error).__name__)
            return web.Response(status=503, headers={"Retry-After": RETRY_AFTER})
        return web.Response()

    async def _read(self, request: web.Request) -> bytes:
        """The body, within its limits of size and time. Raises 408 and 413."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._reading.total_seconds()):
                async for chunk in request.content.iter_chunked(65536):
                    body += chunk
                    if len(body) > self._body_limit:
                        raise web.HTTPRequestEntityTooLarge(self._body_limit, len(body))
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        return bytes(body)


def _update_of(body: bytes) -> dict[str, Any] | None:
    try:
        update = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    update_id = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not 0 <= update_id <= LARGEST_ID:
        return None
    return dict(update)
