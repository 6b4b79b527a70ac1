"""Figures, against what was computed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from db.models import Classification, DraftVersion, LlmCall
from db.models.llm_call import CallOutcome, Purpose
from services.evaluate.case import Case
from services.evaluate.scores import confusion, per_category, percentile, report
from services.evaluate.walking import Became, Walked


def a_call(**values: Any) -> LlmCall:
    given: dict[str, Any] = {
        "purpose": Purpose.CLASSIFY,
        "model": "gpt-6-luna",
        "prompt_version": "classify.v2",
        "input_tokens": 100,
        "cached_tokens": 10,
        "output_tokens": 20,
        "cost_usd": Decimal("0.000019"),
        "latency_ms": 30,
        "outcome": CallOutcome.OK,
    }
    return LlmCall(**(given | values))


def walked(
    number: int,
    labelled: str,
    read: str | None,
    became: Became = Became.DRAFT,
    *,
    injection: bool = False,
    suspected: bool = False,
    text: str | None = None,
    flags: Sequence[str] = (),
    calls: Sequence[LlmCall] = (),
    **more: Any,
) -> Walked:
    given = {"id": f"c{number}", "text": "…", "lang": "ru", "category": labelled, "action": "draft"}
    case = Case.model_validate(given | {"injection": injection} | more)
    reading = None
    if read is not None:
        reading = Classification(category=case.category.__class__(read), language="ru")
        reading.injection_suspected = suspected
    version = None
    if text is not None:
        version = DraftVersion(text=text, flags=[{"check": flag, "found": ""} for flag in flags])
    return Walked(case, became, reading, version, calls)


def test_precision_recall_and_f1_by_hand() -> None:
    pairs = [
        *[("question", "question")] * 6,
        *[("question", "complaint")] * 2,
        *[("complaint", "complaint")] * 3,
        ("complaint", "question"),
        ("praise", "unread"),
    ]
    assert per_category(pairs) == {
        "complaint": {"precision": 0.6, "recall": 0.75, "f1": 0.6667, "support": 4},  # 3/5, 3/4, 6/9
        "praise": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1},
        "question": {"precision": 0.8571, "recall": 0.75, "f1": 0.8, "support": 8},  # 6/7, 6/8, 12/15
    }
    assert confusion(pairs) == {
        "complaint": {"complaint": 3, "question": 1},
        "praise": {"unread": 1},
        "question": {"complaint": 2, "question": 6},
    }


def test_the_report_adds_up() -> None:
    calls = [a_call(), a_call(purpose=Purpose.ANSWER, latency_ms=50)]
    cases = [
        walked(1, "question", "question", text="Стоит 5 ₽", checks={"must": ["5"]}, calls=calls),
        walked(2, "question", "praise", text="Спасибо", checks={"must": ["5"]}, flags=["number"]),
        walked(3, "spam", "spam", Became.HIDE, action="hide", calls=[a_call(latency_ms=10)]),
        walked(4, "complaint", None, Became.FAILED),
    ]
    figures = report(cases, 1.5)
    assert (figures["n"], figures["accuracy"], figures["action_accuracy"]) == (4, 0.5, 0.75)
    # question: 1 of 2 found, nothing else taken for it: F1 2/3; spam 1; praise 0; complaint 0
    assert figures["macro_f1"] == pytest.approx((0.6667 + 1 + 0 + 0) / 4, abs=1e-4)
    assert figures["check_failures"] == [{"id": "c2", "check": "must: 5"}]
    assert figures["drafts"] == {"expected": 3, "made": 2, "without_flags": 1, "flags": {"number": 1}}
    assert (figures["failed"], figures["tokens"], figures["seconds"]) == (["c4"], 360, 1.5)
    assert figures["cost_usd"] == pytest.approx(0.000057)
    assert figures["calls"]["classify"]["latency_ms"] == {"p50": 10, "p90": 30, "max": 30}
    assert figures["calls"]["answer"]["n"] == 1


def test_an_unknown_price_or_number_of_tokens_is_not_zero() -> None:
    figures = report(
        [walked(1, "praise", "praise", calls=[a_call(), a_call(cost_usd=None, input_tokens=None)])], 1.0
    )
    assert (figures["cost_usd"], figures["tokens"]) == (None, None)
    assert figures["calls"]["classify"]["output_tokens"] == 40
    nothing = report([walked(1, "irrelevant", "irrelevant", Became.NEVER_LLM, action="never_llm")], 1.0)
    assert (nothing["cost_usd"], nothing["tokens"], nothing["calls"]) == (0.0, 0, {})


def test_commands_to_the_bot_are_counted_by_what_was_noticed() -> None:
    cases = [
        walked(1, "spam", "spam", Became.WITHHELD, injection=True, suspected=True, action="hide"),
        walked(2, "spam", "question", injection=True, text="Да", flags=["unanswerable"], action="hide"),
        walked(3, "spam", "question", injection=True, text="Да", action="hide"),
        walked(4, "question", "question", Became.WITHHELD, suspected=True),
    ]
    figures = report(cases, 1.0)
    assert figures["injection"] == {
        "caught": 1,
        "missed": 2,
        "false_alarms": 1,
        "one_tap": ["c3"],
        "missed_ids": ["c2", "c3"],
        "false_alarm_ids": ["c4"],
    }
    assert figures["action_accuracy"] == 0.25  # withheld is right for an attempt, and for nothing else


@pytest.mark.parametrize(("percent", "value"), [(50, 5), (90, 9), (100, 10), (1, 1)])
def test_percentiles_are_of_the_nearest_rank(percent: int, value: int) -> None:
    assert percentile(range(1, 11), percent) == value
