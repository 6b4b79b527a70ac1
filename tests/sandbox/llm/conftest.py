"""A served stand-in, the real OpenAI client for it and a session for its control addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from openai import AsyncOpenAI

from sandbox.llm import LanguageModel
from sandbox.server import serve


@pytest.fixture
async def base() -> AsyncIterator[str]:
    """The base address as it is handed out: it ends in /v1."""
    async with serve(LanguageModel().application()) as address:
        yield f"{address}/v1"


@pytest.fixture
async def client(base: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key="any", base_url=base, max_retries=0, timeout=10) as client:
        yield client


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
