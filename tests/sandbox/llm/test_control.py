"""Control addresses: what was received, scripted answers, health; at the root and under /v1."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from openai import AsyncOpenAI
from openai.types.responses import ResponseOutputMessage, ResponseOutputRefusal

from sandbox.llm.control import MOST_KEPT, Control
from tests.sandbox.llm.asking import ANSWER, CLASSIFICATION, inputs, task, text_form


async def ask(client: AsyncOpenAI, kind: str, text: str = "Сколько стоит?") -> Any:
    name, schema = ("classification", CLASSIFICATION) if kind == "classify" else ("answer", ANSWER)
    return await client.responses.create(
        model="m", input=inputs(task(kind, text)), text=text_form(name, schema)
    )


async def script(session: aiohttp.ClientSession, base: str, *answers: dict[str, Any]) -> None:
    async with session.post(f"{base}/_control/script", json={"answers": answers}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("suffix", ["/v1", ""])
async def test_bodies_are_shown_newest_last_at_both_places(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession, suffix: str
) -> None:
    await client.responses.create(model="first", input="a")
    await client.chat.completions.create(model="second", messages=[{"role": "user", "content": "b"}])
    root = base.removesuffix("/v1") + suffix
    async with session.get(f"{root}/_control/requests") as answer:
        assert [body["model"] for body in await answer.json()] == ["first", "second"]
    async with session.get(f"{root}/_control/requests", params={"operation": "chat"}) as answer:
        assert [body["model"] for body in await answer.json()] == ["second"]


def test_only_the_last_thousand_bodies_are_kept() -> None:
    control = Control()
    for number in range(MOST_KEPT + 5):
        control.record("responses", json.dumps({"number": number}).encode())
    assert len(control.received) == MOST_KEPT == 1_000
    assert control.received[0].body == {"number": 5}
    assert control.received[-1].body == {"number": MOST_KEPT + 4}


async def test_scripted_answers_come_in_order_then_the_rules_again(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await script(session, base, {"content": "not even JSON"}, {"content": {"category": "praise"}})
    assert (await ask(client, "classify")).output_text == "not even JSON"
    assert json.loads((await ask(client, "classify")).output_text) == {"category": "praise"}
    assert json.loads((await ask(client, "classify")).output_text)["category"] == "question"


async def test_an_answer_for_a_task_waits_for_it(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await script(session, base, {"content": "for an answer", "task": "answer"}, {"content": "for anybody"})
    assert (await ask(client, "classify")).output_text == "for anybody"
    assert json.loads((await ask(client, "classify")).output_text)["category"] == "question"
    assert (await ask(client, "answer")).output_text == "for an answer"


async def test_a_scripted_refusal_is_a_refusal_part(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await script(session, base, {"refusal": "I can't help with that."}, {"refusal": "Nor with that."})
    message = (await ask(client, "answer")).output[0]
    assert isinstance(message, ResponseOutputMessage)
    assert isinstance(message.content[0], ResponseOutputRefusal)
    assert message.content[0].refusal == "I can't help with that."
    chat = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    assert chat.choices[0].message.refusal == "Nor with that."
    assert chat.choices[0].message.content is None


async def test_a_scripted_incomplete_answer_is_cut(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await script(
        session, base, {"content": '{"reply": "Здра', "status": "incomplete"}, {"status": "incomplete"}
    )
    given = await ask(client, "answer")
    assert (given.status, given.output_text) == ("incomplete", '{"reply": "Здра')
    own = await ask(client, "classify")
    assert own.status == "incomplete"
    assert own.output_text.startswith('{"category"')
    assert not own.output_text.endswith("}")


async def test_a_script_that_cannot_be_read_is_refused_whole(
    base: str, session: aiohttp.ClientSession
) -> None:
    answers = [{"content": "fine"}, {"contents": "misspelled"}]
    async with session.post(f"{base}/_control/script", json={"answers": answers}) as answer:
        assert answer.status == 400
    async with session.get(f"{base}/_control/script") as answer:
        assert await answer.json() == []


async def test_health_counts_what_is_planned_and_what_came(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await client.responses.create(model="m", input="a")
    await script(session, base, {"content": "x"})
    async with session.get(f"{base}/_control/health") as answer:
        assert await answer.json() == {"ok": True, "requests": 1, "faults": 0, "scripted": 1}
    async with session.delete(f"{base}/_control/script") as answer:
        assert await answer.json() == {"planned": 0}
