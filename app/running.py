"""What starts when, and in which order it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, assert_never

import structlog

from app.product import ALL_ROLES, AppRole, Product, Spawn
from app.settings import TelegramMode
from app.steps import handlers, token_check
from app.watching import watch
from app.web import Addresses, listen
from bot.commands.registration import register
from bot.updates.address import announce
from bot.updates.polling import BotTokenRefused, Polling
from db import migrations
from db.models.manager import Role
from db.queue import Job, Step
from db.repositories import managers
from services.chats import follow_chat
from services.knowledge.importing import import_knowledge
from services.privacy.former_keys import kept
from services.work.clock import Clock
from services.work.failures import Failures
from services.work.runner import QueueTimes, Runner
from webhook.telegram import PATH as TELEGRAM_PATH

log = structlog.get_logger(__name__)

REFUSED_PAUSE = 60.0  # seconds before Telegram is asked again whether it knows the bot's token
DRAIN = 8.0  # seconds for what is under way when the program is told to stop (rulings, 18)


async def prepare(product: Product) -> None:
    """What has to be there before the first job: the schema, the keys, the people, the knowledge folder.

    Migrates when this process does everything, and else insists on it.
    """
    if product.roles == ALL_ROLES:
        await migrations.migrate(product.db.engine)
    await migrations.require_current(product.db.engine)
    product.former_keys = await kept(product.db, product.vault)
    telegram = product.settings.telegram
    async with product.db.transaction() as tx:
        if telegram.owner_id is not None:
            await managers.appoint(tx.session, telegram.owner_id, Role.OWNER)
        for manager_id in telegram.manager_ids:
            await managers.appoint(tx.session, manager_id, Role.MANAGER)
        tx.enqueue(
            Job(Step.CHECK_TOKENS, key="start:tokens"),
            Job(Step.SWEEP, key="start:sweep"),
            Job(Step.RECONCILE, key="start:reconcile"),
        )
    await follow_chat(product.db, product.options.chat_id)
    if AppRole.WORKER in product.roles:
        await token_check(product).first_run()
        if product.options.knowledge_dir is not None:
            await import_knowledge(product.db, product.options.knowledge_dir)


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
            reconcile = product.settings.instagram.reconcile
            clock = Clock(product.db, product.servers.database_url, queue.sweep, zone, reconcile)
            background(clock.run(), "clock")
        draining = asyncio.Event()
        _bot(product, background, draining)
        addresses = Addresses(None, None)
        if AppRole.WEB in product.roles:
            addresses = await listen(product, stack, background)
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
