"""Carrying out what a committed update wants of Telegram."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Final, assert_never

import structlog
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.outgoing import Outgoing, Postponed, ThreadLost
from bot.updates.chats import is_known
from bot.updates.effects import (
    AskForText,
    Buttons,
    Change,
    Delete,
    Effect,
    Effects,
    Leave,
    React,
    Say,
    Toast,
)
from db.engine import Database
from db.repositories import cards
from services.options import Options

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 4
TURN: Final = timedelta(seconds=60)  # a full minute of the chat's writes may lie before ours
GRACE: Final = timedelta(seconds=5)
"""How long an unknown chat may prove to be our own under a new id before the bot leaves it."""


class Performer:
    """The hands. A failure here is noted and changes nothing that was decided."""

    def __init__(self, db: Database, outgoing: Outgoing, options: Options, grace: timedelta = GRACE) -> None:
        self._db = db
        self._outgoing = outgoing
        self._options = options
        self._grace = grace

    async def carry_out(self, effects: Effects) -> None:
        """The answer to the press first, for a person waits for it; then the rest in order."""
        if effects.callback_id is not None:
            await self._attempt(effects.toast or Toast(""), effects.callback_id)
        for effect in effects.wanted:
            if not isinstance(effect, Toast):
                await self._attempt(effect)

    async def _attempt(self, effect: Effect, callback_id: str | None = None) -> None:
        try:
            await self._perform(effect, callback_id)
        except Exception as error:  # noqa: BLE001 - the decision stands, whatever Telegram makes of this
            log.warning("effect_failed", effect=type(effect).__name__, error=type(error).__name__)

    async def _perform(self, effect: Effect, callback_id: str | None) -> None:
        match effect:
            case Toast(text, alert):
                if callback_id is not None:
                    await self._outgoing.answer(callback_id, text, alert=alert)
            case Say():
                await self._send(effect)
            case Change():
                await self._change(effect)
            case AskForText():
                await self._ask(effect)
            case React(chat_id, message_id, emoji):
                await self._outgoing.react(chat_id, message_id, emoji)
            case Delete(chat_id, message_id):
                await self._outgoing.delete(chat_id, message_id)
            case Leave(chat_id):
                await self._leave(chat_id)
            case _:
                assert_never(effect)

    async def _ask(self, ask: AskForText) -> None:
        message_id = await self._send(ask, force_reply=ask.placeholder)
        async with self._db.transaction() as tx:
            await cards.ask(
                tx.session,
                draft_id=ask.draft_id,
                manager_id=ask.manager_id,
                version=ask.version,
                chat_id=ask.chat_id,
                message_id=message_id,
            )

    async def _send(self, message: Say | AskForText, force_reply: str | None = None) -> int:
        """Say it in the chat's turn, however full its minute is: somebody waits for an answer.

        After trouble on the way it may be said twice, which is better than not at all.
        """
        send = partial(
            self._outgoing.send,
            message.chat_id,
            message.html,
            keyboard=_keyboard(message) if isinstance(message, Say) else None,
            reply_to=message.reply_to,
            force_reply=force_reply,
            patience=TURN,
        )
        thread_id = message.thread_id
        for _ in range(ATTEMPTS - 1):
            try:
                return await send(thread_id=thread_id)
            except Postponed as error:
                await asyncio.sleep(min(error.delay, TURN).total_seconds())
            except ThreadLost:
                thread_id = None
        return await send(thread_id=thread_id)

    async def _change(self, change: Change) -> None:
        """In the chat's turn: the person who pressed looks at the old buttons until then."""
        edit = partial(
            self._outgoing.edit,
            change.chat_id,
            change.message_id,
            change.html,
            keyboard=pressable(change.buttons),
        )
        for _ in range(ATTEMPTS - 1):
            try:
                return await edit()
            except Postponed as error:
                await asyncio.sleep(min(error.delay, TURN).total_seconds())
        return await edit()

    async def _leave(self, chat_id: int) -> None:
        """A group that becomes a supergroup shows up as an unknown chat before Telegram says whose it is."""
        await asyncio.sleep(self._grace.total_seconds())
        async with self._db.transaction() as tx:
            if await is_known(tx, chat_id, self._options):
                return
        log.warning("unknown_chat_left", chat_id=chat_id)
        await self._outgoing.leave(chat_id)


def pressable(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """The buttons as Telegram wants them."""
    rows = [[InlineKeyboardButton(text=one.label, callback_data=one.data) for one in row] for row in buttons]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def _keyboard(message: Say) -> InlineKeyboardMarkup | None:
    if message.link is None:
        return pressable(message.buttons)
    label, url = message.link
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=label, url=url)]])
