"""Asking the model, validating what it says, and keeping a row of every call."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar

from openai import AsyncOpenAI
from pydantic import BaseModel, ValidationError

from db.engine import Database
from db.models import LlmCall
from db.models.llm_call import CallOutcome
from db.repositories import calls
from services.ingest.document import cleaned
from services.llm.chat import ChatAdapter
from services.llm.port import MAX_TOKENS_HEADROOM, Adapter, Answer, LlmError, Question
from services.llm.prices import cost
from services.llm.responses import ResponsesAdapter

OPENAI = "https://api.openai.com/v1"
MAX_OUTPUT_TOKENS = 2_000  # a comment's answer needs about 120; the rest is room for reasoning models
LARGEST_ANSWER = 20_000  # characters; more is not an answer to a comment

Parsed = TypeVar("Parsed", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Completion(Generic[Parsed]):
    """A validated answer and the row that says what it cost."""

    parsed: Parsed
    call: LlmCall


class Gateway:
    """One per process. The queue owns long retries, so the SDK does none of its own."""

    def __init__(self, db: Database, adapter: Adapter, client: AsyncOpenAI | None = None) -> None:
        self._db = db
        self._adapter = adapter
        self._client = client

    @classmethod
    def connect(cls, db: Database, *, api_key: str, base_url: str | None, style: str = "auto") -> Gateway:
        """Speak Responses to OpenAI itself and Chat Completions to compatible servers, unless told."""
        client = AsyncOpenAI(api_key=api_key, base_url=base_url or OPENAI, max_retries=0)
        if style == "auto":
            style = "responses" if (base_url or OPENAI).rstrip("/") == OPENAI else "chat"
        adapter: Adapter = ResponsesAdapter(client) if style == "responses" else ChatAdapter(client)
        return cls(db, adapter, client)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def complete(
        self,
        question: Question,
        schema: type[Parsed],
        *,
        account_id: int | None = None,
        comment_id: int | None = None,
    ) -> Completion[Parsed]:
        """Ask; ask once more after a cut or malformed answer. Raises LlmError; every call leaves a row."""
        room = MAX_OUTPUT_TOKENS
        repaired = False
        while True:
            started = time.monotonic()
            answer: Answer | None = None
            try:
                answer = await self._adapter.ask(question, max_output_tokens=room)
                parsed = _validated(answer, schema)
            except LlmError as error:
                error.latency_ms = int((time.monotonic() - started) * 1000)
                await self._record(question, answer, error.outcome, error, account_id, comment_id)
                if repaired or error.outcome not in {CallOutcome.INCOMPLETE, CallOutcome.INVALID}:
                    raise
                repaired = True
                room *= MAX_TOKENS_HEADROOM
                question = replace(
                    question, timeout=max(question.timeout - _since(started), timedelta(seconds=1))
                )
            else:
                call = await self._record(
                    question,
                    answer,
                    CallOutcome.OK,
                    None,
                    account_id,
                    comment_id,
                    int((time.monotonic() - started) * 1000),
                )
                return Completion(parsed, call)

    async def _record(
        self,
        question: Question,
        answer: Answer | None,
        outcome: CallOutcome,
        error: LlmError | None,
        account_id: int | None,
        comment_id: int | None,
        latency_ms: int = 0,
    ) -> LlmCall:
        usage = answer.usage if answer else None
        model = (answer.model if answer else None) or question.model
        async with self._db.transaction() as tx:
            return await calls.record(
                tx.session,
                account_id=account_id,
                comment_id=comment_id,
                purpose=question.purpose,
                model=model,
                prompt_version=question.prompt_version,
                input_tokens=usage.input_tokens if usage else None,
                cached_tokens=usage.cached_tokens if usage else None,
                output_tokens=usage.output_tokens if usage else None,
                cost_usd=cost(model, usage) if usage else None,
                latency_ms=error.latency_ms if error else latency_ms,
                outcome=outcome,
                problem=error.says if error else None,
                request_id=answer.request_id if answer else None,
            )


def _since(started: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - started)


def _validated(answer: Answer, schema: type[Parsed]) -> Parsed:
    """The answer as `schema`; the status is read before the text, for a cut answer may look whole."""
    if answer.refusal is not None:
        raise LlmError(CallOutcome.REFUSED, "the model declined")
    if answer.incomplete:
        raise LlmError(CallOutcome.INCOMPLETE, "the answer was cut off")
    if not answer.text:
        raise LlmError(CallOutcome.REFUSED, "the model said nothing")
    if len(answer.text) > LARGEST_ANSWER:
        raise LlmError(CallOutcome.INVALID, "the answer is far too long")
    try:
        storable, _problem = cleaned(json.loads(_unfenced(answer.text)))
        return schema.model_validate(storable)
    except (ValidationError, ValueError, RecursionError):
        raise LlmError(CallOutcome.INVALID, "the answer does not fit the schema") from None


def _unfenced(text: str) -> str:
    """Some servers wrap JSON in a Markdown fence."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```"):
        return stripped[3:-3].removeprefix("json").strip()
    return stripped
