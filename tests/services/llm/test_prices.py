"""What tokens cost, what a strict schema may hold, how long to wait."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from db.models.llm_call import CallOutcome
from services.answer.reply import Answer
from services.classify.reading import Classification
from services.llm.models import LONGEST_PAUSE, pause_after
from services.llm.port import LlmError, Usage, strict_schema
from services.llm.prices import PRICES, cost


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        ("gpt-6-luna", Usage(1_000_000, 0, 0), "0.10"),
        ("gpt-6-luna", Usage(1_000_000, 1_000_000, 1_000_000), "0.51"),
        ("gpt-6-luna", Usage(1_000_000, None, 0), "0.10"),
        ("gpt-6-luna", Usage(1_000_000, 2_000_000, 0), "0.01"),  # more cached than asked is a slip
        ("gpt-6.1-terra", Usage(3_500, 2_500, 120), "0.001725"),
        ("offline-stand-in", Usage(100, 0, 100), "0"),
        ("gpt-7-unheard-of", Usage(100, 0, 100), None),
        ("gpt-6-luna", Usage(None, None, 10), None),
        ("gpt-6-luna", Usage(10, None, None), None),
    ],
)
def test_the_cost_of_a_call(model: str, usage: Usage, dollars: str | None) -> None:
    assert cost(model, usage) == (None if dollars is None else Decimal(dollars))


def test_cached_tokens_are_never_dearer() -> None:
    for price in PRICES.values():
        assert price.cached <= price.input


@pytest.mark.parametrize("schema", [Classification, Answer])
def test_a_strict_schema_requires_everything_and_bounds_nothing(
    schema: type[Classification | Answer],
) -> None:
    strict = strict_schema(schema)
    assert strict["additionalProperties"] is False
    assert set(strict["required"]) == set(schema.model_fields)
    assert not {"default", "title", "minimum", "maximum", "maxLength"} & _keywords(strict)


def _keywords(node: object) -> set[str]:
    if isinstance(node, dict):
        inner = {key for name, value in node.items() if name != "properties" for key in _keywords(value)}
        fields = node.get("properties", {})
        inner |= {key for value in fields.values() for key in _keywords(value)}
        return inner | set(node)
    if isinstance(node, list):
        return {key for item in node for key in _keywords(item)}
    return set()


@pytest.mark.parametrize(
    ("told", "attempt", "least", "most"),
    [
        (None, 1, 1, 1.25),
        (30.0, 1, 30, 30),
        (2.0, 3, 16, 20),
        (86_400.0, 1, LONGEST_PAUSE.total_seconds(), LONGEST_PAUSE.total_seconds()),
        (-5.0, 1, 1, 1.25),
    ],
)
def test_a_pause_is_at_least_what_the_provider_says(
    told: float | None, attempt: int, least: float, most: float
) -> None:
    error = LlmError(CallOutcome.TRANSIENT, "rate limited", retry_after=told)
    pause = pause_after(error, attempt)
    assert timedelta(seconds=least) <= pause <= timedelta(seconds=most)
