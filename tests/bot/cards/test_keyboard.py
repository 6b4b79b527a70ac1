"""The buttons of every situation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiogram.types import InlineKeyboardMarkup

from bot.cards.callbacks import Callback
from bot.cards.keyboard import keyboard
from bot.texts import LOCALES, texts
from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models.comment import Category, CommentKind
from db.repositories.cards import CardRows
from sandbox.telegram.keyboard import read_markup
from tests.bot.cards.rows import (
    NONCE,
    NOW,
    PERMALINK,
    STAGES,
    UNDO,
    approved,
    card,
    classification,
    comment,
    delivery,
    draft,
    media,
    rows,
)

OPEN_ROWS = [["ap", "ed"], ["rg", "es", "rj"], ["hd", "open"]]
EXPECTED: dict[str, list[list[str]]] = {
    "waiting": OPEN_ROWS,
    "waiting_without_text": [["ed"], ["rg", "es", "rj"], ["hd", "open"]],
    "waiting_after_failure": [["ed"], ["rt", "es", "rj"], ["hd", "open"]],
    "escalated": [["ap", "ed"], ["rg", "rj"], ["hd", "open"]],
    "escalated_to": [["ap", "ed"], ["rg", "rj"], ["hd", "open"]],
    "editing": [["to", "ap"], ["open"]],
    "regenerating": [],
    "approved": [["un"]],
    "approved_and_due": [["un"]],
    "approved_and_throttled": [["un"]],
    "approved_while_paused": [["un"]],
    "approved_without_token": [["un"]],
    "sending": [["open"]],
    "checking": [["open"]],
    "checking_later": [["open"]],
    "sent": [["open", "hd"]],
    "failed": [["rt", "ed", "dn"], ["hd", "open"]],
    "uncertain": [["ws", "sa"], ["open"]],
    "dry_run": [["open", "hd"]],
    "rejected": [["ro", "hd", "open"]],
    "done": [["open", "hd"]],
    "superseded": [["open", "hd"]],
    "expired": [["open", "hd"]],
    "edited": OPEN_ROWS,
    "hidden": [["ap", "ed"], ["rg", "es", "rj"], ["uh", "open"]],
    "hiding": [["ap", "ed"], ["rg", "es", "rj"], ["open"]],
    "hide_failed": OPEN_ROWS,
}


def drawn(shown: CardRows) -> InlineKeyboardMarkup | None:
    return keyboard(shown, texts("en"), now=NOW, undo=UNDO)


def presses(shown: CardRows) -> list[list[str]]:
    """The actions of the buttons; a link is `open`."""
    markup = drawn(shown)
    found = []
    for row in markup.inline_keyboard if markup else []:
        parsed = [Callback.parse(button.callback_data or "") for button in row]
        found.append([one.press.value if one else "open" for one in parsed])
    return found


@pytest.mark.parametrize("name", STAGES)
def test_each_situation_has_its_buttons(name: str) -> None:
    assert presses(STAGES[name]) == EXPECTED[name]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", STAGES)
def test_telegram_takes_every_keyboard(name: str, locale: str) -> None:
    markup = keyboard(STAGES[name], texts(locale), now=NOW, undo=UNDO)
    if markup is not None:
        read_markup(markup.model_dump(), private=False)
        assert max(len(row) for row in markup.inline_keyboard) <= 3
        assert max(len(button.text) for row in markup.inline_keyboard for button in row) <= 24  # phones


def test_buttons_carry_the_nonce_and_the_version_that_is_shown() -> None:
    markup = drawn(rows(draft=draft(version=5)))
    assert markup is not None
    approve = markup.inline_keyboard[0][0]
    assert approve.callback_data == f"d:ap:{NONCE}:5"


def test_good_and_bad_ends_are_coloured() -> None:
    markup = drawn(rows())
    assert markup is not None
    styles = {button.text: button.style for row in markup.inline_keyboard for button in row}
    assert styles["✅ Approve"] == "success"
    assert styles["✏️ Edit"] == "primary"
    assert styles["🚫 Reject"] == "danger"
    assert styles["↗ Open"] is None


@pytest.mark.parametrize("category", [Category.TOXIC, Category.SPAM])
def test_abuse_and_spam_offer_to_hide_first(category: Category) -> None:
    shown = rows(
        classification=classification(category),
        draft=draft(version=0, why_no_text="hide_proposed"),
        version=None,
    )
    assert presses(shown) == [["hd", "ed"], ["rg", "es", "rj"], ["open"]]


def test_rejecting_asks_why() -> None:
    assert presses(rows(card=card(step="reject"))) == [["rjs", "rjo"], ["rje", "rjw"], ["bk"]]


def test_hiding_asks_whether_one_is_sure() -> None:
    assert presses(rows(card=card(step="hide"))) == [["hdy", "bk"]]


def test_approving_in_spite_of_failed_checks_takes_a_second_tap() -> None:
    assert presses(rows(card=card(step="approve"))) == [["apy", "bk"]]


@pytest.mark.parametrize("step", ["reject", "hide", "approve", "of_the_future"])
def test_a_second_step_that_makes_no_sense_any_more_is_left_out(step: str) -> None:
    shown = approved(delivery(DeliveryState.PLANNED), card=card(step=step))
    assert presses(shown) == [["un"]]


def test_what_is_hidden_already_is_not_asked_about() -> None:
    shown = rows(card=card(step="hide"), comment=comment(hidden=True))
    assert presses(shown)[2] == ["uh", "open"]


@pytest.mark.parametrize("kind", [kind for kind in CommentKind if kind is not CommentKind.COMMENT])
def test_only_comments_can_be_hidden(kind: CommentKind) -> None:
    assert presses(rows(comment=comment(kind=kind)))[2] == ["open"]


@pytest.mark.parametrize("state", [DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.UNCERTAIN])
def test_one_change_of_visibility_at_a_time(state: DeliveryState) -> None:
    changing = delivery(state, Effect.UNHIDE)
    assert presses(rows(comment=comment(hidden=True), visibility=changing))[2] == ["open"]


def test_what_the_customer_deleted_cannot_be_hidden() -> None:
    superseded = draft(state=DraftState.SUPERSEDED)
    assert presses(rows(comment=comment(gone_at=NOW), draft=superseded)) == [["open"]]


def test_the_link_leads_to_the_post_if_it_is_a_link() -> None:
    markup = drawn(STAGES["sending"])
    assert markup is not None
    assert markup.inline_keyboard[0][0].url == PERMALINK
    assert drawn(approved(delivery(DeliveryState.SENDING), media=None)) is None
    assert drawn(approved(delivery(DeliveryState.SENDING), media=media(permalink="javascript:x"))) is None


def test_the_undo_button_tells_its_window_while_it_lasts() -> None:
    def label(shown: CardRows, undo: timedelta = UNDO) -> str:
        markup = keyboard(shown, texts("en"), now=NOW, undo=undo)
        assert markup is not None
        return markup.inline_keyboard[0][0].text

    assert label(STAGES["approved"]) == "↩️ Undo (10 s)"
    assert label(STAGES["approved_and_due"]) == "↩️ Undo"
    assert label(STAGES["approved"], timedelta()) == "↩️ Undo"


def test_a_rejected_draft_can_be_reopened_for_a_day() -> None:
    old = draft(state=DraftState.REJECTED, decided_at=NOW - timedelta(hours=24))
    assert presses(rows(draft=old)) == [["hd", "open"]]


def test_nothing_to_approve_while_a_colleague_writes_the_first_text() -> None:
    editing = draft(version=0, claimed_by=1, claim_until=NOW + timedelta(minutes=1))
    assert presses(rows(draft=editing, version=None)) == [["to"], ["open"]]


def test_an_editing_lease_that_ran_out_is_none() -> None:
    assert presses(rows(draft=draft(claimed_by=1, claim_until=NOW))) == OPEN_ROWS
