"""Accuracy on labelled comments: those the rules were written with, and those they were not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sandbox.llm.classification import Classification, classify
from sandbox.llm.task import Task
from tests.sandbox.llm.asking import CATEGORIES, task

HERE = Path(__file__).parent


def labelled(name: str) -> list[dict[str, Any]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def classified(row: dict[str, Any]) -> Classification:
    return classify(Task.model_validate(task("classify", row["text"])))


@pytest.mark.parametrize(("name", "least"), [("labelled.jsonl", 0.95), ("unseen.jsonl", 0.75)])
def test_most_comments_get_their_category(name: str, least: float) -> None:
    """The rules were never tuned on `unseen`; about 0.75 is what keyword rules reach on short comments."""
    rows = labelled(name)
    wrong = [row["id"] for row in rows if classified(row).category != row["category"]]
    assert 1 - len(wrong) / len(rows) >= least, wrong


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_category_is_left_behind(category: str) -> None:
    rows = [row for row in labelled("labelled.jsonl") if row["category"] == category]
    hits = sum(classified(row).category == category for row in rows)
    assert len(rows) >= 20
    assert hits / len(rows) >= 0.85


@pytest.mark.parametrize("name", ["labelled.jsonl", "unseen.jsonl"])
def test_every_command_to_the_bot_is_noticed_and_nothing_else_is(name: str) -> None:
    seen = Counter(
        (row.get("injection", False), classified(row).injection_suspected) for row in labelled(name)
    )
    assert seen[True, False] == seen[False, True] == 0
    assert seen[True, True] >= 3


@pytest.mark.parametrize("name", ["labelled.jsonl", "unseen.jsonl"])
def test_the_language_is_found_where_there_are_words(name: str) -> None:
    rows = [row for row in labelled(name) if row["action"] != "never_llm"]
    wrong = [row["id"] for row in rows if classified(row).language != row["lang"]]
    assert len(wrong) <= len(rows) * 0.02, wrong
