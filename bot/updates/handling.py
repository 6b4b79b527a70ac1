"""Handling stored updates: one transaction each, and what Telegram is told comes after the commit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import Update

from bot.commands.router import commands_router
from bot.decisions.router import decisions_router
from bot.editing.router import editing_router
from bot.knowledge.router import knowledge_router
from bot.texts import texts
from bot.updates.chats import chats_router
from bot.updates.effects import Effects, Toast
from bot.updates.middleware import Sender
from bot.updates.performing import Performer
from db.engine import Database
from db.models.telegram_update import UpdateState
from db.queue import Job, Step
from db.repositories import updates
from services.alerts import raise_alert
from services.decide.service import Decisions
from services.options import Options
from services.updates import UPDATE_PRIORITY
from services.work.backoff import backoff

log = structlog.get_logger(__name__)

ATTEMPTS = 3
NAME_DEADLINE = 3  # seconds for the bot's own name: a press must not wait long for it


class UpdateHandler:
    """The handler of `Step.TELEGRAM_UPDATE`.

    `zone` is the business's time zone, in which people are told times.
    """

    def __init__(
        self,
        db: Database,
        bot: Bot,
        performer: Performer,
        decisions: Decisions,
        options: Options,
        zone: ZoneInfo,
    ) -> None:
        self._db = db
        self._bot = bot
        self._performer = performer
        self._username: str | None = None
        self._dispatcher = Dispatcher(
            disable_fsm=True,  # dialogue state is in PostgreSQL (rulings, 19)
            decisions=decisions,
            options=options,
            zone=zone,
        )
        self._dispatcher.update.outer_middleware(Sender())
        self._dispatcher.include_routers(
            chats_router(), knowledge_router(), decisions_router(), editing_router(), commands_router()
        )

    async def __call__(self, update_id: int | None) -> None:
        """Handle one update; nothing happens when it is done or in other hands."""
        if update_id is None:
            return
        effects = Effects()
        username = await self._own_username()
        try:
            await self._handle(update_id, effects, username)
        except Exception as error:  # whatever it was: counted, tried again, told to people
            log.warning("update_not_handled", update=update_id, error=type(error).__name__, exc_info=True)
            await self._failed(update_id, effects, error)
        else:
            await self._performer.carry_out(effects)

    async def _handle(self, update_id: int, effects: Effects, username: str | None) -> None:
        async with self._db.transaction() as tx:
            stored = await updates.take(tx.session, update_id)
            if stored is None:
                return
            query = stored.payload.get("callback_query") or {}
            effects.callback_id = query.get("id")
            effects.language = query.get("from", {}).get("language_code")
            update = Update.model_validate(stored.payload, context={"bot": self._bot})
            await self._dispatcher.feed_update(self._bot, update, tx=tx, effects=effects, username=username)
            # What people wrote lives in comments and drafts only (rulings, 16); chatter nowhere at all.
            stored.payload = {"update_id": update_id}
            await updates.settle(tx.session, update_id, UpdateState.PROCESSED)

    async def _failed(self, update_id: int, effects: Effects, error: Exception) -> None:
        """Nothing of the update was committed: try again soon, and after the last attempt tell people."""
        effects.wanted.clear()
        kind = type(error).__name__
        try:
            async with self._db.transaction() as tx:
                attempts = await updates.count_attempt(tx.session, update_id, kind)
                if attempts < ATTEMPTS:
                    tx.enqueue(_again(update_id, attempts))
                    return
                await updates.settle(tx.session, update_id, UpdateState.FAILED, kind)
                await raise_alert(
                    tx, "step_failed", f"telegram_update:{kind}", step=Step.TELEGRAM_UPDATE.value, error=kind
                )
            key = "toast.failed"
        except Exception as also:  # noqa: BLE001 - the database is away: the row stays, and the sweep finds it
            log.warning("attempt_not_counted", update=update_id, error=type(also).__name__)
            key = "toast.later"
        effects.add(Toast(texts(effects.language)(key), alert=True))
        await self._performer.carry_out(effects)

    async def _own_username(self) -> str | None:
        """The bot's name, asked once. While Telegram is away commands to `@somebody` are nobody's."""
        if self._username is None:
            try:
                self._username = (await self._bot.get_me(request_timeout=NAME_DEADLINE)).username
            except AiogramError as error:
                log.warning("own_name_unknown", error=type(error).__name__)
        return self._username


def _again(update_id: int, attempts: int) -> Job:
    """At once, then after a pause: a person still looks at the spinner of the button.

    A deadlock or a lost connection is over at once, and a job without a pause does not wait for the
    queue's next look at the clock.
    """
    return Job(
        Step.TELEGRAM_UPDATE,
        update_id,
        key=f"update:{update_id}:{attempts}",  # the plain key stays taken while this job runs
        after=backoff(attempts - 1) if attempts > 1 else None,
        priority=UPDATE_PRIORITY,
    )
