"""What an alert says: what happened, how often, what to do, who takes care."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.render import render
from bot.texts import LOCALES, texts
from db.models import Alert
from db.models.alert import AlertState, Severity
from sandbox.telegram.html import parse_html
from sandbox.telegram.keyboard import read_markup
from sandbox.telegram.text import message_text

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
NONCE = "A-b_0123456789abcdefgh"
KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "step_failed": (
        {"step": "classify", "error": "timeout", "comment": 7},
        "sorting the comment (timeout)",
    ),
    "dead_letter": (
        {"comment": 7, "step": "answer", "error": "x"},
        "Comment 7 is stuck: drafting the reply — the program failed (x)",
    ),
    "delivery_failed": ({"draft": 1842, "why": "gone"}, "#1842 was not sent: the comment was deleted"),
    "delivery_uncertain": ({"draft": 1842}, "unclear whether reply #1842"),
    "quarantined": ({"count": 3, "problem": "no id"}, "(events: 3): no id"),
    "unknown_account": ({"account": "1784"}, "not connected: 1784"),
    "token_expiring": ({"account": "shop", "days": 3}, "shop on Instagram runs out soon. Days left: 3"),
    "token_invalid": ({"account": "shop", "says": "190"}, "does not let us into shop"),
    "llm_down": ({"says": "an unreadable answer (AttributeError)"}, "The model does not answer"),
    "llm_refused": ({"code": "insufficient_quota"}, "refuses us: insufficient_quota"),
    "instagram_down": ({}, "Instagram does not answer"),
    "sending_paused": (
        {"account": "shop", "until": "2026-11-23T16:00:00+00:00", "says": "(#368)"},
        "holds back the replies of shop: they wait until 16:00 UTC",
    ),
    "comments_missed": (
        {"account": "shop", "count": 4, "since": "2026-11-23T12:05:00+00:00"},
        "comments of shop: 4, the oldest from 12:05 UTC",
    ),
    "webhooks_silent": ({"account": "shop"}, "under the posts of shop"),
    "chat_lost": ({"chat": -100}, "no longer write to chat -100"),
    "chat_moved": ({"old": -1, "new": -2}, "its new id is -2 (it was -1)"),
    "two_pollers": ({}, "Another program"),
    "of_the_future": ({"what": "ever"}, "Needs attention: of_the_future"),
}


def an_alert(kind: str = "instagram_down", **values: Any) -> Alert:
    defaults = {
        "kind": kind,
        "severity": Severity.CRITICAL,
        "params": KINDS[kind][0] if kind in KINDS else {},
        "state": AlertState.OPEN,
        "count": 1,
        "last_at": NOW - timedelta(minutes=3),
        "nonce": NONCE,
    }
    return Alert(**(defaults | values))


def shown(alert: Alert, locale: str = "en", acknowledged_by: str | None = None) -> tuple[str, list[str]]:
    """The text, and what the buttons carry."""
    html, keyboard = render(alert, texts(locale), now=NOW, acknowledged_by=acknowledged_by)
    rows = keyboard.inline_keyboard if keyboard else []
    return parse_html(html)[0], [button.callback_data or "" for row in rows for button in row]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_in_plain_words_with_what_to_do(kind: str) -> None:
    text, buttons = shown(an_alert(kind))
    lines = text.splitlines()
    assert lines[0].startswith("🔴 ")
    assert KINDS[kind][1] in lines[0]
    assert lines[1].startswith("👉 ")
    assert lines[2] == "🕐 12:57 UTC"
    assert buttons == [f"a:ak:{NONCE}", f"a:mu:{NONCE}"]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_telegram_takes_every_alert(kind: str, locale: str) -> None:
    html, keyboard = render(an_alert(kind), texts(locale), now=NOW)
    assert "{" not in message_text(html, "HTML", None, lambda _id: None).text
    assert keyboard is not None
    read_markup(keyboard.model_dump(), private=False)


@pytest.mark.parametrize("kind", KINDS)
def test_an_alert_that_lacks_its_details_is_shown_all_the_same(kind: str) -> None:
    text, _ = shown(an_alert(kind, params={"account": None, "why": "", "step": None}))
    assert text.startswith("🔴 ")


def test_how_often_is_counted_in_the_same_message() -> None:
    assert "🔢 ×37, last at 12:57 UTC" in shown(an_alert(count=37))[0]


@pytest.mark.parametrize("outcome", ["transient", "permanent", "refused", "incomplete", "invalid"])
def test_a_stuck_card_is_named_with_the_models_trouble_in_words(outcome: str) -> None:
    params = {"comment": 7, "draft": 1842, "step": "answer", "error": "KeyError", "outcome": outcome}
    line = shown(an_alert("dead_letter", params=params))[0].splitlines()[0]
    assert line.startswith("🔴 Card #1842 is stuck: drafting the reply — the model ")
    assert "KeyError" not in line


def test_trouble_of_another_kind_keeps_its_technical_name() -> None:
    params = {"draft": 1842, "step": "answer", "error": "KeyError", "outcome": "of_the_future"}
    assert "— the program failed (KeyError)" in shown(an_alert("dead_letter", params=params))[0]


def test_what_the_model_said_is_not_shown() -> None:
    text, _ = shown(an_alert("llm_down"))
    assert "AttributeError" not in text
    assert "every five minutes" in text


@pytest.mark.parametrize("kind", ["delivery_failed", "delivery_uncertain"])
def test_several_replies_in_one_alert_name_the_newest(kind: str) -> None:
    assert "the newest is card #1842" in shown(an_alert(kind, count=3))[0]
    assert "newest" not in shown(an_alert(kind))[0]


@pytest.mark.parametrize("until", ["soon", "2026-11-23T16:00:00", "", None, 7])
def test_a_pause_without_a_readable_end_is_shown_all_the_same(until: object) -> None:
    assert "holds back" in shown(an_alert("sending_paused", params={"account": "shop", "until": until}))[0]


def test_a_warning_looks_milder() -> None:
    assert shown(an_alert(severity=Severity.WARNING))[0].startswith("🟠 ")


def test_who_takes_care_is_named_and_only_quiet_is_left_to_ask_for() -> None:
    text, buttons = shown(an_alert(state=AlertState.ACKNOWLEDGED), acknowledged_by="Иван")
    assert text.splitlines()[-1] == "👀 Иван is on it"
    assert buttons == [f"a:mu:{NONCE}"]
    assert "👀 a manager is on it" in shown(an_alert(state=AlertState.ACKNOWLEDGED))[0]


def test_a_muted_alert_says_until_when() -> None:
    text, buttons = shown(an_alert(muted_until=NOW + timedelta(hours=1)))
    assert text.splitlines()[-1] == "🔕 Quiet until 14:00 UTC"
    assert buttons == [f"a:ak:{NONCE}"]
    assert "🔕" not in shown(an_alert(muted_until=NOW))[0]
    assert shown(an_alert(state=AlertState.ACKNOWLEDGED, muted_until=NOW + timedelta(hours=1)))[1] == []


def test_what_is_over_is_over() -> None:
    text, buttons = shown(an_alert("chat_lost", state=AlertState.RESOLVED, count=4))
    assert text.splitlines() == [
        "✅ Fine again: I can no longer write to chat -100: I was removed or may not post",
        "🔢 ×4, last at 12:57 UTC",
    ]
    assert buttons == []


@given(st.text(st.characters(exclude_categories=()), max_size=2000))
def test_words_from_outside_stay_words(text: str) -> None:
    alert = an_alert("step_failed", params={"step": text, "error": text, "comment": text})
    html, _ = render(alert, texts("ru"), now=NOW, acknowledged_by=text)
    styled = message_text(html, "HTML", None, lambda _id: None)
    assert not {"mention", "bot_command"} & {entity["type"] for entity in styled.entities}
