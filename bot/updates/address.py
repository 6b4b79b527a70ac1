"""Telling Telegram where to deliver updates, when they come by webhook."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramNotFound, TelegramUnauthorizedError

from bot.updates.polling import ALLOWED_UPDATES, CALL_DEADLINE, LONGEST_PAUSE, BotTokenRefused
from services.work.backoff import backoff

log = structlog.get_logger(__name__)

CONNECTIONS: Final = 40  # Telegram's own default of deliveries at once


async def announce(bot: Bot, url: str, secret: str) -> None:
    """Have updates delivered to `url` (PUBLIC_URL with `/webhooks/telegram`), with `secret` as the header.

    Done at every start, because a secret cannot be read back; what waits at Telegram is kept. Tried until
    it works, and never undone at the stop: Telegram queues for us during a deployment. Raises
    BotTokenRefused.
    """
    attempt = 0
    while True:
        try:
            await bot.set_webhook(
                url,
                secret_token=secret,
                max_connections=CONNECTIONS,
                allowed_updates=list(ALLOWED_UPDATES),
                drop_pending_updates=False,
                request_timeout=CALL_DEADLINE,
            )
        except (TelegramUnauthorizedError, TelegramNotFound):
            log.critical("bot_token_refused")
            raise BotTokenRefused from None
        except AiogramError as error:
            attempt += 1
            log.warning("webhook_not_set", error=type(error).__name__, attempt=attempt)
            await asyncio.sleep(backoff(attempt, factor=2.0, longest=LONGEST_PAUSE).total_seconds())
        else:
            return
