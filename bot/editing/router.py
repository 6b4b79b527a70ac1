"""Replies to the bot: a new text, a hint for the model, or "leave it as it is" (telegram, §3.6)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message

from bot.commands.parsing import Command
from bot.editing.addressing import Target, find_target
from bot.editing.answering import Answering
from bot.editing.wishes import read_wish
from bot.texts import Texts
from bot.texts import texts as texts_of
from bot.updates.effects import Effects
from bot.updates.replying import reply
from db.engine import Transaction
from db.models import Manager
from db.repositories import accounts
from services.decide.outcome import Actor
from services.decide.service import Decisions


def editing_router() -> Router:
    """Everything that answers a card or a question about one; the rest is left to other routers."""
    router = Router(name="editing")
    router.message.register(on_reply)
    router.edited_message.register(on_reply)
    return router


async def on_reply(
    message: Message,
    bot: Bot,
    tx: Transaction,
    effects: Effects,
    texts: Texts,
    manager: Manager | None,
    actor: Actor | None,
    decisions: Decisions,
    zone: ZoneInfo,
    username: str | None,
) -> None:
    """A reply to one of the bot's messages. Privacy mode or not, nothing else is read."""
    target = await find_target(tx, message, bot.id)
    if target is None or _is_other_command(message, username):
        raise SkipHandler
    if message.sender_chat is not None:
        await _refuse_anonymous(message, tx, target, effects)
        return
    if manager is None or actor is None:
        return
    if message.text is None:
        effects.add(reply(message, texts("editing.text_only")))
        return
    answering = Answering(decisions, tx, actor, message, target, effects, texts, zone)
    await answering.fulfil(read_wish(message.text))


def _is_other_command(message: Message, username: str | None) -> bool:
    """A command is never taken for words to a customer."""
    command = Command.parse(message.text or "")
    return command is not None and not (command.name == "cancel" and command.is_for(username))


async def _refuse_anonymous(message: Message, tx: Transaction, target: Target, effects: Effects) -> None:
    """An administrator who writes as the group cannot be named in the audit (telegram, §1.7)."""
    account = await accounts.get(tx.session, target.card.account_id)
    effects.add(reply(message, texts_of(account.locale)("editing.anonymous")))
