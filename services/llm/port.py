"""What is asked of a language model, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from pydantic import BaseModel

from db.models.llm_call import CallOutcome, Purpose


@dataclass(frozen=True, slots=True)
class Question:
    """One call. `stable` comes first so that providers cache it; everything but `instructions` is data.

    The model has no tools and no authority: what it answers is a fixed schema, checked in code.
    """

    purpose: Purpose
    model: str
    instructions: str
    prompt_version: str
    stable: dict[str, Any] | None
    variable: dict[str, Any]
    schema: type[BaseModel]
    timeout: timedelta
    cache_key: str

    @property
    def schema_name(self) -> str:
        """The schema's name as the provider sees it."""
        return self.schema.__name__.lower()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counts them; None where it does not say."""

    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said, before it is validated."""

    text: str | None
    usage: Usage = field(default_factory=Usage)
    request_id: str | None = None
    model: str | None = None
    refusal: str | None = None
    incomplete: bool = False


@dataclass(eq=False)
class LlmError(Exception):
    """The language model gave no usable answer. Carries neither keys nor bodies."""

    outcome: CallOutcome
    says: str
    code: str | None = None
    retry_after: float | None = None
    usage: Usage = field(default_factory=Usage)
    latency_ms: int = 0

    def __str__(self) -> str:
        return f"{self.outcome}: {self.says}"


class Adapter(Protocol):
    """One way of speaking to a provider."""

    async def ask(self, question: Question, *, max_output_tokens: int) -> Answer:
        """Raises LlmError."""
        ...


MAX_TOKENS_HEADROOM = 2
"""An answer cut off for length is asked once more with this many times the room."""


def strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The strictest common subset of JSON Schema (datasheet, §1): all required, no defaults, no bounds."""
    strict: dict[str, Any] = _strict(schema.model_json_schema())
    return strict


_DROPPED = {"default", "title", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _strict(value) for key, value in node.items() if key not in _DROPPED}
    if "properties" in node:
        properties = {name: _strict(value) for name, value in node["properties"].items()}
        kept |= {"properties": properties, "required": list(properties), "additionalProperties": False}
    return kept
