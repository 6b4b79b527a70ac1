"""The Responses API of OpenAI."""

from __future__ import annotations

import json

from openai import AsyncOpenAI
from openai.types.responses import Response

from services.llm.openai_errors import translated
from services.llm.port import Answer, Question, Usage, strict_schema


class ResponsesAdapter:
    """`responses.create` with our own format: `parse` raises on cut answers that we want to see."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def ask(self, question: Question, *, max_output_tokens: int) -> Answer:
        """Raises LlmError."""
        parts = [part for part in (question.stable, question.variable) if part is not None]
        async with translated(question.timeout):
            response = await self._client.responses.create(
                model=question.model,
                instructions=question.instructions,
                input=[{"role": "user", "content": json.dumps(part, ensure_ascii=False)} for part in parts],
                text={
                    "format": {
                        "type": "json_schema",
                        "name": question.schema_name,
                        "schema": strict_schema(question.schema),
                        "strict": True,
                    }
                },
                max_output_tokens=max_output_tokens,
                prompt_cache_key=question.cache_key,
                store=False,  # the provider's default keeps customers' words for 30 days and more
                timeout=question.timeout.total_seconds(),
            )
            return _read(response)


def _read(response: Response) -> Answer:
    texts: list[str] = []
    refusal: str | None = None
    for item in response.output:
        # A message with phase "commentary" is not the answer (datasheet, §1).
        if item.type == "message" and item.phase != "commentary":
            for part in item.content:  # by its own word: the SDK reads parts that it does not know as texts
                if part.type == "output_text":
                    texts.append(part.text)
                elif part.type == "refusal":
                    refusal = part.refusal
    usage = response.usage
    return Answer(
        text="".join(texts) or None,
        usage=Usage(
            input_tokens=usage.input_tokens if usage else None,
            cached_tokens=getattr(usage.input_tokens_details, "cached_tokens", None) if usage else None,
            output_tokens=usage.output_tokens if usage else None,
        ),
        request_id=response._request_id,  # noqa: SLF001 - the SDK documents it as public
        model=response.model,
        refusal=refusal,
        incomplete=response.status == "incomplete",
    )
