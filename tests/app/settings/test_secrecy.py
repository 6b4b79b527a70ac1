from __future__ import annotations

import traceback

import pytest
from pydantic import ValidationError

from app.settings import Purpose, SettingsRefused, load
from app.settings.model import FIELDS

CANARY = "canary"


def test_settings_show_no_secret(production: dict[str, str]) -> None:
    secret = production | {
        "INSTAGRAM_APP_SECRET_PREVIOUS": "canary-previous-0123456789",
        "META_APP_SECRET": "canary-meta-app-secret-0123456789",
        "INSTAGRAM_ACCESS_TOKEN": "canary-access-token",
        "TELEGRAM_WEBHOOK_SECRET": "canary-webhook-secret-0123456789",
        "INTERNAL_TOKEN": "canary-internal-token-0123456789",
    }
    settings = load(environ=secret, purpose=Purpose.START)
    for shown in (repr(settings), str(settings), f"{settings.instagram}", repr(settings.database)):
        assert CANARY not in shown
        assert secret["ENCRYPTION_KEY"] not in shown
    assert "answer_model='gpt-6.1-terra'" in repr(settings)


def test_settings_that_are_partly_unfilled_can_be_shown() -> None:
    settings = load(environ={}, purpose=Purpose.NOTHING_REQUIRED)
    assert "TELEGRAM_BOT_TOKEN" in repr(settings)


@pytest.mark.parametrize("name", FIELDS)
def test_no_error_holds_a_value_even_where_it_came_through(name: str, complete: dict[str, str]) -> None:
    # A canary with blanks and a colon is refused by nearly every form.
    complete[name] = "~canary canary://canary:canary@[canary"
    with pytest.raises(SettingsRefused, match=name) as caught:
        load(environ=complete, purpose=Purpose.START)
    refused = caught.value
    shown = "".join(traceback.TracebackException.from_exception(refused, capture_locals=True).format())
    _, frame_of_load = shown.split("settings/loading.py", 1)
    assert "purpose = " in frame_of_load
    assert CANARY not in frame_of_load
    assert CANARY not in repr(refused)
    assert refused.__cause__ is None
    assert refused.__context__ is None


def test_settings_cannot_be_changed(complete: dict[str, str]) -> None:
    settings = load(environ=complete, purpose=Purpose.START)
    for target, attribute in (
        (settings, "http"),
        (settings.http, "port"),
        (settings.instagram, "app_secret"),
    ):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(target, attribute, None)
