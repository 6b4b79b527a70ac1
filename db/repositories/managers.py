"""The people who may act."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Manager
from db.models.manager import Role


async def appoint(session: AsyncSession, manager_id: int, role: Role) -> None:
    """Make a Telegram user known with `role`; a name and a changed role from before are kept."""
    await session.execute(
        insert(Manager)
        .values(id=manager_id, name=str(manager_id), role=role)
        .on_conflict_do_nothing(index_elements=[Manager.id])
    )


async def find(session: AsyncSession, manager_id: int) -> Manager | None:
    """The active manager with this Telegram id."""
    return (
        await session.execute(select(Manager).where(Manager.id == manager_id, Manager.active))
    ).scalar_one_or_none()


async def change(session: AsyncSession, manager_id: int, **values: Any) -> None:
    """Set columns of one manager."""
    await session.execute(update(Manager).where(Manager.id == manager_id).values(**values))


async def names(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    """Names by Telegram id."""
    rows = await session.execute(select(Manager.id, Manager.name).where(Manager.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


async def active(session: AsyncSession) -> Sequence[Manager]:
    """Everybody who may act, owners first."""
    people = (await session.execute(select(Manager).where(Manager.active))).scalars().all()
    rank = {Role.OWNER: 0, Role.SENIOR: 1, Role.MANAGER: 2}
    return sorted(people, key=lambda person: (rank[person.role], person.id))
