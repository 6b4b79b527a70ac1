"""Which passages the model is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Passage
from db.repositories import knowledge

WHOLE = 24_000
"""Characters (about 8,000 tokens): a smaller knowledge goes whole into the cached prefix (LLM notes, §2)."""
CHOSEN = 24
"""Passages chosen by their words when the knowledge is larger."""

_WORD = re.compile(r"\w{3,}")
_STEM = 5  # Russian endings differ after about as many letters


async def offered(session: AsyncSession, account_id: int, asked: str) -> Sequence[Passage]:
    """The account's passages in a stable order: all of them, or those that share words with `asked`."""
    passages = await knowledge.passages(session, account_id)
    if sum(len(passage.text) for passage in passages) <= WHOLE:
        return passages
    wanted = _stems(asked)
    scored = sorted(
        passages,
        key=lambda passage: -len(wanted & _stems(f"{passage.title} {passage.text}")),
    )
    chosen = {passage.id for passage in scored[:CHOSEN]}
    return [passage for passage in passages if passage.id in chosen]


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.lower())}


def key_of(passage: Passage) -> str:
    """The id by which the model names a passage; shown to managers, never to customers."""
    return f"k{passage.id}"


def knowledge_part(passages: Sequence[Passage]) -> dict[str, Any]:
    """The stable part of the answer's prompt."""
    return {
        "knowledge": [
            {
                "id": key_of(passage),
                "title": passage.title,
                "kind": passage.kind.value,
                "text": passage.text,
            }
            for passage in passages
        ]
    }
