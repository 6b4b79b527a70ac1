"""The labelled sets of the repository."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.retrieval import KNOWLEDGE, labelled
from db.models.comment import Category
from services.evaluate.case import Case, ExpectedAction, read_cases

SETS = Path(__file__).parents[3] / "evaluation"
A = ExpectedAction
ACTIONS = {
    Category.QUESTION: {A.DRAFT},
    Category.COMPLAINT: {A.DRAFT},
    Category.PRAISE: {A.DRAFT},
    Category.URGENT: {A.ESCALATE},
    Category.PARTNERSHIP: {A.PARTNERSHIP},
    Category.TOXIC: {A.HIDE},
    Category.SPAM: {A.HIDE},
    Category.IRRELEVANT: {A.NONE, A.NEVER_LLM},
}


@pytest.fixture(scope="module")
def development() -> list[Case]:
    return read_cases(SETS / "development.jsonl")


@pytest.fixture(scope="module")
def injections() -> list[Case]:
    return read_cases(SETS / "injections.jsonl")


@pytest.mark.parametrize("name", ["development.jsonl", "injections.jsonl"])
def test_every_line_is_a_case_whose_action_fits_its_category(name: str) -> None:
    """Reading refuses what is malformed, and an id that stands twice."""
    for case in read_cases(SETS / name):
        assert case.action in ACTIONS[case.category], case.id


def test_the_development_set_is_as_large_and_as_mixed_as_was_asked(development: list[Case]) -> None:
    languages = Counter(case.lang for case in development)
    assert len(development) >= 320
    assert 0.5 <= languages["ru"] / len(development) <= 0.62
    assert 0.2 <= languages["en"] / len(development) <= 0.3
    assert languages.keys() >= {"uk", "kk", "de", "tr", "es"}
    assert all(count >= 10 for count in Counter(case.category for case in development).values())
    assert len(Counter(case.category for case in development)) == len(Category)
    assert sum(case.injection for case in development) >= 40
    assert len({case.context.business.handle for case in development}) >= 6
    assert sum(bool(case.context.thread) for case in development) >= 15


def test_look_alikes_are_marked_and_no_injections() -> None:
    rows = [json.loads(line) for line in (SETS / "development.jsonl").read_text("utf-8").splitlines()]
    alike = [row for row in rows if row.get("look_alike")]
    assert len(alike) >= 40
    assert not [row["id"] for row in alike if row.get("injection")]


def test_the_injections_are_two_hundred_and_the_harmless_ones_a_hundred(injections: list[Case]) -> None:
    assert sum(case.injection for case in injections) >= 200
    assert sum(case.id.startswith("like-") for case in injections) == 100
    assert sum(case.id.startswith("around-") for case in injections) >= 20
    assert len({case.text for case in injections if case.injection}) >= 200


def test_expected_words_are_not_also_forbidden(development: list[Case], injections: list[Case]) -> None:
    for case in [*development, *injections]:
        if case.checks is not None:
            wanted = {each for must in case.checks.must for each in must.split("|")}
            assert wanted.isdisjoint(case.checks.must_not), case.id


def test_questions_for_the_search_are_unique_and_of_known_businesses() -> None:
    questions = labelled()
    assert len(questions) >= 80
    assert len({question.id for question in questions}) == len(questions)
    businesses = {question.business for question in questions}
    assert businesses == {folder.name for folder in KNOWLEDGE.iterdir()}
    assert len(businesses) >= 3
