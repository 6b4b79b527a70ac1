"""Harmless values for unknown schemas and what strict mode refuses."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from openai.lib._pydantic import to_strict_json_schema
from pydantic import BaseModel, Field

from sandbox.llm.schema import NOTICE, check_strict, conform, harmless


class Kind(BaseModel):
    name: Literal["a", "b"]
    inner: Kind | None


class Odd(BaseModel):
    text: str
    few: list[Kind] = Field(min_length=2)
    number: int = Field(ge=3)
    share: float = Field(gt=0, le=1)
    maybe: str | None
    flag: bool
    either: int | str
    tags: dict[str, str]


def test_a_harmless_value_satisfies_a_models_schema() -> None:
    value = Odd.model_validate(harmless(Odd.model_json_schema()))
    assert value.text == NOTICE
    assert [kind.name for kind in value.few] == ["a", "a"]
    assert value.number == 3
    assert value.maybe is None


def test_the_clients_own_strict_schema_is_accepted() -> None:
    class Reply(BaseModel):
        text: str
        kind: Kind | None

    schema = to_strict_json_schema(Reply)
    assert check_strict(schema) is None
    assert Reply.model_validate(harmless(schema)).kind is None


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
        {
            "type": "object",
            "properties": {"a": {"type": "array", "items": {"type": "string"}, "default": []}},
            "required": ["a"],
            "additionalProperties": False,
        },
    ],
)
def test_strict_mode_wants_closed_objects_all_required_and_no_defaults(schema: dict[str, Any]) -> None:
    assert check_strict(schema)


def test_a_known_value_is_fitted_to_the_schema_sent() -> None:
    schema = {
        "type": "object",
        "properties": {"reply": {"type": "string"}, "tone": {"type": "string", "enum": ["warm", "cool"]}},
        "required": ["reply", "tone"],
    }
    assert conform({"reply": "x", "used_ids": []}, schema) == {"reply": "x", "tone": "warm"}
