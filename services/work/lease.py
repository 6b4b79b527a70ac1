"""Keeping a claim alive while a call outlasts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.repositories import moves
from db.repositories.moves import Row

log = structlog.get_logger(__name__)


@asynccontextmanager
async def kept(db: Database, row: Row, lease: timedelta) -> AsyncIterator[None]:
    """Renew the claim on `row` every third of `lease` until the block ends.

    A lease therefore expires only when its process is dead or stuck. A claim that was lost meanwhile is
    noticed by the fenced save, which then changes nothing.
    """

    async def renew(session: AsyncSession) -> bool:
        return await moves.renew(session, row, lease)

    async with renewed(db, renew, lease, f"{row.__tablename__} {row.id}"):
        yield


@asynccontextmanager
async def renewed(
    db: Database, renew: Callable[[AsyncSession], Awaitable[bool]], lease: timedelta, name: str
) -> AsyncIterator[None]:
    """As `kept`, for any row: `renew` prolongs its claim and is false when that was lost."""
    renewal = asyncio.create_task(_renew(db, renew, lease, name), name=f"lease of {name}")
    try:
        yield
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal


async def _renew(
    db: Database, renew: Callable[[AsyncSession], Awaitable[bool]], lease: timedelta, name: str
) -> None:
    while True:
        await asyncio.sleep(lease.total_seconds() / 3)
        try:
            async with db.transaction() as tx:
                if not await renew(tx.session):
                    return
        except Exception as error:  # noqa: BLE001 - cut connections raise even the driver's internal errors
            # The database is away: the lease may run out, and then the fence protects the row.
            log.warning("lease_not_renewed", row=name, error=type(error).__name__)
