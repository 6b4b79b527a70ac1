"""What the buttons of alerts carry."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.callbacks import AlertCallback, AlertPress
from bot.cards.callbacks import MAX_BYTES, Callback
from db.repositories.alerts import NONCE_BYTES

NONCE = "A-b_0123456789abcdefgh"


@pytest.mark.parametrize("press", AlertPress)
def test_what_is_packed_is_parsed(press: AlertPress) -> None:
    callback = AlertCallback(press, secrets.token_urlsafe(NONCE_BYTES))
    assert len(callback.pack().encode()) <= MAX_BYTES
    assert AlertCallback.parse(callback.pack()) == callback
    assert Callback.parse(callback.pack()) is None


def test_the_format_is_the_agreed_one() -> None:
    assert AlertCallback(AlertPress.ACKNOWLEDGE, NONCE).pack() == f"a:ak:{NONCE}"
    assert AlertCallback(AlertPress.MUTE, NONCE).pack() == f"a:mu:{NONCE}"


@pytest.mark.parametrize(
    "data",
    [
        "",
        "a",
        "a:ak",
        "a:ak:",
        f"a:zz:{NONCE}",
        f"a:ak:{NONCE}:1",
        f"a:ak:{NONCE}\n",
        f"d:ak:{NONCE}",
        "a:ak:x",
    ],
)
def test_anything_else_is_nothing(data: str) -> None:
    assert AlertCallback.parse(data) is None


@given(st.text(st.characters(exclude_categories=())) | st.from_regex(r"a:[a-z]{2}:[\w-]*", fullmatch=True))
def test_whatever_a_client_sends_is_parsed_or_ignored(data: str) -> None:
    callback = AlertCallback.parse(data)
    assert callback is None or callback.pack() == data
