"""Faults as the real client meets them."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from openai import APIConnectionError, APITimeoutError, AsyncOpenAI, InternalServerError, RateLimitError


async def plan(session: aiohttp.ClientSession, base: str, **fault: Any) -> None:
    async with session.post(f"{base}/_control/faults", json=fault) as answer:
        assert answer.status == 200


async def test_an_empty_account_is_told_from_a_rate_limit(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await plan(session, base, operation="responses", kind="status", code=429, message="insufficient_quota")
    with pytest.raises(RateLimitError) as empty:
        await client.responses.create(model="m", input="x")
    await plan(session, base, operation="responses", kind="status", code=429, retry_after=7)
    with pytest.raises(RateLimitError) as limited:
        await client.responses.create(model="m", input="x")
    assert (empty.value.code, empty.value.type) == ("insufficient_quota", "insufficient_quota")
    assert limited.value.code == "rate_limit_exceeded"
    assert limited.value.response.headers["retry-after"] == "7"


async def test_a_fault_belongs_to_its_operation_and_is_played_as_often_as_told(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await plan(session, base, operation="chat", kind="status", code=503, times=2)
    assert (await client.responses.create(model="m", input="x")).status == "completed"
    assert (await client.models.list()).data
    for _ in range(2):
        with pytest.raises(InternalServerError):
            await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    completion = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    assert completion.choices[0].finish_reason == "stop"


async def test_any_operation_can_be_meant(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await plan(session, base, operation="*", kind="status", code=500, times=2)
    with pytest.raises(InternalServerError) as raised:
        await client.embeddings.create(model="m", input="x")
    assert raised.value.type == "server_error"
    with pytest.raises(InternalServerError):
        await client.models.list()


async def test_garbage_is_a_200_that_is_no_json_and_still_labelled(
    base: str, session: aiohttp.ClientSession
) -> None:
    await plan(session, base, operation="responses", kind="garbage")
    headers = {"Authorization": "Bearer x"}
    body = {"model": "m", "input": "x"}
    async with session.post(f"{base}/responses", json=body, headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert answer.headers["x-offline-stand-in"] == "not an LLM"


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_dropped_connection_is_a_connection_error(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession, kind: str
) -> None:
    await plan(session, base, operation="responses", kind=kind)
    with pytest.raises(APIConnectionError):
        await client.responses.create(model="m", input="x")
    async with session.get(f"{base}/_control/requests") as answer:
        assert len(await answer.json()) == 1


async def test_a_delay_beyond_the_deadline_times_out(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await plan(session, base, operation="responses", kind="delay", seconds=30)
    with pytest.raises(APITimeoutError):
        await client.responses.create(model="m", input="x", timeout=0.2)


async def test_planned_faults_can_be_forgotten(
    base: str, client: AsyncOpenAI, session: aiohttp.ClientSession
) -> None:
    await plan(session, base, operation="*", kind="status", code=500, times=100)
    async with session.delete(f"{base.removesuffix('/v1')}/_control/faults") as answer:
        assert await answer.json() == {"planned": 0}
    assert (await client.responses.create(model="m", input="x")).status == "completed"
