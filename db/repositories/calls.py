"""Calls of language models."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import LlmCall


async def record(session: AsyncSession, **values: Any) -> LlmCall:
    """Keep one call."""
    row = LlmCall(**values)
    session.add(row)
    await session.flush()
    return row
