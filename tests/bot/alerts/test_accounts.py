"""Alerts about accounts: good news look like news, and a refused token says what exactly to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.alerts.render import render
from bot.texts import LOCALES, texts
from db.models import Alert
from db.models.alert import AlertState, Severity
from services.instagram.errors import Remedy
from services.tokens.invalid import RESTORE_KEY

NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)


def an_alert(kind: str, state: AlertState = AlertState.OPEN, **params: str) -> Alert:
    return Alert(
        kind=kind,
        severity=Severity.WARNING,
        params={"account": "shop"} | params,
        state=state,
        count=1,
        last_at=NOW,
        nonce="A-b_0123456789abcdefgh",
    )


@pytest.mark.parametrize("state", [AlertState.OPEN, AlertState.RESOLVED])
def test_good_news_stay_as_they_are_and_ask_for_nothing(state: AlertState) -> None:
    html, keyboard = render(an_alert("account_connected", state), texts("en"), now=NOW)

    assert html.startswith("✅ shop is connected\n👉 New comments")
    assert keyboard is None


@pytest.mark.parametrize(
    "kind", ["account_disconnected", "subscription_missing", "may_not_comment", "may_not_message"]
)
@pytest.mark.parametrize("locale", LOCALES)
def test_troubles_of_an_account_have_words_of_their_own(locale: str, kind: str) -> None:
    html, keyboard = render(an_alert(kind, says="comments"), texts(locale), now=NOW)

    assert "shop" in html
    assert "/accounts" in html
    assert kind not in html
    assert keyboard is not None


@pytest.mark.parametrize("locale", LOCALES)
def test_every_remedy_has_words(locale: str) -> None:
    said = {
        remedy: render(an_alert("token_invalid", remedy=remedy), texts(locale), now=NOW)[0]
        for remedy in (*Remedy, RESTORE_KEY, "something new")
    }

    assert len(set(said.values())) == len(said) - 1, "what is unknown reads like connecting again"
    assert "instagram.com" in said[Remedy.LOG_IN]
    assert "App roles" in said[Remedy.FIX_ROLE]
    assert "ENCRYPTION_KEY" in said[RESTORE_KEY]
    assert all("/accounts" in words for words in said.values())
