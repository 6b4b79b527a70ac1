"""Presses: who may, on which message, and what the person is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from aiogram import Router
from aiogram.types import CallbackQuery, MaybeInaccessibleMessageUnion, User

from bot.alerts.router import handle as handle_alert
from bot.cards.callbacks import Callback
from bot.decisions.escalating import call_seniors
from bot.decisions.presses import press, redraw
from bot.decisions.wording import toast
from bot.editing.prompting import prompt, taken_over
from bot.texts import Texts
from bot.updates.effects import Delete, Effects, Toast
from db.engine import Transaction
from db.models import Card, Manager
from db.models.decision import Action
from db.repositories import accounts, cards, drafts
from services.decide.outcome import Actor, Outcome
from services.decide.service import Decisions

log = structlog.get_logger(__name__)

_BEGINS_EDITING: Final = frozenset({Action.CLAIM, Action.TAKE_OVER})


def decisions_router() -> Router:
    """Every press of every button, also of ones that are long gone."""
    router = Router(name="decisions")
    router.callback_query.register(on_press)
    return router


async def on_press(
    query: CallbackQuery,
    tx: Transaction,
    effects: Effects,
    texts: Texts,
    manager: Manager | None,
    actor: Actor | None,
    decisions: Decisions,
    zone: ZoneInfo,
) -> None:
    """Decide, and answer. The data may be forged or old: it is a key to rows, never a fact."""
    data = query.data or ""
    callback = Callback.parse(data)
    card = None if callback is None else await cards.find(tx.session, callback.nonce)
    if manager is None or actor is None:
        await _turn_away(query.from_user, tx, effects, texts, card)
        return
    if callback is None:
        key = await handle_alert(tx, manager, data)
        effects.add(Toast(texts(key or "toast.outdated")))
        return
    if card is None or not await _is_on(card, query.message, tx, effects):
        effects.add(Toast(texts("toast.outdated")))
        return
    editor_id = await _editor(tx, card.draft_id)
    outcome = await press(decisions, tx, actor, card, callback)
    if card.message_id is None and query.message is not None:
        await cards.change(tx.session, card.id, message_id=query.message.message_id)
    if outcome is None:
        return
    effects.add(toast(texts, outcome, zone))
    if outcome.done and outcome.action in _BEGINS_EDITING:
        await _begin_editing(tx, effects, texts, manager, card, outcome, editor_id)
    if outcome.done and outcome.action is Action.ESCALATE:
        effects.add(await call_seniors(tx, card, manager))


async def _turn_away(user: User, tx: Transaction, effects: Effects, texts: Texts, card: Card | None) -> None:
    """A person who may not act here; what was tried stays in the audit, and nothing else happens."""
    if card is None:
        effects.add(Toast(texts("toast.stranger_anywhere"), alert=True))
        return
    account = await accounts.get(tx.session, card.account_id)
    effects.add(Toast(texts("toast.stranger", account=account.username[:64]), alert=True))
    draft = await drafts.get(tx.session, card.draft_id)
    if draft is not None:
        log.info("press_denied", user=user.id, draft=draft.id)
        await drafts.record(
            tx.session,
            draft,
            actor_id=user.id,
            actor_name=user.full_name,
            action=Action.DENIED,
            from_state=draft.state,
            to_state=draft.state,
            draft_version=draft.version,
        )


async def _is_on(
    card: Card, message: MaybeInaccessibleMessageUnion | None, tx: Transaction, effects: Effects
) -> bool:
    """Whether the press came from the card's own message; otherwise the card is drawn where it belongs.

    A card without a message was sent by a process that died before it could note so: it is this one.
    """
    if message is None or message.chat.id != card.chat_id:
        log.warning("press_elsewhere", card=card.id, chat=message.chat.id if message else None)
        return False
    if card.message_id is None:
        return True
    if message.message_id == card.message_id:
        return True
    effects.add(Delete(message.chat.id, message.message_id))
    await redraw(tx, card)
    return False


async def _editor(tx: Transaction, draft_id: int) -> int | None:
    """Who has the editing lease now."""
    draft = await drafts.get(tx.session, draft_id)
    if draft is None or draft.claim_until is None or draft.claim_until < datetime.now(UTC):
        return None
    return draft.claimed_by


async def _begin_editing(
    tx: Transaction,
    effects: Effects,
    texts: Texts,
    manager: Manager,
    card: Card,
    outcome: Outcome,
    editor_id: int | None,
) -> None:
    assert outcome.draft is not None
    if editor_id is not None and editor_id != manager.id:
        effects.add(await taken_over(tx, card, editor_id, manager))
    version = await drafts.version(tx.session, outcome.draft.id, outcome.draft.version)
    effects.add(prompt(texts, manager, card, outcome.draft, version.text if version else None))
