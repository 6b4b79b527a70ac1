"""Calls of language models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import LlmCall


async def record(session: AsyncSession, **values: Any) -> LlmCall:
    """Keep one call."""
    row = LlmCall(**values)
    session.add(row)
    await session.flush()
    return row


async def of_comment(session: AsyncSession, comment_id: int) -> Sequence[LlmCall]:
    """The calls made about a comment, oldest first."""
    statement = select(LlmCall).where(LlmCall.comment_id == comment_id).order_by(LlmCall.id)
    return (await session.execute(statement)).scalars().all()
