"""Which passages the model is shown: everything while that is little, else what fits the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Passage
from db.repositories import knowledge
from services.knowledge.asking import asked
from services.knowledge.ranking import ranked

WHOLE = 24_000
"""Characters (about 8,000 tokens): a smaller knowledge goes whole into the cached prefix (LLM notes, §2)."""
CHOSEN = 24
"""Passages chosen by their words when the knowledge is larger."""


async def offered(
    session: AsyncSession, account_id: int, question: str, caption: str = ""
) -> Sequence[Passage]:
    """The account's passages in a stable order: all of them, or those that fit `question` best.

    The post's `caption` names the product that a short question leaves out. Never empty while the account
    knows anything: for «?» it is what fits the caption, or else the beginning of each document.
    """
    if await knowledge.size(session, account_id) <= WHOLE:
        return await knowledge.passages(session, account_id)
    chosen = await retrieved(session, account_id, question, caption, CHOSEN)
    if not chosen:
        chosen = await knowledge.beginnings(session, account_id, CHOSEN)
    return sorted(chosen, key=lambda passage: (passage.document_id, passage.position))


async def retrieved(
    session: AsyncSession, account_id: int, question: str, caption: str, limit: int
) -> Sequence[Passage]:
    """The passages that fit best, best first; empty when no word and no spelling fits."""
    meant = asked(question, caption)
    return await ranked(session, account_id, meant, limit) if meant.terms else []


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
