"""From a button to the decision it stands for."""

from __future__ import annotations

from typing import Final, assert_never

from bot.cards.callbacks import Callback, Press
from bot.cards.keyboard import Step
from db.engine import Transaction
from db.life.draft import OPEN
from db.models import Card
from db.models.comment import CommentKind
from db.models.decision import Action
from db.repositories import cards, comments, drafts, managers
from services import cards as card_service
from services.decide.outcome import Actor, Outcome, Result
from services.decide.service import Decisions, ReplyAlreadyLive

STEPS: Final = {Press.REJECT: Step.REJECT, Press.HIDE: Step.HIDE}
"""Buttons that only open a second step on the card."""


async def press(
    decisions: Decisions, tx: Transaction, actor: Actor, card: Card, callback: Callback
) -> Outcome | None:
    """Do what the button says; None when it only turned the card's page."""
    if callback.press is Press.BACK:
        await _turn_to(tx, card, None)
        return None
    outcome = await _outcome(decisions, tx, actor, card.draft_id, callback)
    if outcome is None:
        await _turn_to(tx, card, STEPS[callback.press])
        return None
    await _tidy(tx, card, outcome)
    return outcome


async def _outcome(
    decisions: Decisions, tx: Transaction, actor: Actor, draft_id: int, callback: Callback
) -> Outcome | None:
    if callback.press in STEPS:
        return await _hindrance(tx, draft_id, callback)
    if callback.press is Press.HIDE_YES and not await _can_be_hidden(tx, draft_id):
        return Outcome(Result.NOT_NOW, Action.HIDE, await drafts.get(tx.session, draft_id))
    try:
        # The approval is made before it is known that the comment has a reply: both or nothing.
        async with tx.session.begin_nested():
            return await _decide(decisions, tx, actor, draft_id, callback)
    except ReplyAlreadyLive:
        return Outcome(Result.TOO_LATE, Action.APPROVE, await drafts.get(tx.session, draft_id))


async def _decide(  # noqa: C901, PLR0912 - one line for each button, checked to be complete
    decisions: Decisions, tx: Transaction, actor: Actor, draft_id: int, callback: Callback
) -> Outcome | None:
    version = callback.version
    match callback.press:
        case Press.APPROVE:
            return await decisions.approve(tx, actor, draft_id, version)
        case Press.APPROVE_ANYWAY:
            return await decisions.approve(tx, actor, draft_id, version, confirmed=True)
        case Press.EDIT:
            return await decisions.claim(tx, actor, draft_id, version)
        case Press.TAKE_OVER:
            return await decisions.take_over(tx, actor, draft_id, version)
        case Press.REGENERATE:
            return await decisions.regenerate(tx, actor, draft_id, version)
        case Press.ESCALATE:
            return await decisions.escalate(tx, actor, draft_id, version)
        case Press.REJECT_SPAM:
            return await decisions.reject(tx, actor, draft_id, version, "spam")
        case Press.REJECT_OFF_TOPIC:
            return await decisions.reject(tx, actor, draft_id, version, "off_topic")
        case Press.REJECT_ELSEWHERE:
            return await decisions.reject(tx, actor, draft_id, version, "elsewhere")
        case Press.REJECT_WRONG:
            return await decisions.reject(tx, actor, draft_id, version, "wrong")
        case Press.HIDE_YES:
            return await decisions.set_hidden(tx, actor, draft_id, hidden=True)
        case Press.UNHIDE:
            return await decisions.set_hidden(tx, actor, draft_id, hidden=False)
        case Press.UNDO:
            return await decisions.undo(tx, actor, draft_id, version)
        case Press.RETRY:
            return await decisions.retry(tx, actor, draft_id, version)
        case Press.WAS_SENT:
            return await decisions.was_sent(tx, actor, draft_id, version)
        case Press.SEND_AGAIN:
            return await decisions.send_again(tx, actor, draft_id, version)
        case Press.DONE:
            return await decisions.done(tx, actor, draft_id, version)
        case Press.REOPEN:
            return await decisions.reopen(tx, actor, draft_id, version)
        case Press.REJECT | Press.HIDE | Press.BACK:
            return None
        case _:
            assert_never(callback.press)


async def _hindrance(tx: Transaction, draft_id: int, callback: Callback) -> Outcome | None:
    """Why a second step would lead nowhere; None when it may be shown."""
    draft = await drafts.get(tx.session, draft_id)
    if callback.press is Press.HIDE:
        return None if await _can_be_hidden(tx, draft_id) else Outcome(Result.NOT_NOW, Action.HIDE, draft)
    if draft is None:
        return Outcome(Result.UNKNOWN, Action.REJECT)
    if draft.state not in OPEN:
        by = (await managers.names(tx.session, [draft.decided_by or 0])).get(draft.decided_by or 0)
        return Outcome(Result.DECIDED, Action.REJECT, draft, by=by, at=draft.decided_at)
    if draft.version != callback.version:
        return Outcome(Result.STALE, Action.REJECT, draft)
    return None


async def _can_be_hidden(tx: Transaction, draft_id: int) -> bool:
    """Instagram hides comments only."""
    draft = await drafts.get(tx.session, draft_id)
    return (
        draft is not None and (await comments.get(tx.session, draft.comment_id)).kind is CommentKind.COMMENT
    )


async def _tidy(tx: Transaction, card: Card, outcome: Outcome) -> None:
    """Leave the card right: a decision ends the second step, a lost race shows who won it."""
    step = Step.APPROVE if outcome.result is Result.CONFIRM else None
    turned = card.step != step
    if turned:
        await cards.change(tx.session, card.id, step=step)
    drawn_already = outcome.done
    repeated = outcome.result is Result.REPEATED and not turned
    if outcome.draft is not None and not drawn_already and not repeated:
        await card_service.show(tx, outcome.draft)


async def _turn_to(tx: Transaction, card: Card, step: Step | None) -> None:
    await cards.change(tx.session, card.id, step=step)
    await redraw(tx, card)


async def redraw(tx: Transaction, card: Card) -> None:
    """Have the card drawn anew: what the person saw was not how things are."""
    draft = await drafts.get(tx.session, card.draft_id)
    if draft is not None:
        await card_service.show(tx, draft)
