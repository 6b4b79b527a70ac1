"""What a provider answers, and what the gateway makes of it: the table of outcomes, for both ways."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import LlmCall
from db.models.llm_call import CallOutcome
from services.classify.reading import Classification
from services.llm.chat import ChatAdapter
from services.llm.gateway import LARGEST_ANSWER, MAX_OUTPUT_TOKENS, Gateway
from services.llm.port import LlmError
from services.llm.responses import ResponsesAdapter
from tests.services.llm.conftest import GOOD, Model, OddServer, a_question

O = CallOutcome  # noqa: E741 - beside the tables below a long name hides the words

Odd = tuple[OddServer, Gateway]


async def test_a_good_answer_is_parsed_and_leaves_a_row(model: Model) -> None:
    await model.script({"content": GOOD})
    completion = await model.ask()
    assert completion.parsed == Classification.model_validate(GOOD)
    [call] = await model.calls()
    assert call.id == completion.call.id
    assert (call.outcome, call.problem) == (O.OK, None)
    assert (call.model, call.prompt_version) == ("offline-stand-in", "classify.v1")
    assert call.input_tokens
    assert call.output_tokens
    assert call.cached_tokens is not None
    assert call.cost_usd == Decimal(0)  # the stand-in's known price
    assert call.request_id
    assert call.latency_ms >= 0


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"refusal": "I cannot"}, O.REFUSED),
        ({"content": ""}, O.REFUSED),
    ],
)
async def test_a_refusal_is_not_asked_again(
    model: Model, answer: dict[str, Any], outcome: CallOutcome
) -> None:
    await model.script(answer)
    with pytest.raises(LlmError) as refused:
        await model.ask()
    assert refused.value.outcome is outcome
    [call] = await model.calls()
    assert call.outcome is outcome
    assert call.input_tokens  # a refusal costs as well


BROKEN: list[dict[str, Any]] = [
    {"content": json.dumps(GOOD), "status": "incomplete"},
    {"content": "{"},
    {"content": "Конечно! Вот ответ."},
    {"content": {**GOOD, "category": "gossip"}},
    {"content": {**GOOD, "extra": 1}},
    {"content": {"category": "question"}},
    {"content": [GOOD]},
    {"content": "[" * 5000},
    {"content": {**GOOD, "reasoning": "я" * 100_000}},
]


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_cut_or_malformed_answer_is_asked_for_once_more(model: Model, broken: dict[str, Any]) -> None:
    await model.script(broken, {"content": GOOD})
    assert (await model.ask()).parsed.confidence == 91
    expected = O.INCOMPLETE if broken.get("status") else O.INVALID
    assert [call.outcome for call in await model.calls()] == [expected, O.OK]
    first, second = [
        body.get("max_output_tokens", body.get("max_completion_tokens")) for body in await model.asked()
    ]
    assert (first, second) == (MAX_OUTPUT_TOKENS, 2 * MAX_OUTPUT_TOKENS)


@pytest.mark.parametrize("broken", BROKEN[:2])
async def test_the_second_malformed_answer_is_the_last(model: Model, broken: dict[str, Any]) -> None:
    await model.script(broken, broken, {"content": GOOD})
    with pytest.raises(LlmError) as failed:
        await model.ask()
    assert failed.value.outcome in {O.INCOMPLETE, O.INVALID}
    assert len(await model.calls()) == 2


async def test_an_answer_of_100_kilobytes_is_none(model: Model) -> None:
    huge = json.dumps({**GOOD, "reasoning": "a" * LARGEST_ANSWER})
    await model.script({"content": huge}, {"content": huge})
    with pytest.raises(LlmError, match="far too long"):
        await model.ask()


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```", "  {}  \n"])
async def test_a_fence_around_the_answer_is_taken_off(model: Model, fence: str) -> None:
    await model.script({"content": fence.replace("{}", json.dumps(GOOD))})
    assert (await model.ask()).parsed.category == "question"
    assert len(await model.calls()) == 1


async def test_characters_that_cannot_be_stored_are_replaced(model: Model) -> None:
    await model.script({"content": json.dumps({**GOOD, "reasoning": "а\x00б\ud83dв"})})
    assert (await model.ask()).parsed.reasoning == "а\ufffdб\ufffdв"


FAULTS: list[tuple[dict[str, Any], CallOutcome, str | None, float | None]] = [
    ({"kind": "status", "code": 429}, O.TRANSIENT, "rate_limit_exceeded", None),
    ({"kind": "status", "code": 429, "retry_after": 30}, O.TRANSIENT, "rate_limit_exceeded", 30.0),
    (
        {"kind": "status", "code": 429, "message": "insufficient_quota"},
        O.PERMANENT,
        "insufficient_quota",
        None,
    ),
    ({"kind": "status", "code": 500}, O.TRANSIENT, None, None),
    ({"kind": "status", "code": 503}, O.TRANSIENT, None, None),
    ({"kind": "status", "code": 408}, O.TRANSIENT, None, None),
    ({"kind": "status", "code": 409}, O.TRANSIENT, None, None),
    ({"kind": "status", "code": 400}, O.PERMANENT, None, None),
    ({"kind": "status", "code": 401}, O.PERMANENT, "invalid_api_key", None),
    ({"kind": "status", "code": 403}, O.PERMANENT, None, None),
    ({"kind": "status", "code": 404}, O.PERMANENT, "model_not_found", None),
    ({"kind": "status", "code": 422}, O.PERMANENT, None, None),
    ({"kind": "drop_before"}, O.TRANSIENT, None, None),
    ({"kind": "drop_after"}, O.TRANSIENT, None, None),
    ({"kind": "garbage"}, O.TRANSIENT, None, None),
]


@pytest.mark.parametrize(("fault", "outcome", "code", "retry_after"), FAULTS)
async def test_what_a_failure_means(
    model: Model, fault: dict[str, Any], outcome: CallOutcome, code: str | None, retry_after: float | None
) -> None:
    await model.script({"content": GOOD})
    await model.ask()  # the chat's format is proven from here on
    await model.fault(**fault)
    with pytest.raises(LlmError) as failed:
        await model.ask()
    error = failed.value
    assert (error.outcome, error.code, error.retry_after) == (outcome, code, retry_after)
    assert len(await model.asked()) == 2  # no retries of the SDK's own: the queue owns them
    call = (await model.calls())[-1]
    assert (call.outcome, call.cost_usd, call.input_tokens) == (outcome, None, None)
    assert call.model == "gpt-6-luna"
    assert call.problem == error.says


async def test_no_secret_and_no_body_is_kept_of_a_failure(model: Model) -> None:
    await model.fault("status", code=401, message="Incorrect API key provided: key. Сколько стоит?")
    with pytest.raises(LlmError) as failed:
        await model.ask()
    assert "key" not in str(failed.value).replace("invalid_api_key", "")
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__


async def test_an_answer_that_comes_too_late_is_not_waited_for(model: Model) -> None:
    await model.fault("delay", seconds=5)
    with pytest.raises(LlmError, match="no answer in time") as failed:
        await model.ask(a_question(timeout=timedelta(seconds=0.2)))
    assert failed.value.outcome is O.TRANSIENT


async def test_an_answer_that_trickles_in_is_not_waited_for(odd: Odd) -> None:
    """The SDK's timeout begins anew with every piece."""
    server, gateway = odd
    server.body, server.pause = json.dumps({"id": "x" * 200}), 0.05
    with pytest.raises(LlmError, match="no answer in time"):
        await gateway.complete(a_question(timeout=timedelta(seconds=0.3)), Classification)


async def test_a_server_that_is_away(db: Database, model: Model) -> None:
    gateway = Gateway.connect(db, api_key="key", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(LlmError, match="cannot be reached"):
        await gateway.complete(a_question(), Classification)
    await gateway.close()


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        "null",
        '"text"',
        '{"choices": [], "output": []}',
        '{"choices": [{}], "output": [{}]}',
        '{"choices": [{"message": null}], "output": null}',
        '{"choices": [{"message": {"content": ["part"]}}], "output": 5}',
        "{",
        "",
    ],
)
async def test_whatever_a_server_says_it_is_an_error_of_ours(odd: Odd, db: Database, body: str) -> None:
    server, gateway = odd
    server.body = body
    with pytest.raises(LlmError) as failed:
        await gateway.complete(a_question(), Classification)
    assert failed.value.outcome in {O.TRANSIENT, O.REFUSED, O.INVALID}
    async with db.transaction() as tx:
        calls = list((await tx.session.execute(select(LlmCall))).scalars())
    assert calls[-1].outcome is failed.value.outcome


def spoken(text: str, model: str | None, usage: dict[str, Any] | None) -> str:
    """One body that both ways understand."""
    return json.dumps(
        {
            "id": "1",
            "model": model,
            "object": "response",
            "status": "completed",
            "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            ],
            "output": [
                {"type": "reasoning", "id": "0", "summary": []},
                {
                    "type": "message",
                    "id": "1",
                    "role": "assistant",
                    "phase": "commentary",
                    "content": [{"type": "output_text", "text": "Let me think.", "annotations": []}],
                },
                {
                    "type": "message",
                    "id": "2",
                    "role": "assistant",
                    "content": [
                        {"type": "output_text", "text": text, "annotations": []},
                        {"type": "something_new"},
                    ],
                },
            ],
            "usage": usage,
        }
    )


async def test_an_unknown_price_is_not_zero(odd: Odd) -> None:
    server, gateway = odd
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "input_tokens": 9, "output_tokens": 4}
    server.body = spoken(json.dumps(GOOD), "somebodys-model-7b", usage)
    call = (await gateway.complete(a_question(), Classification)).call
    assert (call.model, call.input_tokens, call.output_tokens) == ("somebodys-model-7b", 9, 4)
    assert call.cached_tokens is None
    assert call.cost_usd is None


async def test_untold_tokens_are_not_zero(odd: Odd) -> None:
    server, gateway = odd
    server.body = spoken(json.dumps(GOOD), None, None)
    call = (await gateway.complete(a_question(), Classification)).call
    assert (call.model, call.input_tokens, call.cost_usd) == ("gpt-6-luna", None, None)


async def test_what_is_sent_is_cacheable_strict_and_not_kept(db: Database, model: Model) -> None:
    await model.script({"content": GOOD})
    await model.ask()
    [body] = await model.asked()
    if "input" in body:
        assert body["store"] is False
        assert body["prompt_cache_key"] == "1784:classify.v1"
        sent = [json.loads(message["content"]) for message in body["input"]]
        form = body["text"]["format"]
    else:
        assert body["messages"][0]["role"] == "system"
        sent = [json.loads(message["content"]) for message in body["messages"][1:]]
        form = body["response_format"]["json_schema"]
    assert list(sent[0]) == ["knowledge"]  # the stable part first
    assert sent[1]["task"] == "classify"
    assert (form["name"], form["strict"]) == ("classification", True)
    assert form["schema"]["additionalProperties"] is False
    assert sorted(form["schema"]["required"]) == sorted(GOOD)


async def test_without_a_stable_part_only_the_question_is_sent(model: Model) -> None:
    await model.script({"content": GOOD})
    await model.ask(replace(a_question(), stable=None))
    [body] = await model.asked()
    assert len(body.get("input") or body["messages"][1:]) == 1


@pytest.mark.parametrize(
    ("base_url", "style", "adapter"),
    [
        (None, "auto", ResponsesAdapter),
        ("https://api.openai.com/v1/", "auto", ResponsesAdapter),
        ("http://127.0.0.1:8080/v1", "auto", ChatAdapter),
        ("http://127.0.0.1:8080/v1", "responses", ResponsesAdapter),
        (None, "chat", ChatAdapter),
    ],
)
async def test_which_way_is_spoken_with_whom(
    db: Database, base_url: str | None, style: str, adapter: type[object]
) -> None:
    gateway = Gateway.connect(db, api_key="key", base_url=base_url, style=style)
    assert isinstance(gateway._adapter, adapter)
    await gateway.close()
    await Gateway(db, gateway._adapter).close()
