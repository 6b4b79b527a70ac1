"""Who sent an update: looked up for every single one, before any handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update, User

from bot.texts import texts
from db.engine import Transaction
from db.models import Manager
from db.repositories import managers
from services.decide.outcome import Actor

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Sender(BaseMiddleware):
    """Gives handlers `manager` and `actor` (None for strangers) and the `texts` in the person's language."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        assert isinstance(event, Update)  # it is registered on the dispatcher's updates
        user: User | None = data.get("event_from_user")
        manager = None if user is None else await _manager(data["tx"], user)
        data["manager"] = manager
        data["actor"] = (
            None if manager is None else Actor(manager.id, manager.name, manager.role, event.update_id)
        )
        language = user.language_code if user else None
        data["texts"] = texts((manager.locale if manager else None) or language)
        return await handler(event, data)


async def _manager(tx: Transaction, user: User) -> Manager | None:
    """The active manager, with the name and the language that Telegram knows now."""
    manager = await managers.find(tx.session, user.id)
    if manager is None:
        return None
    shown = {"name": user.full_name, "username": user.username}
    if user.language_code:
        shown["locale"] = user.language_code
    changed = {name: value for name, value in shown.items() if getattr(manager, name) != value}
    if changed:
        await managers.change(tx.session, manager.id, **changed)
        for name, value in changed.items():
            setattr(manager, name, value)
    return manager
