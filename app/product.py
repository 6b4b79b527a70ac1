"""What one process of the product holds: settings, clients, and what is made of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from aiogram import Bot

from app.keys import audit_key, encryption_keys, privacy_keys
from app.servers import Servers
from app.settings import Login, Settings
from bot.connect import connect
from db.engine import Database, PoolSettings
from services.accounts.inviting import PATH as START
from services.decide.service import Decisions
from services.decide.superseding import Superseding
from services.instagram.access import Login as GraphLogin
from services.instagram.client import InstagramClient
from services.instagram.connecting import OAuthApp
from services.limits import Limits
from services.llm.gateway import Gateway
from services.options import Options, looks_within
from services.privacy.pseudonyms import Pseudonyms
from services.vault import Vault
from webhook.health import Readiness
from webhook.oauth import CALLBACK


class AppRole(StrEnum):
    """What a process does; small installations do all in one."""

    WEB = "web"
    WORKER = "worker"
    BOT = "bot"
    SCHEDULER = "scheduler"


ALL_ROLES = frozenset(AppRole)


class Spawn(Protocol):
    """Starts a background task that the program owns."""

    def __call__(self, work: Coroutine[Any, Any, None], name: str) -> object:
        """The running task, which need not be awaited."""
        ...


def oauth_of(settings: Settings) -> OAuthApp | None:
    """What connecting an account by login takes; None while settings for it are missing.

    Facebook Login has another way with a choice of Pages: its token comes by the settings.
    """
    instagram, public_url = settings.instagram, settings.http.public_url
    if instagram.app_id is None or public_url is None or instagram.login is Login.FACEBOOK:
        return None
    return OAuthApp(
        app_id=instagram.app_id,
        secret=instagram.app_secret.get_secret_value(),
        redirect_uri=f"{public_url}{CALLBACK}",
        authorize_url=f"{instagram.oauth_url}/oauth/authorize",
        token_url=f"{instagram.token_url}/oauth/access_token",
    )


def _lacking(settings: Settings) -> tuple[str, ...]:
    """The settings without which no account can be connected by login."""
    needed = {
        "INSTAGRAM_LOGIN=instagram": settings.instagram.login is Login.INSTAGRAM,
        "INSTAGRAM_APP_ID": settings.instagram.app_id is not None,
        "PUBLIC_URL": settings.http.public_url is not None,
    }
    return tuple(name for name, given in needed.items() if not given)


def options_of(settings: Settings) -> Options:
    """The values that the services need."""
    return Options(
        chat_id=settings.telegram.chat_id,
        locale=settings.policy.default_locale.value,
        dry_run=settings.app.dry_run,
        undo=settings.policy.undo,
        lease=settings.queue.lease,
        chat_writes_per_minute=settings.telegram.chat_writes_per_minute,
        knowledge_dir=settings.app.knowledge_dir,
        replies_per_hour=settings.instagram.replies_per_hour,
        human_agent=settings.instagram.human_agent,
        retention_payload=settings.retention.payload,
        retention_text=settings.retention.text,
        retention_audit=settings.retention.audit,
        readback_delays=looks_within(settings.queue.readback),
        oauth_start=f"{settings.http.public_url}{START}" if oauth_of(settings) is not None else None,
        oauth_lacks=_lacking(settings),
    )


@dataclass(slots=True)
class Product:
    """Everything one process holds while it runs."""

    settings: Settings
    servers: Servers
    db: Database
    limits: Limits
    instagram: InstagramClient
    gateway: Gateway
    bot: Bot
    options: Options
    roles: frozenset[AppRole]
    former_keys: Sequence[bytes] = ()
    """Of tombstones from before ENCRYPTION_KEY was rotated."""
    readiness: Readiness = field(default_factory=Readiness)

    @property
    def vault(self) -> Vault:
        """Seals and opens access tokens."""
        return Vault(encryption_keys(self.settings))

    @property
    def decisions(self) -> Decisions:
        """What managers may decide."""
        return Decisions(self.options, audit_key(encryption_keys(self.settings)[0]))

    @property
    def superseding(self) -> Superseding:
        """Closes drafts that no longer fit."""
        return Superseding(self.options, audit_key(encryption_keys(self.settings)[0]))

    @property
    def pseudonyms(self) -> Pseudonyms:
        """Recognises people whose names are gone."""
        return Pseudonyms([*privacy_keys(encryption_keys(self.settings)), *self.former_keys])

    @property
    def oauth(self) -> OAuthApp | None:
        """The app's entry at Meta, when accounts can be connected by login."""
        return oauth_of(self.settings)


@asynccontextmanager
async def opened(settings: Settings, servers: Servers, roles: Iterable[AppRole]) -> AsyncIterator[Product]:
    """Open every client once; they are closed last, in the opposite order."""
    async with AsyncExitStack() as stack:
        pool = PoolSettings(
            settings.database.pool_size,
            settings.database.max_overflow,
            settings.database.pool_timeout,
            settings.database.pool_recycle,
        )
        db = Database(servers.database_url, pool)
        stack.push_async_callback(db.close)
        limits = Limits(servers.redis_url)
        stack.push_async_callback(limits.close)
        instagram = await stack.enter_async_context(
            InstagramClient(
                settings.instagram.graph_url,
                settings.instagram.api_version,
                GraphLogin(settings.instagram.login.value),
            )
        )
        gateway = Gateway.connect(
            db,
            api_key=settings.openai.api_key.get_secret_value(),
            base_url=settings.openai.base_url,
            style=settings.openai.api_style.value,
        )
        stack.push_async_callback(gateway.close)
        bot = connect(settings.telegram.bot_token.get_secret_value(), settings.telegram.api_url)
        stack.push_async_callback(bot.session.close)
        yield Product(
            settings, servers, db, limits, instagram, gateway, bot, options_of(settings), frozenset(roles)
        )
