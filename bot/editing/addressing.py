"""Which draft a message is about: found by message ids in the database, never by what a text says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from aiogram.types import Message

from bot.updates.links import linked_message
from db.engine import Transaction
from db.models import Card, EditRequest
from db.repositories import cards, drafts


@dataclass(frozen=True, slots=True)
class Target:
    """The card meant, and the version: None is the current one.

    `request` is the question that was answered. With `again` it is the manager's own earlier message,
    which gave the draft the text of `version` and was edited now.
    """

    card: Card
    version: int | None = None
    request: EditRequest | None = None
    again: bool = False


async def find_target(tx: Transaction, message: Message, bot_id: int) -> Target | None:
    """The draft that a message answers; None for chatter."""
    own = await cards.asked(tx.session, message.chat.id, message.message_id)
    if own is not None:
        return await _asked(tx, own, again=True)
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.from_user.id != bot_id:
        return None
    request = await cards.asked(tx.session, message.chat.id, replied.message_id)
    if request is not None:
        return await _asked(tx, request)
    card = await cards.of_message(tx.session, message.chat.id, replied.message_id)
    if card is None:
        card = await _linked(tx, message, replied)
    return None if card is None else Target(card)


async def _asked(tx: Transaction, request: EditRequest, *, again: bool = False) -> Target | None:
    card = await cards.of_draft(tx.session, request.draft_id)
    return None if card is None else Target(card, request.version, request, again)


async def _linked(tx: Transaction, message: Message, replied: Message) -> Card | None:
    """The card of a question whose id was never noted, because the process died or the answer was lost.

    The question links to its card; it counts only while its reader has the draft's editing lease.
    """
    if message.from_user is None:
        return None
    for entity in replied.entities or ():
        place = linked_message(entity.url or "")
        if place is None or place[0] != message.chat.id:
            continue
        card = await cards.of_message(tx.session, *place)
        draft = None if card is None else await drafts.get(tx.session, card.draft_id)
        if (
            draft is not None
            and draft.claimed_by == message.from_user.id
            and draft.claim_until is not None
            and draft.claim_until > datetime.now(UTC)
        ):
            return card
    return None
