"""The addresses that a web process answers."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import web

from app.product import Product, Spawn
from app.settings import TelegramMode
from app.steps import subscriptions
from bot.texts import texts
from services.accounts.login import Logins
from services.ingest.inbox import Inbox
from services.privacy.callbacks import Callbacks
from services.privacy.requests import Requests
from webhook.health import Health
from webhook.instagram import InstagramSecrets, InstagramWebhook
from webhook.internal import Internal
from webhook.oauth import OAuth
from webhook.privacy import PrivacyAnswers, PrivacyCallbacks
from webhook.server import application, listening
from webhook.telegram import telegram_routes


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a running process listens; None without the web role."""

    public: int | None
    internal: int | None


async def listen(product: Product, stack: AsyncExitStack, background: Spawn) -> Addresses:
    """Answer both ports until the stack is left."""
    http = product.settings.http
    inbox = Inbox(product.db)
    background(inbox.run(), "inbox")
    token = http.internal_token.get_secret_value() if http.internal_token else None
    internal = await stack.enter_async_context(
        listening(application(Internal(product.db, token).routes()), http.internal_host, http.internal_port)
    )
    public = await stack.enter_async_context(
        listening(application(_routes(product, inbox)), http.host, http.port)
    )
    return Addresses(public, internal)


def _routes(product: Product, inbox: Inbox) -> list[web.RouteDef]:
    settings, trusted = product.settings, product.settings.http.trusted_proxies
    signing = [secret.get_secret_value().encode() for secret in settings.instagram.signing_secrets]
    secrets = InstagramSecrets(signing, settings.instagram.verify_token.get_secret_value())
    callbacks = Callbacks(Requests(product.vault, product.pseudonyms), product.pseudonyms)
    answers = PrivacyAnswers(settings.http.public_url, bare=settings.instagram.bare_deletion_answer)
    routes = InstagramWebhook(inbox, secrets, trusted).routes()
    routes += PrivacyCallbacks(product.db, callbacks, signing, answers, trusted).routes()
    routes += Health(product.db, product.limits, product.readiness).routes()
    if product.oauth is not None:
        logins = Logins(
            product.db,
            product.instagram,
            product.vault,
            product.options,
            product.oauth,
            subscriptions(product),
        )
        routes += OAuth(logins, texts, trusted).routes()
    if settings.telegram.mode is TelegramMode.WEBHOOK and settings.telegram.webhook_secret:
        routes += telegram_routes(product.db, settings.telegram.webhook_secret.get_secret_value())
    return routes
