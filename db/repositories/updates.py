"""Telegram's updates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import TelegramUpdate
from db.models.telegram_update import UpdateState


async def add(session: AsyncSession, payloads: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Store updates; the answer lists those that are new."""
    if not payloads:
        return []
    statement = (
        insert(TelegramUpdate)
        .values([{"id": payload["update_id"], "payload": payload} for payload in payloads])
        .on_conflict_do_nothing(index_elements=[TelegramUpdate.id])
        .returning(TelegramUpdate.id)
    )
    return (await session.execute(statement)).scalars().all()


async def take(session: AsyncSession, update_id: int) -> TelegramUpdate | None:
    """Lock an unprocessed update; None when it is done or in other hands."""
    return (
        await session.execute(
            select(TelegramUpdate)
            .where(TelegramUpdate.id == update_id, TelegramUpdate.state == UpdateState.RECEIVED)
            .with_for_update(skip_locked=True)
        )
    ).scalar_one_or_none()


async def settle(session: AsyncSession, update_id: int, state: UpdateState, error: str | None = None) -> None:
    """Note what became of an update."""
    await session.execute(
        update(TelegramUpdate)
        .where(TelegramUpdate.id == update_id)
        .values(state=state, error=error, attempts=TelegramUpdate.attempts + 1)
    )


async def count_attempt(session: AsyncSession, update_id: int, error: str) -> int:
    """Count a failed attempt."""
    attempts = await session.scalar(
        update(TelegramUpdate)
        .where(TelegramUpdate.id == update_id)
        .values(attempts=TelegramUpdate.attempts + 1, error=error)
        .returning(TelegramUpdate.attempts)
    )
    return attempts or 0


async def stranded(session: AsyncSession, older_than: timedelta, limit: int = 500) -> Sequence[int]:
    """Stored updates that nobody has handled for a while."""
    return (
        (
            await session.execute(
                select(TelegramUpdate.id)
                .where(
                    TelegramUpdate.state == UpdateState.RECEIVED,
                    TelegramUpdate.created_at < func.now() - older_than,
                )
                .order_by(TelegramUpdate.id)
                .limit(limit)
            )
        )
        .scalars()
        .all()
    )
