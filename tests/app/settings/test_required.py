from __future__ import annotations

from collections.abc import Callable

import pytest

from app.settings import Problem, Purpose, SettingsRefused, load, message
from app.settings.group import extra
from app.settings.model import FIELDS
from app.settings.rules import START

Refuse = Callable[..., dict[str, Problem]]

REQUIRED = sorted(START)
MALFORMED = {
    "INSTAGRAM_APP_SECRET": ("canary-15-chars", "is too short (at least 16 characters)"),
    "INSTAGRAM_VERIFY_TOKEN": ("canary canary", "contains spaces"),
    "OPENAI_API_KEY": ("pk-canary-0123456789", "does not begin with sk-, as the keys of api.openai.com do"),
    "TELEGRAM_BOT_TOKEN": ("canary:canary", "has not the expected form"),
    "TELEGRAM_CHAT_ID": ("@canary", "is not a chat id"),
}
EARLIER = [
    ("OPENAI_API_KEY", "open_ai_token"),
    ("APP_SECRET", "meta_dev_instagram_app_secret"),
    ("TOKEN", "self_created_token_enter_in_meta_dev_instagram_app"),
    ("INSTA_TOKEN", "meta_dev_client_account_token"),
    ("TG_TOKEN", "tg_bot_token"),
    ("TG_CHAT_ID", "-tg_chat_id"),
    ("DATABASE_URL", "postgresql+asyncpg://postgres:postgres_password@db:5432/instachatico"),
    ("INSTAGRAM_VERIFY_TOKEN", "postgres_password"),
    ("INSTAGRAM_APP_SECRET", "app_secret"),
]


def test_what_is_required_for_start_is_enough_for_it(complete: dict[str, str]) -> None:
    settings = load(environ=complete, purpose=Purpose.START)
    assert settings.instagram.app_secret.get_secret_value() == complete["INSTAGRAM_APP_SECRET"]
    assert settings.telegram.chat_id == -1001234567890
    assert settings.database.url is None
    assert not settings.app.production


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_variable_is_named(name: str, complete: dict[str, str], refuse: Refuse) -> None:
    del complete[name]
    problems = refuse(complete)
    assert {problem.name: problem.wrong for problem in problems.values()} == {name: "is missing"}
    assert problems[name].expected
    assert problems[name].where_to_get


@pytest.mark.parametrize("value", ["", "  ", "\n"])
@pytest.mark.parametrize("name", REQUIRED)
def test_an_empty_variable_is_named(name: str, value: str, complete: dict[str, str], refuse: Refuse) -> None:
    problems = refuse(complete | {name: value})
    assert {problem.name: problem.wrong for problem in problems.values()} == {name: "is empty"}


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if extra(field, "placeholder")])
def test_a_placeholder_left_in_place_is_named(name: str, complete: dict[str, str], refuse: Refuse) -> None:
    placeholder = extra(FIELDS[name], "placeholder")
    (problem,) = refuse(complete | {name: placeholder}).values()
    assert (problem.name, problem.wrong) == (name, "still holds the example's placeholder")
    assert placeholder not in message([problem])


@pytest.mark.parametrize(("name", "placeholder"), EARLIER)
def test_a_placeholder_of_the_earlier_example_file_is_refused(
    name: str, placeholder: str, complete: dict[str, str], refuse: Refuse
) -> None:
    canonical = {"APP_SECRET": "INSTAGRAM_APP_SECRET", "TOKEN": "INSTAGRAM_VERIFY_TOKEN"}
    canonical |= {"TG_TOKEN": "TELEGRAM_BOT_TOKEN", "TG_CHAT_ID": "TELEGRAM_CHAT_ID"}
    canonical |= {"INSTA_TOKEN": "INSTAGRAM_ACCESS_TOKEN"}
    complete.pop(canonical.get(name, ""), None)
    (problem,) = refuse(complete | {name: placeholder}).values()
    assert problem.name == canonical.get(name, name)
    assert problem.wrong == "still holds the example's placeholder"


@pytest.mark.parametrize("name", REQUIRED)
def test_a_malformed_variable_is_named_and_not_quoted(
    name: str, complete: dict[str, str], refuse: Refuse
) -> None:
    value, wrong = MALFORMED[name]
    (problem,) = refuse(complete | {name: value}).values()
    assert (problem.name, problem.wrong) == (name, wrong)
    assert "canary" not in repr(problem)


def test_all_problems_come_together_in_one_text(complete: dict[str, str]) -> None:
    environ = {
        "INSTAGRAM_APP_SECRET": "canary-short",
        "INSTAGRAM_VERIFY_TOKEN": "",
        "OPENAI_API_KEY": "paste-the-openai-api-key-here",
        "TG_TOKEN": "canary",
        "TELEGRAM_MODE": "canary-pigeon",
        "HTTP_PORT": "canary",
    }
    with pytest.raises(SettingsRefused) as caught:
        load(environ=environ, purpose=Purpose.START)
    text = message(caught.value.problems)
    for sentence in (
        "7 things need your attention",
        "INSTAGRAM_APP_SECRET is too short (at least 16 characters).",
        "INSTAGRAM_VERIFY_TOKEN is empty.",
        "OPENAI_API_KEY still holds the example's placeholder.",
        "TELEGRAM_BOT_TOKEN (given as TG_TOKEN) has not the expected form.",
        "TELEGRAM_CHAT_ID is missing.",
        "TELEGRAM_MODE is none of the known values.",
        "expected: polling or webhook",
        "HTTP_PORT is not a whole number.",
        "where:    in Telegram, write /newbot (or /token) to @BotFather",
        "python3 run.py check-config",
    ):
        assert sentence in text
    assert "canary" not in text
    assert str(caught.value) == text


@pytest.mark.parametrize("purpose", [Purpose.STORE, Purpose.NOTHING_REQUIRED])
def test_commands_that_need_no_neighbour_start_without_their_secrets(purpose: Purpose) -> None:
    settings = load(environ={}, purpose=purpose)
    assert settings.database.pool_size == 10


@pytest.mark.parametrize("value", [None, "", "paste-the-instagram-app-secret-here"])
def test_an_unfilled_secret_that_is_read_after_all_is_refused_then(value: str | None) -> None:
    environ = {} if value is None else {"INSTAGRAM_APP_SECRET": value}
    settings = load(environ=environ, purpose=Purpose.STORE)
    with pytest.raises(SettingsRefused, match="INSTAGRAM_APP_SECRET"):
        _ = settings.instagram.app_secret
    with pytest.raises(SettingsRefused, match="INSTAGRAM_APP_SECRET"):
        _ = settings.instagram.signing_secrets


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_wrong_value_is_refused_for_every_purpose(
    purpose: Purpose, complete: dict[str, str], refuse: Refuse
) -> None:
    assert list(refuse(complete | {"TELEGRAM_MODE": "pigeon"}, purpose)) == ["TELEGRAM_MODE"]


def test_five_settings_have_no_default() -> None:
    assert {
        "INSTAGRAM_APP_SECRET",
        "INSTAGRAM_VERIFY_TOKEN",
        "OPENAI_API_KEY",
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_CHAT_ID",
    } == START


def test_a_key_of_a_compatible_server_may_have_any_form(complete: dict[str, str]) -> None:
    environ = complete | {"OPENAI_BASE_URL": "http://127.0.0.1:1234/v1/", "OPENAI_API_KEY": "none"}
    settings = load(environ=environ, purpose=Purpose.START)
    assert settings.openai.base_url == "http://127.0.0.1:1234/v1"
    assert not settings.openai.at_openai


def test_a_webhook_of_telegram_needs_a_secret_and_an_address(
    complete: dict[str, str], refuse: Refuse
) -> None:
    complete["TELEGRAM_MODE"] = "webhook"
    assert set(refuse(complete)) == {"TELEGRAM_WEBHOOK_SECRET", "PUBLIC_URL"}
    complete |= {"TELEGRAM_WEBHOOK_SECRET": "0123456789abcdef", "PUBLIC_URL": "https://shop.example"}
    assert load(environ=complete, purpose=Purpose.START).telegram.webhook_secret


def test_the_internal_port_is_not_the_public_one(complete: dict[str, str], refuse: Refuse) -> None:
    assert list(refuse(complete | {"PORT": "9000"})) == ["INTERNAL_PORT"]
