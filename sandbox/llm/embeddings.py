"""`POST /v1/embeddings`: hashed vectors in which texts with common words, stems and matters lie close."""

from __future__ import annotations

import base64
import hashlib
import math
from array import array
from collections.abc import Iterator
from typing import Any

from sandbox.llm.concepts import concepts_in
from sandbox.llm.errors import BadRequestError
from sandbox.llm.prompt import Json
from sandbox.llm.stemming import stems
from sandbox.llm.usage import tokens_in

DEFAULT_DIMENSIONS = 1536  # as text-embedding-3-small
MOST_DIMENSIONS = 3072
MOST_INPUTS = 2048
_CONCEPT, _STEM, _TRIGRAM = 2.0, 1.0, 0.25  # weights: what it is about, its words, pieces of its words


def embed(text: str, dimensions: int) -> list[float]:
    """A vector of length one; the same text always gets the same one."""
    vector = [0.0] * dimensions
    for feature, weight in _features(text):
        digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
        place = int.from_bytes(digest[:7]) % dimensions
        vector[place] += weight if digest[7] & 1 else -weight
    length = math.sqrt(sum(value * value for value in vector))
    if not length:
        vector[0] = length = 1.0
    return [value / length for value in vector]


def _features(text: str) -> Iterator[tuple[str, float]]:
    for concept in concepts_in(text):
        yield f"concept:{concept}", _CONCEPT
    for stem in stems(text):
        yield f"stem:{stem}", _STEM
        padded = f" {stem} "
        for start in range(len(padded) - 2):
            yield f"trigram:{padded[start : start + 3]}", _TRIGRAM


def render(body: Json, model: str) -> Json:
    """The list of vectors for a request's body, as numbers or as base64 of little-endian floats."""
    texts = _texts(body.get("input"))
    dimensions = body.get("dimensions", DEFAULT_DIMENSIONS)
    if not isinstance(dimensions, int) or not 1 <= dimensions <= MOST_DIMENSIONS:
        raise BadRequestError(f"Invalid value for 'dimensions': 1 to {MOST_DIMENSIONS}.", "dimensions")
    packed = body.get("encoding_format", "float") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _packed(vector) if packed else vector}
        for index, vector in enumerate(embed(text, dimensions) for text in texts)
    ]
    tokens = sum(map(tokens_in, texts))
    return {
        "object": "list",
        "data": data,
        "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _texts(given: Any) -> list[str]:
    """The inputs as texts: a string, strings, or token numbers, which are embedded as their digits."""
    if isinstance(given, list) and given and all(isinstance(item, int) for item in given):
        given = [given]
    items = given if isinstance(given, list) else [given]
    if not items or len(items) > MOST_INPUTS:
        raise BadRequestError(f"'input' must hold 1 to {MOST_INPUTS} items.", "input")
    texts = [" ".join(map(str, item)) if isinstance(item, list) else item for item in items]
    if not all(isinstance(text, str) and text for text in texts):
        raise BadRequestError("'$.input' is invalid: empty or not a text.", "input")
    return texts


def _packed(vector: list[float]) -> str:
    floats = array("f", vector)
    return base64.b64encode(floats.tobytes()).decode()
