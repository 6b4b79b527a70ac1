"""Keys of tombstones that outlive the keys that encrypt."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import FormerKey


async def keep(session: AsyncSession, fingerprint: str, sealed: bytes) -> None:
    """Keep a key, or seal it anew when it is kept already."""
    statement = insert(FormerKey).values(fingerprint=fingerprint, sealed=sealed)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[FormerKey.fingerprint], set_={"sealed": statement.excluded.sealed}
        )
    )


async def every(session: AsyncSession) -> Sequence[FormerKey]:
    """The newest first."""
    return (await session.execute(select(FormerKey).order_by(FormerKey.id.desc()))).scalars().all()
