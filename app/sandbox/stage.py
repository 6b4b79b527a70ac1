"""The three stand-ins on free ports, and the settings with which the product meets them."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.sandbox import cast
from sandbox.instagram import Instagram
from sandbox.llm import LanguageModel
from sandbox.server import LOOPBACK, serve
from sandbox.telegram import Telegram
from webhook.instagram import PATH

FAST_WRITES = 600  # per minute: the sandbox's chat has no flood limit (rulings, 1)
UNDO_SECONDS = 3  # long enough to feel it, short enough to see the reply arrive


@dataclass(frozen=True, slots=True)
class Stage:
    """Addresses of the neighbours, and where the product is to listen."""

    instagram: str
    telegram: str
    llm: str
    http_port: int
    internal_port: int
    media_ids: list[str]

    @property
    def webhook(self) -> str:
        """Where the Instagram stand-in delivers."""
        return f"http://{LOOPBACK}:{self.http_port}{PATH}"

    def environment(self, state: Path, *, real_pacing: bool) -> dict[str, str]:
        """The settings of a product that plays on this stage."""
        values = {
            "APP_ENV": "sandbox",
            "STATE_DIR": str(state),
            "INSTAGRAM_APP_SECRET": cast.INSTAGRAM.app_secret,
            "INSTAGRAM_VERIFY_TOKEN": cast.INSTAGRAM.verify_token,
            "INSTAGRAM_ACCESS_TOKEN": cast.INSTAGRAM.access_token,
            "INSTAGRAM_APP_ID": cast.INSTAGRAM.app_id,
            "INSTAGRAM_GRAPH_URL": self.instagram,
            "INSTAGRAM_OAUTH_URL": self.instagram,
            "INSTAGRAM_TOKEN_URL": self.instagram,
            "PUBLIC_URL": f"http://{LOOPBACK}:{self.http_port}",
            "OPENAI_API_KEY": cast.LANGUAGE_MODEL.api_key or "",
            "OPENAI_BASE_URL": self.llm,
            "OPENAI_API_STYLE": "responses",
            "TELEGRAM_BOT_TOKEN": cast.TELEGRAM.bot_token,
            "TELEGRAM_CHAT_ID": str(cast.TELEGRAM.chat_id),
            "TELEGRAM_OWNER_ID": str(cast.OLGA.id),
            "TELEGRAM_MANAGER_IDS": f"{cast.IVAN.id},{cast.ANNA.id}",
            "TELEGRAM_API_URL": self.telegram,
            "HTTP_PORT": str(self.http_port),
            "INTERNAL_PORT": str(self.internal_port),
            "INTERNAL_TOKEN": cast.INTERNAL_TOKEN,
            "KNOWLEDGE_DIR": str(cast.KNOWLEDGE),
            "UNDO_SECONDS": str(UNDO_SECONDS),
            "QUEUE_DEQUEUE_SECONDS": "1",  # so that a short undo window is as short as the card says
            "LOG_FORMAT": "console",
            "LOG_LEVEL": "WARNING",
        }
        if not real_pacing:
            values["TELEGRAM_CHAT_WRITES_PER_MINUTE"] = str(FAST_WRITES)
        return values

    def info(self, env_file: Path, page: str | None, pid: int) -> dict[str, object]:
        """What an outside driver needs (interfaces, Driving it from outside)."""
        people = cast.TELEGRAM.members
        return {
            "page": page,
            "webhook": self.webhook,
            "internal": f"http://{LOOPBACK}:{self.internal_port}",
            "internal_token": cast.INTERNAL_TOKEN,
            "instagram": self.instagram,
            "telegram": self.telegram,
            "llm": self.llm,
            "app_secret": cast.INSTAGRAM.app_secret,
            "verify_token": cast.INSTAGRAM.verify_token,
            "account_id": cast.INSTAGRAM.account_id,
            "media_ids": self.media_ids,
            "bot_token": cast.TELEGRAM.bot_token,
            "chat_id": cast.TELEGRAM.chat_id,
            "managers": [
                {"id": person.id, "name": person.name, "role": cast.ROLES[person.id]} for person in people
            ],
            "stranger_id": cast.STRANGER.id,
            "env_file": str(env_file),
            "pid": pid,
        }


@asynccontextmanager
async def staged(*, http_port: int | None = None, internal_port: int | None = None) -> AsyncIterator[Stage]:
    """Start the stand-ins; the product's ports are free ones unless given."""
    async with AsyncExitStack() as stack:
        instagram = Instagram(cast.INSTAGRAM)
        telegram = Telegram(cast.TELEGRAM)
        model = LanguageModel(cast.LANGUAGE_MODEL)
        stage = Stage(
            instagram=await stack.enter_async_context(serve(instagram.application())),
            telegram=await stack.enter_async_context(serve(telegram.application())),
            llm=await stack.enter_async_context(serve(model.application())) + "/v1",
            http_port=http_port or free_port(),
            internal_port=internal_port or free_port(),
            media_ids=list(instagram.media_ids),
        )
        instagram.webhook_url = stage.webhook
        yield stage


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
