"""Every outcome has words in both languages, and they say who, what and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.decisions.wording import ago, sentence, toast
from bot.markup import units
from bot.texts import LOCALES, catalogues, texts
from db.life.draft import DraftState
from db.models import Draft
from db.models.decision import Action
from services.decide.outcome import Outcome, Result

ZONE = ZoneInfo("Europe/Moscow")
LONGEST_TOAST = 200


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("result", Result)
def test_every_outcome_has_words_that_fit_into_a_toast(locale: str, action: Action, result: Result) -> None:
    for state in DraftState:
        for by in (None, "И" * 200):
            draft = Draft(id=10**9, version=3, state=state)
            now = datetime.now(UTC)
            outcome = Outcome(result, action, draft, by=by, at=now, until=now, length=2300, longest=2200)
            said = sentence(texts(locale), outcome, ZONE)
            assert said
            assert "{" not in said
            assert units(said) <= LONGEST_TOAST


@pytest.mark.parametrize("locale", LOCALES)
def test_an_outcome_without_a_draft_has_words(locale: str) -> None:
    assert sentence(texts(locale), Outcome(Result.UNKNOWN, Action.APPROVE), ZONE)


@pytest.mark.parametrize(
    ("result", "alert"),
    [
        (Result.DECIDED, True),
        (Result.STALE, True),
        (Result.CLAIMED, True),
        (Result.TOO_LATE, True),
        (Result.DONE, False),
        (Result.REPEATED, False),
        (Result.CONFIRM, False),
    ],
)
def test_only_who_lost_gets_a_window(result: Result, alert: bool) -> None:
    assert toast(texts("en"), Outcome(result, Action.APPROVE), ZONE).alert is alert


def test_a_decision_without_a_person_is_a_policys() -> None:
    draft = Draft(id=1, version=1, state=DraftState.APPROVED)
    outcome = Outcome(Result.DECIDED, Action.REJECT, draft, at=datetime.now(UTC))
    assert sentence(texts("en"), outcome, ZONE).startswith("Approved by a policy")


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "0 s ago"),  # clocks of two machines differ
        (timedelta(seconds=3.5), "3 s ago"),
        (timedelta(minutes=59, seconds=30), "59 min ago"),
    ],
)
def test_a_short_while_is_relative(passed: timedelta, words: str) -> None:
    assert ago(texts("en"), datetime.now(UTC) - passed, ZONE) == words


def test_long_ago_is_a_date_by_the_shops_clock() -> None:
    at = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)
    assert ago(texts("ru"), at, ZONE) == "03.11 в 01:30"


def test_a_name_on_several_lines_cannot_forge_a_sentence() -> None:
    draft = Draft(id=1, version=1, state=DraftState.APPROVED)
    outcome = Outcome(Result.DECIDED, Action.REJECT, draft, by="Eve\n\nApproved by Olga", at=None)
    assert "\n" not in sentence(texts("en"), outcome, ZONE)


def test_both_languages_have_the_same_keys_and_places() -> None:
    for subject in ("toasts", "editing", "commands"):
        russian, english = (
            {str(message.id): _places(str(message.string)) for message in catalogues(locale)[subject]}
            for locale in LOCALES
        )
        del russian[""], english[""]  # the headers
        assert russian == english


def _places(text: str) -> frozenset[str]:
    return frozenset(part.split("}")[0] for part in text.split("{")[1:])
