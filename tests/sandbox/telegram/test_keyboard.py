"""Inline keyboards within their limits."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.telegram.errors import ApiError
from sandbox.telegram.keyboard import read_markup


def button(**fields: Any) -> dict[str, Any]:
    return {"text": "Кнопка", "callback_data": "d:ap:1:1", **fields}


def refusal(raw: object, *, private: bool = False) -> str:
    with pytest.raises(ApiError) as refused:
        read_markup(raw, private=private)
    return refused.value.description


def of_one(one: object) -> dict[str, Any]:
    return {"inline_keyboard": [[one]]}


def test_a_keyboard_is_kept_as_given_without_nulls_and_empty_rows() -> None:
    raw = {"inline_keyboard": [[button(style="success", url=None)], []]}
    kept = {"inline_keyboard": [[button(style="success")]]}
    assert read_markup(raw, private=False).keyboard == kept


@pytest.mark.parametrize("raw", [None, "", {"inline_keyboard": []}, {"inline_keyboard": [[]]}, {}])
def test_nothing_is_no_keyboard(raw: object) -> None:
    assert read_markup(raw, private=False).keyboard is None


def test_force_reply_is_kept_apart() -> None:
    markup = read_markup({"force_reply": True, "selective": True}, private=False)
    assert markup.keyboard is None
    assert markup.force_reply == {"force_reply": True, "selective": True}
    assert "too long" in refusal({"force_reply": True, "input_field_placeholder": "ж" * 65})


def test_callback_data_is_1_to_64_bytes() -> None:
    assert read_markup(of_one(button(callback_data="ж" * 32)), private=False).keyboard
    for wrong in ("", "ж" * 32 + "x", 5):
        assert refusal(of_one(button(callback_data=wrong))) == "Bad Request: BUTTON_DATA_INVALID"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("{oops", "can't parse reply keyboard markup JSON object"),
        ([], "object expected as reply markup"),
        ({"inline_keyboard": [button()]}, 'field "inline_keyboard" of the InlineKeyboardMarkup must be'),
        (of_one("x"), "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        (of_one({"callback_data": "x"}), "can't parse inline keyboard button: Can't find field \"text\""),
        (
            of_one({"text": "x"}),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (of_one(button(text=" ")), "BUTTON_TEXT_INVALID"),
        (of_one({"text": "x", "url": "nowhere"}), "inline keyboard button URL 'nowhere' is invalid"),
        (of_one({"text": "x", "copy_text": {"text": "x" * 257}}), "BUTTON_COPY_TEXT_INVALID"),
        (of_one(button(style="golden")), "can't parse inline keyboard button: Invalid style specified"),
        ({"inline_keyboard": [[button()] * 9]}, "reply markup is too long"),
        ({"inline_keyboard": [[button()]] * 101}, "reply markup is too long"),
    ],
)
def test_wrong_keyboards_are_refused(raw: object, says: str) -> None:
    assert refusal(raw).startswith(f"Bad Request: {says}")


def test_web_apps_open_from_private_chats_only() -> None:
    raw = of_one({"text": "x", "web_app": {"url": "https://a.example"}})
    assert read_markup(raw, private=True).keyboard == raw
    assert refusal(raw) == "Bad Request: BUTTON_TYPE_INVALID"
