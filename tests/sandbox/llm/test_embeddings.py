"""Hashed vectors: the same text the same vector, common words close."""

from __future__ import annotations

import math

import pytest
from openai import AsyncOpenAI, BadRequestError

from sandbox.llm.embeddings import embed


def closeness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_the_client_reads_its_default_encoding_and_plain_numbers_alike(client: AsyncOpenAI) -> None:
    packed = await client.embeddings.create(model="text-embedding-3-small", input="свеча")
    plain = await client.embeddings.create(
        model="text-embedding-3-small", input="свеча", encoding_format="float"
    )
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)
    assert len(plain.data[0].embedding) == 1536
    assert plain.model == "offline-stand-in"


async def test_dimensions_and_several_inputs_are_kept_in_order(client: AsyncOpenAI) -> None:
    texts = ["свеча", "мыло", "свеча"]
    answer = await client.embeddings.create(model="any", input=texts, dimensions=64)
    vectors = [item.embedding for item in answer.data]
    assert [item.index for item in answer.data] == [0, 1, 2]
    assert [len(vector) for vector in vectors] == [64, 64, 64]
    assert vectors[0] == vectors[2] != vectors[1]


async def test_an_empty_text_is_refused(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError):
        await client.embeddings.create(model="any", input="")


def test_a_vector_has_length_one_and_knows_synonyms_across_languages() -> None:
    asked = embed("сколько стоит свеча", 512)
    assert math.hypot(*asked) == pytest.approx(1.0)
    assert closeness(asked, embed("candle price", 512)) > 0.3
    assert closeness(asked, embed("candle price", 512)) > closeness(asked, embed("мы открыты до вечера", 512))
