"""The connection to Telegram."""

from __future__ import annotations

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode

from bot.outgoing.sender import DEADLINE


def connect(token: str, api_url: str) -> Bot:
    """The bot of `token` at `api_url` (TELEGRAM_API_URL: Telegram's own, a local server, or a stand-in).

    Link previews are off: a preview of the post would blow every card up. The caller closes `bot.session`.
    """
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url), timeout=DEADLINE)
    return Bot(
        token,
        session=session,
        default=DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True),
    )
