"""The buttons of a card by its stage (telegram, §3.3): at most three in a row, always in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from aiogram.enums import ButtonStyle
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.cards.callbacks import Callback, Press
from bot.cards.stage import CLOSED, DECIDABLE, Stage, stage_of
from bot.markup import safe_url
from bot.texts import Texts
from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.models.comment import Category, CommentKind
from db.repositories.cards import CardRows

REOPENABLE: Final = timedelta(hours=24)  # telegram, §3.3
_UNDER_WAY = frozenset({DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.UNCERTAIN})
_HIDEABLE = DECIDABLE | CLOSED | {Stage.FAILED}
_HIDE_FIRST = frozenset({Category.TOXIC, Category.SPAM})

Row = Sequence[InlineKeyboardButton | None]


class Step(StrEnum):
    """A second step shown in place of the buttons: `Card.step`."""

    REJECT = "reject"
    HIDE = "hide"
    APPROVE = "approve"  # in spite of failed checks


@dataclass(frozen=True, slots=True)
class _Buttons:
    """Makes buttons of one card."""

    rows: CardRows
    texts: Texts
    now: datetime
    undo: timedelta

    def press(self, press: Press, style: ButtonStyle | None = None, **values: object) -> InlineKeyboardButton:
        data = Callback(press, self.rows.card.nonce, self.rows.draft.version).pack()
        text = self.texts(f"card.button.{press.name.lower()}", **values)
        return InlineKeyboardButton(text=text, callback_data=data, style=style)

    def open(self) -> InlineKeyboardButton | None:
        url = safe_url(self.rows.media.permalink if self.rows.media else None)
        return InlineKeyboardButton(text=self.texts("card.button.open"), url=url) if url else None

    def approve(self) -> InlineKeyboardButton | None:
        """Nothing can be approved while there is no text."""
        return self.press(Press.APPROVE, ButtonStyle.SUCCESS) if self.rows.draft.version else None

    def visibility(self, style: ButtonStyle | None = None) -> InlineKeyboardButton | None:
        """Hide or unhide: comments that are still there, no live ones, and one change at a time."""
        change, comment = self.rows.visibility, self.rows.comment
        if comment.kind is not CommentKind.COMMENT or comment.gone_at is not None:
            return None
        if change is not None and change.state in _UNDER_WAY:
            return None
        return self.press(Press.UNHIDE) if self.rows.comment.hidden else self.press(Press.HIDE, style)

    def again(self) -> InlineKeyboardButton:
        """Another text; a comment whose step failed for good starts anew."""
        failed = self.rows.comment.state is CommentState.FAILED
        return self.press(Press.RETRY if failed else Press.REGENERATE)

    def decidable(self, stage: Stage) -> list[Row]:
        classification = self.rows.classification
        hide_first = classification is not None and classification.category in _HIDE_FIRST
        edit = self.press(Press.EDIT, ButtonStyle.PRIMARY)
        escalate = self.press(Press.ESCALATE) if stage is not Stage.ESCALATED else None
        reject = self.press(Press.REJECT, ButtonStyle.DANGER)
        others = [self.again(), escalate, reject]
        if hide_first:
            return [[self.visibility(ButtonStyle.DANGER), self.approve(), edit], others, [self.open()]]
        return [[self.approve(), edit], others, [self.visibility(), self.open()]]

    def undoable(self) -> InlineKeyboardButton:
        """The label names the window only while it is open."""
        delivery = self.rows.delivery
        seconds = int(self.undo.total_seconds())
        if delivery is None or delivery.send_after <= self.now or not seconds:
            return self.press(Press.UNDO)
        data = Callback(Press.UNDO, self.rows.card.nonce, self.rows.draft.version).pack()
        return InlineKeyboardButton(
            text=self.texts("card.button.undo_window", seconds=seconds), callback_data=data
        )

    def reopenable(self) -> InlineKeyboardButton | None:
        decided_at = self.rows.draft.decided_at
        young = decided_at is not None and self.now - decided_at < REOPENABLE
        return self.press(Press.REOPEN) if young else None


def keyboard(rows: CardRows, texts: Texts, *, now: datetime, undo: timedelta) -> InlineKeyboardMarkup | None:
    """The buttons at `now`; None where there is nothing to press."""
    buttons = _Buttons(rows, texts, now, undo)
    stage = stage_of(rows, now)
    shown = _second_step(buttons, stage) or _first_step(buttons, stage)
    present = [[button for button in row if button is not None] for row in shown]
    filled = [row for row in present if row]
    return InlineKeyboardMarkup(inline_keyboard=filled) if filled else None


def _second_step(buttons: _Buttons, stage: Stage) -> list[Row]:
    """The step asked for, if it still makes sense; a colleague may have decided meanwhile."""
    back = buttons.press(Press.BACK)
    match buttons.rows.card.step:
        case Step.REJECT if stage in DECIDABLE:
            return [
                [buttons.press(Press.REJECT_SPAM), buttons.press(Press.REJECT_OFF_TOPIC)],
                [buttons.press(Press.REJECT_ELSEWHERE), buttons.press(Press.REJECT_WRONG)],
                [back],
            ]
        case Step.APPROVE if stage in DECIDABLE and buttons.rows.draft.version:
            return [[buttons.press(Press.APPROVE_ANYWAY, ButtonStyle.DANGER), back]]
        case Step.HIDE if (
            stage in _HIDEABLE and not buttons.rows.comment.hidden and buttons.visibility() is not None
        ):
            return [[buttons.press(Press.HIDE_YES, ButtonStyle.DANGER), back]]
        case _:
            return []


def _first_step(buttons: _Buttons, stage: Stage) -> list[Row]:
    match stage:
        case Stage.WAITING | Stage.ESCALATED:
            return buttons.decidable(stage)
        case Stage.EDITING:  # whether the presser may approve over a colleague's lease is decided then
            return [[buttons.press(Press.TAKE_OVER), buttons.approve()], [buttons.open()]]
        case Stage.REGENERATING:
            return []
        case Stage.APPROVED:
            return [[buttons.undoable()]]
        case Stage.SENDING | Stage.CHECKING:
            return [[buttons.open()]]
        case Stage.FAILED:
            return [
                [
                    buttons.press(Press.RETRY),
                    buttons.press(Press.EDIT, ButtonStyle.PRIMARY),
                    buttons.press(Press.DONE),
                ],
                [buttons.visibility(), buttons.open()],
            ]
        case Stage.UNCERTAIN:
            return [
                [buttons.press(Press.WAS_SENT), buttons.press(Press.SEND_AGAIN, ButtonStyle.DANGER)],
                [buttons.open()],
            ]
        case Stage.REJECTED:
            return [[buttons.reopenable(), buttons.visibility(), buttons.open()]]
        case Stage.SENT | Stage.DRY_RUN | Stage.DONE | Stage.SUPERSEDED | Stage.EXPIRED:
            return [[buttons.open(), buttons.visibility()]]
        case _:
            assert_never(stage)
