"""The Responses API, spoken to by the real client."""

from __future__ import annotations

import json

import pytest
from openai import AsyncOpenAI, BadRequestError
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

from tests.sandbox.llm.asking import ANSWER, CLASSIFICATION, inputs, shop, task, text_form


async def test_a_comment_is_classified_in_the_agreed_schema(client: AsyncOpenAI) -> None:
    response = await client.responses.create(
        model="gpt-6-luna",
        instructions="Classify.",
        input=inputs(task("classify", "Сколько стоит саше?")),
        text=text_form("classification", CLASSIFICATION),
        store=False,
    )
    value = json.loads(response.output_text)
    assert set(value) == set(CLASSIFICATION["properties"])
    assert value["category"] == "question"
    assert value["language"] == "ru"
    assert 0 <= value["confidence"] <= 100


async def test_a_question_is_answered_from_the_knowledge_sent_before_it(client: AsyncOpenAI) -> None:
    passages = shop()
    response = await client.responses.create(
        model="gpt-6.1-terra",
        input=inputs(task("answer", "How much is the lavender sachet?", category="question"), passages),
        text=text_form("answer", ANSWER),
    )
    value = json.loads(response.output_text)
    used = [passage for passage in passages if passage["id"] in value["used_ids"]]
    assert value["answerable"] is True
    assert "490 ₽" in value["reply"]
    assert [passage["title"] for passage in used] == ["Саше «Лаванда»"]


async def test_a_response_has_the_shape_that_the_client_expects(client: AsyncOpenAI) -> None:
    response = await client.responses.create(
        model="gpt-6-luna",
        input=inputs(task("classify", "ok")),
        text=text_form("classification", CLASSIFICATION),
    )
    message = response.output[0]
    assert isinstance(message, ResponseOutputMessage)
    assert isinstance(message.content[0], ResponseOutputText)
    assert response.id.startswith("resp_")
    assert message.id.startswith("msg_")
    assert response.status == message.status == "completed"
    assert response.incomplete_details is None
    assert response.error is None
    assert response._request_id
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    assert response.usage.output_tokens_details.reasoning_tokens == 0


async def test_everything_says_that_it_is_no_language_model(client: AsyncOpenAI) -> None:
    raw = await client.responses.with_raw_response.create(model="gpt-6-luna", input="Hello")
    assert raw.headers["x-offline-stand-in"] == "not an LLM"
    response = raw.parse()
    assert response.model == "offline-stand-in"
    assert response.output_text == "Offline stand-in, not an LLM."


async def test_text_parts_are_read_as_one_message(client: AsyncOpenAI) -> None:
    asked = json.dumps(task("classify", "Подпишись на меня, взаимно"), ensure_ascii=False)
    response = await client.responses.create(
        model="gpt-6-luna",
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": asked},
                    {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"},
                ],
            }
        ],
        text=text_form("classification", CLASSIFICATION),
    )
    assert json.loads(response.output_text)["category"] == "spam"


async def test_an_unknown_schema_gets_the_plainest_value_that_fits(client: AsyncOpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {
            "translation": {"type": "string"},
            "ok": {"type": "boolean"},
            "note": {"type": ["string", "null"]},
        },
        "required": ["translation", "ok", "note"],
        "additionalProperties": False,
    }
    response = await client.responses.create(
        model="gpt-6-luna", input="Translate", text=text_form("translation", schema)
    )
    assert json.loads(response.output_text) == {
        "translation": "Offline stand-in, not an LLM.",
        "ok": False,
        "note": None,
    }


async def test_an_answer_beyond_the_token_limit_is_cut_and_incomplete(client: AsyncOpenAI) -> None:
    response = await client.responses.create(
        model="gpt-6-luna",
        input=inputs(task("classify", "Сколько стоит?")),
        text=text_form("classification", CLASSIFICATION),
        max_output_tokens=16,
    )
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"
    assert len(response.output_text) == 64
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.output_text)


async def test_a_long_prefix_seen_before_is_counted_as_cached(client: AsyncOpenAI) -> None:
    passages = shop()
    used = []
    for comment in ("Сколько стоит саше?", "Где вы находитесь?"):
        response = await client.responses.create(
            model="gpt-6-luna",
            instructions="Answer from the knowledge. " * 20,
            input=inputs(task("answer", comment, category="question"), passages),
            text=text_form("answer", ANSWER),
        )
        assert response.usage is not None
        used.append(response.usage.input_tokens_details.cached_tokens)
    assert used[0] == 0
    assert used[1] >= 1024
    assert used[1] % 128 == 0


async def test_strict_mode_refuses_what_openai_refuses(client: AsyncOpenAI) -> None:
    loose = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    with pytest.raises(BadRequestError) as raised:
        await client.responses.create(model="gpt-6-luna", input="x", text=text_form("loose", loose))
    assert raised.value.code == "invalid_json_schema"


async def test_streaming_is_refused_in_words(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="does not stream"):
        await client.responses.create(model="gpt-6-luna", input="x", stream=True)
