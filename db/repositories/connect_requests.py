"""Logins that somebody began."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import ConnectRequest

KEPT = timedelta(days=1)
"""How long an old request is remembered, so that its page can say what became of it."""


async def add(
    session: AsyncSession, state_hash: str, *, manager_id: int, chat_id: int, lifetime: timedelta
) -> None:
    """Remember a login for `lifetime`; old ones are forgotten."""
    await session.execute(delete(ConnectRequest).where(ConnectRequest.expires_at < func.now() - KEPT))
    await session.execute(
        insert(ConnectRequest).values(
            state_hash=state_hash,
            manager_id=manager_id,
            chat_id=chat_id,
            expires_at=func.now() + lifetime,
        )
    )


async def find(session: AsyncSession, state_hash: str) -> tuple[ConnectRequest, bool] | None:
    """The request, and whether it can still be used."""
    good = ConnectRequest.used_at.is_(None) & (ConnectRequest.expires_at > func.now())
    row = (
        await session.execute(select(ConnectRequest, good).where(ConnectRequest.state_hash == state_hash))
    ).one_or_none()
    return None if row is None else (row[0], bool(row[1]))


async def use(session: AsyncSession, state_hash: str) -> ConnectRequest | None:
    """Use a request up: of several calls one gets it, and none after its time."""
    return (
        await session.execute(
            update(ConnectRequest)
            .where(
                ConnectRequest.state_hash == state_hash,
                ConnectRequest.used_at.is_(None),
                ConnectRequest.expires_at > func.now(),
            )
            .values(used_at=func.now())
            .returning(ConnectRequest)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
    ).scalar_one_or_none()
