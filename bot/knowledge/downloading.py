"""Fetching a file from Telegram, within a deadline and a bound, into a folder that nobody else can read."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Final

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiohttp import ClientError

from services.knowledge.reading import FileUnreadable, Said

LARGEST: Final = 20 * 1024 * 1024  # bytes that Telegram lets a bot download (Bot API, `getFile`)
ASKING: Final = 10  # seconds (rulings, 3)
DEADLINE: Final = 60  # seconds: 20 MiB at 3 Mbit/s
CHUNK: Final = 64 * 1024
_TOO_LARGE: Final = "file is too big"


class DownloadFailed(Exception):
    """Telegram did not give the file now; it may later."""

    def __init__(self, kind: str) -> None:
        super().__init__(self.__doc__)
        self.kind = kind


async def download(bot: Bot, file_id: str, to: Path) -> None:
    """Write the file to `to`. Raises FileUnreadable when it is too large, DownloadFailed for other reasons.

    No error carries the words of the connection's: the address holds the bot's token.
    """
    too_large = FileUnreadable(to.name, Said.TOO_LARGE, most=LARGEST // 2**20)
    try:
        file = await bot.get_file(file_id, request_timeout=ASKING)
        if (file.file_size or 0) > LARGEST:
            raise too_large
        if file.file_path is None:
            raise DownloadFailed("NoPath")
        async with asyncio.timeout(DEADLINE):
            content = await _fetched(bot, file.file_path)
        if content is not None:
            await asyncio.to_thread(to.write_bytes, content)
    except TelegramBadRequest as error:
        if _TOO_LARGE in error.message.lower():
            raise too_large from None
        raise DownloadFailed(type(error).__name__) from None
    except (AiogramError, ClientError, OSError, UnicodeError, TimeoutError) as error:
        raise DownloadFailed(type(error).__name__) from None
    if content is None:
        raise too_large


async def _fetched(bot: Bot, path: str) -> bytearray | None:
    """What the file holds; None when it is more than allowed, whatever its size was said to be."""
    session = bot.session
    assert isinstance(session, AiohttpSession)
    url = session.api.file_url(bot.token, path)
    content = bytearray()
    stream = session.stream_content(url, timeout=DEADLINE, chunk_size=CHUNK, raise_for_status=True)
    async with aclosing(stream):
        async for chunk in stream:
            content += chunk
            if len(content) > LARGEST:
                return None
    return content
