"""Servers differ in what they understand of a schema: json_schema, json_object, plain text."""

from __future__ import annotations

import asyncio

import pytest

from db.models.llm_call import CallOutcome
from services.llm.port import LlmError
from tests.services.llm.conftest import GOOD, Model


def format_of(body: dict[str, dict[str, str]]) -> str | None:
    form = body.get("response_format")
    return form["type"] if form else None


async def formats(chat: Model) -> list[str | None]:
    return [format_of(body) for body in await chat.asked()]


@pytest.mark.parametrize("code", [400, 422, 500])
async def test_a_server_without_schemas_is_asked_more_simply_and_remembered(chat: Model, code: int) -> None:
    await chat.fault("status", code=code, times=2)
    await chat.script({"content": GOOD}, {"content": GOOD})
    assert (await chat.ask()).parsed.confidence == 91
    await chat.ask()
    assert await formats(chat) == ["json_schema", "json_object", None, None]
    assert len(await chat.calls()) == 2


async def test_the_schema_stands_in_the_words_where_the_server_takes_none(chat: Model) -> None:
    await chat.fault("status", code=400)
    await chat.script({"content": GOOD})
    await chat.ask()
    first, second = await chat.asked()
    assert "injection_suspected" not in first["messages"][0]["content"]
    assert "injection_suspected" in second["messages"][0]["content"]


async def test_a_proven_format_is_kept_through_later_failures(chat: Model) -> None:
    await chat.script({"content": GOOD}, {"content": GOOD})
    await chat.ask()
    await chat.fault("status", code=500)
    with pytest.raises(LlmError):
        await chat.ask()
    await chat.ask()
    assert await formats(chat) == ["json_schema"] * 3


async def test_an_outage_at_the_start_does_not_lower_the_format_for_good(chat: Model) -> None:
    await chat.fault("status", code=500, times=3)
    with pytest.raises(LlmError) as failed:
        await chat.ask()
    assert failed.value.outcome is CallOutcome.TRANSIENT
    await chat.script({"content": GOOD})
    await chat.ask()
    assert await formats(chat) == ["json_schema", "json_object", None, "json_schema"]


async def test_several_first_questions_at_once_find_the_format_together(chat: Model) -> None:
    """Each of them is refused once; none is given up for what the others tried."""
    many = 6
    await chat.fault("status", code=400, times=many)
    await chat.script(*[{"content": GOOD}] * many)
    answers = await asyncio.gather(*(chat.ask() for _question in range(many)))
    assert len(answers) == many
    assert [call.outcome for call in await chat.calls()] == [CallOutcome.OK] * many


async def test_other_failures_do_not_lower_the_format(chat: Model) -> None:
    await chat.fault("status", code=429)
    with pytest.raises(LlmError):
        await chat.ask()
    await chat.script({"content": GOOD})
    await chat.ask()
    assert await formats(chat) == ["json_schema"] * 2
