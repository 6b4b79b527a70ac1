"""What buttons carry: small, exact, and never trusted to be well-formed."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cards.callbacks import MAX_BYTES, Callback, CallbackTooLong, Press
from db.repositories.cards import NONCE_BYTES
from tests.bot.cards.rows import NONCE

LONGEST_VERSION = 999_999_999


@pytest.mark.parametrize("press", Press)
@pytest.mark.parametrize("version", [0, 1, LONGEST_VERSION])
def test_what_is_packed_is_parsed(press: Press, version: int) -> None:
    callback = Callback(press, secrets.token_urlsafe(NONCE_BYTES), version)
    data = callback.pack()
    assert len(data.encode()) <= MAX_BYTES
    assert Callback.parse(data) == callback


def test_the_format_is_the_agreed_one() -> None:
    assert Callback(Press.APPROVE, NONCE, 3).pack() == f"d:ap:{NONCE}:3"


def test_data_that_telegram_would_refuse_is_not_packed() -> None:
    with pytest.raises(CallbackTooLong):
        Callback(Press.APPROVE, "n" * 60, 1).pack()


@pytest.mark.parametrize(
    "data",
    [
        "",
        "d",
        "d:ap",
        f"d:ap:{NONCE}",
        f"d:ap:{NONCE}:",
        f"d:ap:{NONCE}:-1",
        f"d:ap:{NONCE}:+1",
        f"d:ap:{NONCE}:01",
        f"d:ap:{NONCE}:1 ",
        f"d:ap:{NONCE}:1\n",
        f"d:ap:{NONCE}:1:2",
        f"d:ap:{NONCE}:٣",
        f"d:ap:{NONCE}:{10**10}",
        f"d:zz:{NONCE}:1",
        f"d:AP:{NONCE}:1",
        f"D:ap:{NONCE}:1",
        f"a:ap:{NONCE}:1",
        f"d:ap:{NONCE}'--:1",
        "d:ap:short:1",
        "d:ap::1",
        f"x d:ap:{NONCE}:1",
    ],
)
def test_anything_else_is_nothing(data: str) -> None:
    assert Callback.parse(data) is None


@example("d:ap:\ud800:1")
@given(
    st.text(st.characters(exclude_categories=())) | st.from_regex(r"d:[a-z]{2,3}:[\w-]*:\d*", fullmatch=True)
)
def test_whatever_a_client_sends_is_parsed_or_ignored(data: str) -> None:
    callback = Callback.parse(data)
    assert callback is None or callback.pack() == data
