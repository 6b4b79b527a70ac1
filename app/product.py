"""Putting the product together: who gets what, what starts when, and in which order it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, assert_never

import structlog
from aiogram import Bot

from app.keys import audit_key, encryption_keys
from app.servers import Servers
from app.settings import Settings, TelegramMode
from app.watching import watch
from bot.alerts.drawing import AlertDrawer
from bot.cards.drawing import CardDrawer
from bot.commands.registration import register
from bot.connect import connect
from bot.outgoing import Outgoing
from bot.updates.address import announce
from bot.updates.handling import UpdateHandler
from bot.updates.performing import Performer
from bot.updates.polling import BotTokenRefused, Polling
from db import migrations
from db.engine import Database, PoolSettings
from db.models.manager import Role
from db.queue import Job, Step
from db.repositories import managers
from services.answer.drafting import Drafter
from services.answer.step import AnswerStep, RegenerateStep
from services.chats import follow_chat
from services.classify.step import Classify
from services.decide.service import Decisions
from services.deliver.sending import Deliverer
from services.ingest.inbox import Inbox
from services.ingest.process import Ingest
from services.instagram.client import InstagramClient
from services.knowledge.importing import import_knowledge
from services.limits import Limits
from services.llm.gateway import Gateway
from services.llm.models import Models
from services.options import Options, looks_within
from services.posts import Posts
from services.tokens.check import FirstAccount, TokenCheck
from services.vault import Vault
from services.work.clock import Clock
from services.work.failures import Failures
from services.work.runner import Handler, QueueTimes, Runner
from services.work.sweep import Sweep
from webhook.health import Health, Readiness
from webhook.instagram import InstagramSecrets, InstagramWebhook
from webhook.internal import Internal
from webhook.server import application, listening
from webhook.telegram import PATH as TELEGRAM_PATH
from webhook.telegram import telegram_routes

log = structlog.get_logger(__name__)

REFUSED_PAUSE = 60.0  # seconds before Telegram is asked again whether it knows the bot's token
DRAIN = 8.0  # seconds for what is under way when the program is told to stop (rulings, 18)


class AppRole(StrEnum):
    """What a process does; small installations do all in one."""

    WEB = "web"
    WORKER = "worker"
    BOT = "bot"
    SCHEDULER = "scheduler"


ALL_ROLES = frozenset(AppRole)


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
        readback_delays=looks_within(settings.queue.readback),
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
    readiness: Readiness = field(default_factory=Readiness)

    @property
    def vault(self) -> Vault:
        """Seals and opens access tokens."""
        return Vault(encryption_keys(self.settings))

    @property
    def decisions(self) -> Decisions:
        """What managers may decide."""
        return Decisions(self.options, audit_key(encryption_keys(self.settings)[0]))


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
            InstagramClient(settings.instagram.graph_url, settings.instagram.api_version)
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


async def prepare(product: Product) -> None:
    """Migrate (or insist on it), appoint the people of the settings, import the knowledge folder."""
    if product.roles == ALL_ROLES:
        await migrations.migrate(product.db.engine)
    await migrations.require_current(product.db.engine)
    telegram = product.settings.telegram
    async with product.db.transaction() as tx:
        if telegram.owner_id is not None:
            await managers.appoint(tx.session, telegram.owner_id, Role.OWNER)
        for manager_id in telegram.manager_ids:
            await managers.appoint(tx.session, manager_id, Role.MANAGER)
        tx.enqueue(Job(Step.CHECK_TOKENS, key="start:tokens"), Job(Step.SWEEP, key="start:sweep"))
    await follow_chat(product.db, product.options.chat_id)
    if AppRole.WORKER in product.roles:
        await token_check(product).first_run()
        if product.options.knowledge_dir is not None:
            await import_knowledge(product.db, product.options.knowledge_dir)


def token_check(product: Product) -> TokenCheck:
    """Knows the account of the settings, if they hold a token."""
    token = product.settings.instagram.access_token
    first = FirstAccount(token.get_secret_value()) if token else None
    return TokenCheck(product.db, product.instagram, product.vault, product.options, first)


def handlers(product: Product) -> Mapping[Step, Handler]:
    """The steps of this process's roles."""
    db, options, vault = product.db, product.options, product.vault
    found: dict[Step, Handler] = {}
    if AppRole.WORKER in product.roles:
        posts = Posts(db, product.instagram, vault)
        openai = product.settings.openai
        models = Models(classify=openai.classify_model, answer=openai.answer_model)
        drafter = Drafter(db, product.gateway, posts, models, options)
        found |= {
            Step.INGEST: Ingest(db),
            Step.CLASSIFY: Classify(db, product.gateway, posts, models, options),
            Step.ANSWER: AnswerStep(db, drafter, options),
            Step.REGENERATE: RegenerateStep(db, drafter, options),
            Step.DELIVER: Deliverer(db, product.instagram, product.limits, vault, options),
            Step.SWEEP: Sweep(db, options, product.decisions),
            Step.CHECK_TOKENS: token_check(product),
        }
    if AppRole.BOT in product.roles:
        outgoing = Outgoing(product.bot, product.limits, options.chat_writes_per_minute)
        owner = product.settings.telegram.owner_id
        found |= {
            Step.RENDER_CARD: CardDrawer(db, outgoing, options),
            Step.RENDER_ALERT: AlertDrawer(db, outgoing, options, owner),
            Step.TELEGRAM_UPDATE: UpdateHandler(
                db,
                product.bot,
                Performer(db, outgoing, options),
                product.decisions,
                options,
                product.settings.policy.timezone,
            ),
        }
    return found


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a running process listens; None without the web role."""

    public: int | None
    internal: int | None


async def run(product: Product, stop: asyncio.Event, ready: Callable[[Addresses], None]) -> None:
    """Run until `stop` is set, then drain and return within nine seconds."""
    await prepare(product)
    queue = product.settings.queue
    runner = Runner(
        product.servers.database_url,
        handlers(product),
        Failures(product.db, product.options),
        QueueTimes(heartbeat=queue.heartbeat, dequeue=queue.dequeue),
    )
    async with AsyncExitStack() as stack:
        background = await stack.enter_async_context(_tasks())
        if product.servers.embedded is not None:
            background(watch(product.servers.embedded), "embedded servers")
        if runner.has_work:
            background(runner.run(), "queue")
            await runner.running.wait()
        if AppRole.SCHEDULER in product.roles:
            zone = product.settings.policy.timezone
            clock = Clock(product.db, product.servers.database_url, queue.sweep, zone)
            background(clock.run(), "clock")
        draining = asyncio.Event()
        _bot(product, background, draining)
        addresses = await _web(product, stack, background)
        ready(addresses)
        log.info("ready", roles=sorted(product.roles), http=addresses.public, internal=addresses.internal)
        await stop.wait()
        log.info("stopping")
        product.readiness.draining = True
        draining.set()
        runner.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(runner.stopped.wait(), DRAIN)
    log.info("stopped")


class Spawn(Protocol):
    """Starts a background task that the program owns."""

    def __call__(self, work: Coroutine[Any, Any, None], name: str) -> object:
        """The running task, which need not be awaited."""
        ...


@asynccontextmanager
async def _tasks() -> AsyncIterator[Spawn]:
    """Background tasks with an owner: one that fails stops the program, the end cancels them all."""
    running: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as group:

        def spawn(work: Coroutine[Any, Any, None], name: str) -> None:
            running.append(group.create_task(work, name=name))

        try:
            yield spawn
        finally:
            for task in running:
                task.cancel()


def _bot(product: Product, background: Spawn, polling: asyncio.Event) -> None:
    """Commands are registered once; updates are fetched while `polling` is not set to stop."""
    if AppRole.BOT not in product.roles:
        return
    background(register(product.bot, product.options.chat_id), "commands")
    telegram = product.settings.telegram
    match telegram.mode:
        case TelegramMode.POLLING:
            polled = _patiently(Polling(product.db, product.bot).run)
            background(_until(polling, polled), "polling")
        case TelegramMode.WEBHOOK:
            assert telegram.webhook_secret is not None  # the settings insist on both in this mode
            url = f"{product.settings.http.public_url}{TELEGRAM_PATH}"
            secret = telegram.webhook_secret.get_secret_value()
            background(_patiently(lambda: announce(product.bot, url, secret)), "announce")
        case _:
            assert_never(telegram.mode)


async def _patiently(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A refused bot token stops the bot only: webhooks are taken, and a repaired bot goes on by itself."""
    while True:
        try:
            await work()
        except BotTokenRefused as error:
            log.critical("bot_stands_still", says=str(error), again_in_seconds=REFUSED_PAUSE)
            await asyncio.sleep(REFUSED_PAUSE)
        else:
            return


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until it ends or `stop` is set."""
    running = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        running.cancel()
        waiting.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)


async def _web(product: Product, stack: AsyncExitStack, background: Spawn) -> Addresses:
    if AppRole.WEB not in product.roles:
        return Addresses(None, None)
    settings, http = product.settings, product.settings.http
    inbox = Inbox(product.db)
    background(inbox.run(), "inbox")
    secrets = InstagramSecrets(
        signing=[secret.get_secret_value().encode() for secret in settings.instagram.signing_secrets],
        verify_token=settings.instagram.verify_token.get_secret_value(),
    )
    routes = InstagramWebhook(inbox, secrets, http.trusted_proxies).routes()
    routes += Health(product.db, product.limits, product.readiness).routes()
    if settings.telegram.mode is TelegramMode.WEBHOOK and settings.telegram.webhook_secret:
        routes += telegram_routes(product.db, settings.telegram.webhook_secret.get_secret_value())
    token = http.internal_token.get_secret_value() if http.internal_token else None
    internal = await stack.enter_async_context(
        listening(application(Internal(product.db, token).routes()), http.internal_host, http.internal_port)
    )
    public = await stack.enter_async_context(listening(application(routes), http.host, http.port))
    return Addresses(public, internal)
