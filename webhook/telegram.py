"""`POST /webhooks/telegram`: updates are committed before Telegram is told that we have them."""

from __future__ import annotations

import hmac
from typing import Any, Final

import asyncpg
import orjson
import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from services.updates import store
from webhook.admission import Bodies, busy

log = structlog.get_logger(__name__)

PATH: Final = "/webhooks/telegram"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
LARGEST: Final = 1024 * 1024  # bytes; an update with the longest texts stays far below 100 KiB
LARGEST_ID: Final = 2**63 - 1


class SecretMissing(ValueError):
    """TELEGRAM_WEBHOOK_SECRET is empty: anybody could press buttons."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def telegram_routes(db: Database, secret: str, *, bodies: Bodies | None = None) -> list[web.RouteDef]:
    """The route. `secret` is TELEGRAM_WEBHOOK_SECRET, the `secret_token` of `setWebhook`.

    Raises SecretMissing.
    """
    if not secret:
        raise SecretMissing
    return [web.post(PATH, TelegramWebhook(db, secret, bodies or Bodies(largest=LARGEST)).receive)]


class TelegramWebhook:
    """Secret first, then the durable insert, then 200. Telegram sends again what was not answered so."""

    def __init__(self, db: Database, secret: str, bodies: Bodies) -> None:
        self._db = db
        self._secret = secret.encode()
        self._bodies = bodies

    async def receive(self, request: web.Request) -> web.Response:
        """200 when the update is stored, now or before; what it means is its handler's matter."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403, text="wrong secret")
        body = await self._bodies.read(request)
        if isinstance(body, web.Response):
            return body
        update = _update_of(body)
        if update is None:
            log.warning("update_unreadable", size=len(body))
            return web.Response(status=400, text="not an update")
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
            return busy()
        return web.Response(text="ok")


def _update_of(body: bytes) -> dict[str, Any] | None:
    try:
        update = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    update_id = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not 0 <= update_id <= LARGEST_ID:
        return None
    return dict(update)
