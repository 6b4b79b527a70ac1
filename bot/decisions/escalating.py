"""Calling the seniors to a card: a changed message rings nobody, a new one with their names does."""

from __future__ import annotations

from html import escape
from typing import Final

from bot.decisions.wording import short
from bot.editing.prompting import card_link, mention
from bot.texts import texts
from bot.updates.effects import Say
from db.engine import Transaction
from db.models import Card, Manager
from db.models.manager import Role
from db.repositories import accounts, managers

CALLED: Final = 30  # people; a message holds 100 entities and 4096 characters
_SENIORS: Final = frozenset({Role.SENIOR, Role.OWNER})


async def call_seniors(tx: Transaction, card: Card, by: Manager) -> Say:
    """The message that mentions every senior and owner but `by`, in the language of the card."""
    account = await accounts.get(tx.session, card.account_id)
    people = await managers.active(tx.session)
    seniors = [person for person in people if person.role in _SENIORS and person.id != by.id]
    call = texts(account.locale)(
        "escalation.call", card=card_link(card, card.draft_id), who=escape(short(by.name))
    )
    html = " ".join([call, *map(mention, seniors[:CALLED])])
    return Say(card.chat_id, html, card.thread_id, card.message_id)
