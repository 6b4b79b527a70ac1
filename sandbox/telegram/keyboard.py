"""`reply_markup`: inline keyboards within their limits, and ForceReply."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.telegram.entities import units
from sandbox.telegram.errors import bad_request
from sandbox.telegram.model import Json

ROW_LIMIT = 8
BUTTON_LIMIT = 100
CALLBACK_DATA_LIMIT = 64  # bytes
COPY_TEXT_LIMIT = 256
PLACEHOLDER_LIMIT = 64
ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
STYLES = frozenset({"danger", "success", "primary"})


@dataclass(frozen=True, slots=True)
class Markup:
    """What came with a message: an inline keyboard, or ForceReply, or neither."""

    keyboard: Json | None = None
    force_reply: Json | None = None


def read_markup(raw: object, *, private: bool) -> Markup:
    """Check `reply_markup`. Keyboards of the other kind are taken and forgotten: nobody presses them here."""
    if raw is None or raw == "":
        return Markup()
    if isinstance(raw, str):
        raise bad_request("can't parse reply keyboard markup JSON object")
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    rows = _rows(raw.get("inline_keyboard") or [], private=private)
    if rows:
        return Markup(keyboard=_present(raw) | {"inline_keyboard": rows})
    if raw.get("force_reply") is True:
        if units(str(raw.get("input_field_placeholder") or "")) > PLACEHOLDER_LIMIT:
            raise bad_request("input field placeholder is too long")
        return Markup(force_reply=_present(raw))
    return Markup()


def _rows(rows: object, *, private: bool) -> list[list[Json]]:
    wrong = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    if not isinstance(rows, list):
        raise bad_request(wrong)
    checked: list[list[Json]] = []
    for row in rows:
        if not isinstance(row, list):
            raise bad_request(wrong)
        if row:
            checked.append([_button(button, private=private) for button in row])
    if any(len(row) > ROW_LIMIT for row in checked) or sum(map(len, checked)) > BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return checked


def _button(raw: object, *, private: bool) -> Json:
    unparsable = "can't parse inline keyboard button: "
    if not isinstance(raw, dict):
        raise bad_request(f"{unparsable}InlineKeyboardButton must be an Object")
    button = _present(raw)
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(f'{unparsable}Can\'t find field "text"')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    if not any(action in button for action in ACTIONS):
        raise bad_request(f"{unparsable}Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button:
        _check_data(button["callback_data"])
    if "url" in button and not str(button["url"]).startswith(("http://", "https://", "tg://")):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if "web_app" in button and not private:
        raise bad_request("BUTTON_TYPE_INVALID")
    if "copy_text" in button:
        _check_copy_text(button["copy_text"])
    if "style" in button and button["style"] not in STYLES:
        raise bad_request(f"{unparsable}Invalid style specified")
    return button


def _check_data(data: object) -> None:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_copy_text(copy: object) -> None:
    text = copy.get("text") if isinstance(copy, dict) else None
    if not isinstance(text, str) or not 1 <= units(text) <= COPY_TEXT_LIMIT:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _present(raw: Json) -> Json:
    return {name: value for name, value in raw.items() if value is not None}
