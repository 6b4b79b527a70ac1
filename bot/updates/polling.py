"""Receiving by long poll: an update is committed before Telegram is told that we have it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

import asyncpg
import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook
from aiogram.methods.base import TelegramMethod
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from services.alerts import raise_alert, resolve_alert
from services.updates import store
from services.work.backoff import backoff

log = structlog.get_logger(__name__)

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""Named explicitly, because Telegram keeps the last wish (telegram, §1.6)."""

CONFLICT_ALERT: Final = "two_pollers"
LONGEST_PAUSE = 30.0  # seconds between attempts while Telegram or the database is away
CALL_DEADLINE = 10  # seconds (rulings, 3)
CONFLICT_PAUSE = 3.0  # seconds; the server itself holds repeated conflicts back as long (telegram, §1.5)


class BotTokenRefused(Exception):
    """Telegram does not know TELEGRAM_BOT_TOKEN (any more): put in the one that @BotFather shows."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """`getUpdates` with the answer as Telegram sent it.

    The rows keep what came, and one update of an unknown shape cannot make a whole batch unreadable.
    """

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int
    allowed_updates: list[str]


class Polling:
    """Takes updates until it is cancelled. One per bot token, in the whole installation."""

    def __init__(
        self,
        db: Database,
        bot: Bot,
        *,
        wait: timedelta = timedelta(seconds=25),  # the server allows up to 50 (telegram, §1.2)
        margin: timedelta = timedelta(seconds=10),
        conflict_pause: float = CONFLICT_PAUSE,
    ) -> None:
        self._db = db
        self._bot = bot
        self._wait = int(wait.total_seconds())
        self._deadline = int((wait + margin).total_seconds())
        self._conflict_pause = conflict_pause
        self._conflicts = 0
        self._failures = 0
        self._told = True  # perhaps by the process before this one

    async def run(self) -> None:
        """Store updates as they come. Raises BotTokenRefused when there is no use in going on."""
        offset: int | None = None
        while True:
            try:
                offset = await self._take(offset)
                if self._told:
                    await self._conflict_over()
            except (TelegramUnauthorizedError, TelegramNotFound):  # 404: not even the form of a token
                log.critical("bot_token_refused")
                raise BotTokenRefused from None
            except TelegramConflictError as error:
                await asyncio.sleep(await self._conflict(error))
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            except (
                AiogramError,
                SQLAlchemyError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                OSError,
                TimeoutError,
            ) as error:
                self._failures += 1
                log.warning("polling_waits", error=type(error).__name__, failures=self._failures)
                pause = backoff(self._failures, factor=2.0, longest=LONGEST_PAUSE)
                await asyncio.sleep(pause.total_seconds())
            else:
                self._failures = self._conflicts = 0

    async def _take(self, offset: int | None) -> int | None:
        """One poll: the offset that confirms it at the next one.

        After an empty answer there is nothing left to confirm, and no offset is sent: numbers may start
        anew after a quiet week, and an offset beyond them would throw updates away.
        """
        request = GetRawUpdates(offset=offset, timeout=self._wait, allowed_updates=list(ALLOWED_UPDATES))
        payloads = await self._bot(request, request_timeout=self._deadline)
        if not payloads:
            return None
        async with self._db.transaction() as tx:
            await store(tx, payloads)
        return max(int(payload["update_id"]) for payload in payloads) + 1

    async def _conflict(self, error: TelegramConflictError) -> float:
        """Somebody else takes our updates: seconds to wait."""
        if "webhook is active" in error.message:
            log.warning("webhook_deleted", reason="updates are polled here")
            return 0.0 if await self._delete_webhook() else self._conflict_pause
        self._conflicts += 1
        log.warning("two_pollers", conflicts=self._conflicts)
        if self._conflicts > 1:  # one is an ordinary change of guard during a restart
            await self._tell_of_conflict()
        pause = backoff(self._conflicts, first=self._conflict_pause, factor=2.0, longest=LONGEST_PAUSE)
        return pause.total_seconds()

    async def _delete_webhook(self) -> bool:
        try:
            return await self._bot(DeleteWebhook(drop_pending_updates=False), request_timeout=CALL_DEADLINE)
        except AiogramError as error:
            log.warning("webhook_not_deleted", error=type(error).__name__)
            return False

    async def _tell_of_conflict(self) -> None:
        self._told = True
        try:
            async with self._db.transaction() as tx:
                await raise_alert(tx, CONFLICT_ALERT)
        except (SQLAlchemyError, asyncpg.PostgresError, OSError, TimeoutError) as error:
            log.warning("alert_not_raised", error=type(error).__name__)

    async def _conflict_over(self) -> None:
        async with self._db.transaction() as tx:
            await resolve_alert(tx, CONFLICT_ALERT)
        self._told = False
