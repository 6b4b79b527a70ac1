"""The chats that the bot is in: its own, strangers', and its own under a new id."""

from __future__ import annotations

from typing import Final

import structlog
from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated, Message

from bot.cards.moving import follow
from bot.texts import Texts
from bot.updates.effects import Effects, Leave, Say
from db.engine import Transaction
from db.models import Manager
from db.models.alert import Severity
from db.models.manager import Role
from db.repositories import accounts
from services.alerts import raise_alert, resolve_alert
from services.options import Options

log = structlog.get_logger(__name__)

CHAT_LOST: Final = "chat_lost"
_OUT = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.KICKED})


async def is_known(tx: Transaction, chat_id: int, options: Options) -> bool:
    """Whether cards or commands belong there: an account's chat, or the installation's own."""
    if chat_id == options.chat_id:
        return True
    return any(account.chat_id == chat_id for account in await accounts.every(tx.session))


def chats_router() -> Router:
    """Where the bot was put, thrown out or moved."""
    router = Router(name="chats")
    router.my_chat_member.register(on_standing)
    router.message.register(on_migration, F.migrate_to_chat_id | F.migrate_from_chat_id)
    return router


async def on_standing(
    event: ChatMemberUpdated,
    tx: Transaction,
    effects: Effects,
    options: Options,
    manager: Manager | None,
    texts: Texts,
) -> None:
    """The bot's standing in a chat changed. A new chat is left, unless the owner brought the bot there."""
    chat_id = event.chat.id
    if event.chat.type == ChatType.PRIVATE:
        return
    out = event.new_chat_member.status in _OUT
    if not await is_known(tx, chat_id, options):
        if not out and manager is not None and manager.role is Role.OWNER:
            if event.old_chat_member.status in _OUT:
                effects.add(Say(chat_id, texts("command.accounts.new_chat")))
        elif not out:
            log.warning("added_to_unknown_chat", chat_id=chat_id, by=event.from_user.id)
            effects.add(Leave(chat_id))
        return
    if out:
        await raise_alert(
            tx, CHAT_LOST, str(chat_id), severity=Severity.CRITICAL, chat=event.chat.title or ""
        )
    else:
        await resolve_alert(tx, CHAT_LOST, str(chat_id))


async def on_migration(message: Message, tx: Transaction) -> None:
    """A group became a supergroup: both chats tell it, in any order, and one telling is enough."""
    if message.migrate_to_chat_id is not None:
        old, new = message.chat.id, message.migrate_to_chat_id
    else:
        old, new = message.migrate_from_chat_id or 0, message.chat.id
    if any(account.chat_id == old for account in await accounts.every(tx.session)):
        await follow(tx, old, new)
        await resolve_alert(tx, CHAT_LOST, str(old))
