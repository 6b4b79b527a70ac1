"""`start`: the real service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from urllib.parse import unquote, urlsplit

from app import logging, product, running
from app.keys import encryption_keys
from app.product import AppRole
from app.servers import Servers, servers
from app.settings import LogFormat, Settings
from app.stopping import stop_on_signals
from app.web import Addresses


def secrets_of(settings: Settings) -> list[str]:
    """Everything that must never be seen in a log."""
    found = [
        *settings.instagram.signing_secrets,
        settings.instagram.verify_token,
        settings.instagram.access_token,
        settings.openai.api_key,
        settings.telegram.bot_token,
        settings.telegram.webhook_secret,
        settings.http.internal_token,
    ]
    given = [secret.get_secret_value() for secret in found if secret is not None]
    addresses = [address for address in (settings.database.url, settings.redis.url) if address is not None]
    passwords = [urlsplit(address.get_secret_value()).password or "" for address in addresses]
    return [*given, *encryption_keys(settings), *(unquote(password) for password in passwords), *passwords]


def configure_logs(settings: Settings) -> None:
    """Logs as the settings ask for them, without secrets."""
    logging.configure(
        settings.log.level.value,
        as_json=settings.log.format is LogFormat.JSON,
        secrets=secrets_of(settings),
    )


def start(settings: Settings, roles: Iterable[AppRole]) -> None:
    """Run until SIGTERM or Ctrl-C. Embedded servers start first, on the main thread, and stop last."""
    configure_logs(settings)
    with servers(settings) as addresses:
        asyncio.run(_serve(settings, addresses, roles, lambda _addresses: None))


async def _serve(
    settings: Settings, addresses: Servers, roles: Iterable[AppRole], ready: Callable[[Addresses], None]
) -> None:
    with stop_on_signals() as stop:
        async with product.opened(settings, addresses, roles) as composed:
            await running.run(composed, stop, ready)
