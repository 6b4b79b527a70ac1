"""Who is let in, which models there are, and what other addresses say."""

from __future__ import annotations

import aiohttp
import pytest
from openai import AsyncOpenAI, AuthenticationError, NotFoundError

from sandbox.llm import LanguageModel, LanguageModelConfig
from sandbox.server import serve

SECRET = "sk-the-only-one"


async def test_the_model_is_listed_under_its_honest_name(client: AsyncOpenAI) -> None:
    models = await client.models.list()
    assert [model.id for model in models.data] == ["offline-stand-in"]
    assert (await client.models.retrieve("offline-stand-in")).owned_by == "sandbox"
    with pytest.raises(NotFoundError) as raised:
        await client.models.retrieve("gpt-6-luna")
    assert raised.value.code == "model_not_found"


@pytest.mark.parametrize("header", [None, "Bearer ", "Basic YTpi"])
async def test_without_a_bearer_key_nobody_is_let_in(
    base: str, session: aiohttp.ClientSession, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in (("POST", "/responses"), ("POST", "/embeddings"), ("GET", "/models")):
        async with session.request(method, base + path, headers=headers, json={}) as answer:
            assert answer.status == 401
            assert (await answer.json())["error"]["type"] == "invalid_request_error"


async def test_a_configured_key_is_the_only_one_and_is_never_repeated() -> None:
    model = LanguageModel(LanguageModelConfig(api_key=SECRET))
    async with serve(model.application()) as address:
        async with AsyncOpenAI(api_key=SECRET, base_url=f"{address}/v1") as client:
            assert (await client.responses.create(model="m", input="x")).status == "completed"
        async with AsyncOpenAI(api_key="sk-another", base_url=f"{address}/v1") as client:
            with pytest.raises(AuthenticationError) as raised:
                await client.responses.create(model="m", input="x")
    assert raised.value.code == "invalid_api_key"
    assert "sk-" not in str(raised.value)


async def test_an_unknown_address_is_an_error_in_the_usual_envelope(client: AsyncOpenAI) -> None:
    with pytest.raises(NotFoundError, match="Invalid URL"):
        await client.moderations.create(input="x")


@pytest.mark.parametrize("body", [b"", b"[1]", b"{broken", b"{}"])
async def test_a_body_that_is_no_request_is_a_400(
    base: str, session: aiohttp.ClientSession, body: bytes
) -> None:
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    async with session.post(f"{base}/responses", data=body, headers=headers) as answer:
        assert answer.status == 400
        assert answer.headers["x-offline-stand-in"] == "not an LLM"
        assert answer.headers["x-request-id"].startswith("req_")
        assert (await answer.json())["error"]["message"]
