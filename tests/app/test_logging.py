"""Logs: one line an event, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from app.logging import configure

PLAIN = "canary-verify-token"
ODD = 'can"ary\\with{odd}/marks=и'
SECRETS = [PLAIN, ODD, "", "short"]
SHAPES = [
    "IGAAcanaryWithoutBeingConfigured01",
    "EAAcanaryWithoutBeingConfigured01",
    "sk-canary-not-configured",
    "123456789:AAcanary_bot_token_0123456789-ABCDEFG",
]


@pytest.fixture(autouse=True)
def _loggers_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


in_both_forms = pytest.mark.parametrize("as_json", [True, False], ids=["json", "console"])


def lines(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


def assert_clean(written: str) -> None:
    assert "canary" not in written
    assert 'can"ary' not in written
    assert 'can\\"ary' not in written
    assert "can%22ary" not in written
    assert "[hidden]" in written


def fail_with(words: str) -> None:
    raise RuntimeError(f"while sending {words}") from ValueError(words)


@in_both_forms
def test_secrets_are_hidden_in_messages_of_ours(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure("INFO", as_json=as_json, secrets=SECRETS)
    log = structlog.get_logger("ours")
    for secret in [PLAIN, ODD, *SHAPES]:
        log.info("connected", token=secret, nested={"headers": [secret]})
        log.warning(secret)

    assert_clean(capsys.readouterr().err)


@in_both_forms
def test_secrets_are_hidden_in_messages_of_others(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure("INFO", as_json=as_json, secrets=SECRETS)
    others = logging.getLogger("somebody.elses")
    for secret in [PLAIN, ODD, *SHAPES]:
        others.warning("GET /me with %s", secret)
        others.warning("GET /me with %r", secret)
        others.warning("GET https://user:%s@host", secret)

    assert_clean(capsys.readouterr().err)


@in_both_forms
def test_secrets_are_hidden_in_addresses(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure("INFO", as_json=as_json, secrets=SECRETS)
    others = logging.getLogger("somebody.elses")
    others.warning("GET https://graph/me?access_token=canary1&fields=id")
    others.warning('headers {"Authorization": "Bearer canary2", "Accept": "*/*"}')
    others.warning("https://host/?secret=can%22ary%5Cwith%7Bodd%7D%2Fmarks%3D%D0%B8")

    written = capsys.readouterr().err
    assert_clean(written)
    assert "fields=id" in written
    assert "Accept" in written


@in_both_forms
def test_secrets_are_hidden_in_tracebacks_of_everybody(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    configure("INFO", as_json=as_json, secrets=SECRETS)
    for secret in [PLAIN, ODD, *SHAPES]:
        try:
            fail_with(secret)
        except RuntimeError as error:
            structlog.get_logger("ours").exception("failed")
            logging.getLogger("somebody.elses").exception("failed")
            logging.getLogger("somebody.elses").warning("failed", exc_info=error)
            logging.getLogger("somebody.elses").warning("".join(traceback.format_exception(error)))

    written = capsys.readouterr().err
    assert_clean(written)
    assert "ValueError" in written
    assert "RuntimeError" in written
    assert "Traceback" in written


def test_json_stays_json_whatever_was_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", as_json=True, secrets=SECRETS)
    log = logging.getLogger("somebody.elses")
    for words in (
        "Authorization: Bearer canary",
        '"Authorization": "Bearer canary"',
        "Bearer canary\nnext line",
        'x?access_token=canary"',
        "x?access_token=canary\\",
        f"a {ODD}",
        f'"{PLAIN}"',
    ):
        log.warning("%s", words)
    structlog.get_logger("ours").info("said", header="Bearer canary")

    written = capsys.readouterr().err
    assert len(lines(written)) == 8
    assert_clean(written)
    assert "next line" in written


def test_a_line_says_when_who_and_how_grave(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", as_json=True, secrets=[])
    with structlog.contextvars.bound_contextvars(comment=7):
        structlog.get_logger("ours").warning("slow", seconds=3)
    logging.getLogger("somebody.elses").error("привет %s", "мир")

    ours, theirs = lines(capsys.readouterr().err)
    assert {key: ours[key] for key in ("event", "level", "logger", "comment", "seconds")} == {
        "event": "slow",
        "level": "warning",
        "logger": "ours",
        "comment": 7,
        "seconds": 3,
    }
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("привет мир", "error", "somebody.elses")


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure("WARNING", as_json=True, secrets=[])
    structlog.get_logger("ours").info("quiet")
    logging.getLogger("somebody.elses").info("quiet")

    assert capsys.readouterr().err == ""


def test_narrators_are_heard_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG", as_json=True, secrets=[])
    for name in ("httpx2", "openai", "aiogram.event", "apscheduler.scheduler", "pgqueuer"):
        logging.getLogger(name).info("narrates")
        logging.getLogger(name).warning("warns")

    assert {line["event"] for line in lines(capsys.readouterr().err)} == {"warns"}


def test_a_short_secret_hides_no_ordinary_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", as_json=True, secrets=["", "short"])
    logging.getLogger("x").warning("a short word")

    assert lines(capsys.readouterr().err)[0]["event"] == "a short word"


def test_a_line_that_cannot_be_written_shows_nothing_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", as_json=True, secrets=SECRETS)
    logging.getLogger("somebody.elses").warning("%d attempts with %s", PLAIN, ODD)

    assert capsys.readouterr().err == "a line of somebody.elses could not be written\n"


def test_a_closed_standard_error_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with io.StringIO() as closed:
        monkeypatch.setattr(sys, "stderr", closed)
        configure("INFO", as_json=True, secrets=SECRETS)
    logging.getLogger("somebody.elses").warning("unheard")
