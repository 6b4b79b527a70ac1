"""The Chat Completions API, spoken to by the real client, in all three forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, LengthFinishReasonError
from pydantic import BaseModel

from tests.sandbox.llm.asking import ANSWER, CLASSIFICATION, messages, shop, task


def form(name: str, schema: dict[str, Any]) -> Any:
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}


async def test_a_schema_is_kept(client: AsyncOpenAI) -> None:
    completion = await client.chat.completions.create(
        model="gpt-6-luna",
        messages=messages(task("classify", "Where is my order #55231?")),
        response_format=form("classification", CLASSIFICATION),
    )
    choice = completion.choices[0]
    value = json.loads(choice.message.content or "")
    assert set(value) == set(CLASSIFICATION["properties"])
    assert value["category"] == "urgent"
    assert choice.finish_reason == "stop"
    assert completion.id.startswith("chatcmpl-")
    assert completion.model == "offline-stand-in"
    assert completion._request_id


@pytest.mark.parametrize("form", [{"type": "json_object"}, {"type": "text"}, None])
async def test_a_known_task_is_answered_in_any_form(client: AsyncOpenAI, form: Any) -> None:
    extra = {} if form is None else {"response_format": form}
    completion = await client.chat.completions.create(
        model="local",
        messages=messages(task("answer", "Где вы находитесь?", category="question"), shop()),
        **extra,
    )
    value = json.loads(completion.choices[0].message.content or "")
    assert set(value) == set(ANSWER["properties"])
    assert "Лесная, 12" in value["reply"]


async def test_a_free_question_without_a_task_gets_the_notice(client: AsyncOpenAI) -> None:
    completion = await client.chat.completions.create(
        model="local", messages=[{"role": "user", "content": "Who are you?"}]
    )
    assert completion.choices[0].message.content == "Offline stand-in, not an LLM."


async def test_usage_carries_its_details(client: AsyncOpenAI) -> None:
    completion = await client.chat.completions.create(
        model="local", messages=messages(task("classify", "Спасибо!"))
    )
    usage = completion.usage
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.cached_tokens == 0
    assert usage.completion_tokens_details is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


async def test_a_cut_answer_ends_for_its_length(client: AsyncOpenAI) -> None:
    class Reply(BaseModel):
        reply: str

    with pytest.raises(LengthFinishReasonError):
        await client.chat.completions.parse(
            model="local",
            messages=[{"role": "user", "content": "x"}],
            response_format=Reply,
            max_completion_tokens=2,
        )


async def test_no_messages_is_a_bad_request(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError) as raised:
        await client.chat.completions.create(model="local", messages=[])
    assert raised.value.param == "messages"
