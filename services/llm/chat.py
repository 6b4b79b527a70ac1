"""The Chat Completions API, as compatible servers speak it."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any

import structlog
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion

from db.models.llm_call import CallOutcome
from services.llm.openai_errors import translated
from services.llm.port import Answer, LlmError, Question, Usage, strict_schema

log = structlog.get_logger(__name__)


class Format(IntEnum):
    """How much of a schema the server understands; the next one is tried when it refuses."""

    JSON_SCHEMA = 0
    JSON_OBJECT = 1
    PLAIN = 2


class ChatAdapter:
    """Servers differ: `json_schema`, then `json_object`, then plain text, remembered once it works."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client
        self._format = Format.JSON_SCHEMA
        self._proven = False

    async def ask(self, question: Question, *, max_output_tokens: int) -> Answer:
        """Raises LlmError."""
        while True:
            tried = self._format  # another call may lower it meanwhile
            try:
                answer = await self._ask(question, max_output_tokens, tried)
            except LlmError as error:
                # A server that never answered in this format may not know it: some say 400, some 500.
                refused = error.says.startswith(("HTTP 400", "HTTP 422", "HTTP 500"))
                if not refused or (self._proven and tried is self._format):
                    raise
                if tried is Format.PLAIN:
                    if not self._proven:
                        self._format = Format.JSON_SCHEMA  # it was not the format
                    raise
                if tried is self._format:
                    self._format = Format(tried + 1)
                    log.info("llm_format_lowered", format=self._format.name.lower())
            else:
                self._format, self._proven = tried, True
                return answer

    async def _ask(self, question: Question, max_output_tokens: int, form: Format) -> Answer:
        schema = strict_schema(question.schema)
        instructions = question.instructions
        extra: dict[str, Any] = {}
        match form:
            case Format.JSON_SCHEMA:
                extra["response_format"] = {
                    "type": "json_schema",
                    "json_schema": {"name": question.schema_name, "schema": schema, "strict": True},
                }
            case Format.JSON_OBJECT | Format.PLAIN:
                instructions += f"\n\nAnswer with one JSON object of this schema only:\n{json.dumps(schema)}"
                if form is Format.JSON_OBJECT:
                    extra["response_format"] = {"type": "json_object"}
        parts = [part for part in (question.stable, question.variable) if part is not None]
        messages: list[dict[str, str]] = [{"role": "system", "content": instructions}]
        messages += [{"role": "user", "content": json.dumps(part, ensure_ascii=False)} for part in parts]
        async with translated(question.timeout):
            completion = await self._client.chat.completions.create(
                model=question.model,
                messages=messages,  # type: ignore[arg-type]  # plain dictionaries of the same shape
                max_completion_tokens=max_output_tokens,
                timeout=question.timeout.total_seconds(),
                stream=False,
                **extra,
            )
            return _read(completion)


def _read(completion: object) -> Answer:
    if not isinstance(completion, ChatCompletion) or not completion.choices:
        raise LlmError(CallOutcome.TRANSIENT, "an answer without choices")
    choice = completion.choices[0]
    content: object = choice.message.content  # the SDK passes on whatever a server says
    usage = completion.usage
    details = usage.prompt_tokens_details if usage else None
    return Answer(
        text=content if isinstance(content, str) else None,
        usage=Usage(
            input_tokens=usage.prompt_tokens if usage else None,
            cached_tokens=details.cached_tokens if details else None,
            output_tokens=usage.completion_tokens if usage else None,
        ),
        request_id=completion._request_id,  # noqa: SLF001 - the SDK documents it as public
        model=completion.model,
        refusal=choice.message.refusal,
        incomplete=choice.finish_reason in {"length", "content_filter"},
    )
