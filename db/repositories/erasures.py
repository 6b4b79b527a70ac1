"""Requests to erase somebody, and the tombstones that they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Erasure
from db.models.privacy import ErasureState, ErasureSubject


async def add(session: AsyncSession, **values: Any) -> Erasure | None:
    """Note a request; None when one about the same is open."""
    statement = insert(Erasure).values(**values).on_conflict_do_nothing().returning(Erasure)
    return (await session.execute(statement)).scalar_one_or_none()


async def open_about(
    session: AsyncSession,
    subject: ErasureSubject,
    account_id: int | None,
    id_hash: str | None,
    username_hash: str | None,
) -> Erasure | None:
    """The request about the same that is not done yet."""
    return (
        await session.execute(
            select(Erasure).where(
                Erasure.state == ErasureState.RECEIVED,
                Erasure.subject == subject,
                Erasure.account_id.is_not_distinct_from(account_id),
                Erasure.id_hash.is_not_distinct_from(id_hash),
                Erasure.username_hash.is_not_distinct_from(username_hash),
            )
        )
    ).scalar_one_or_none()


async def get(session: AsyncSession, erasure_id: int) -> Erasure | None:
    """The request."""
    return (await session.execute(select(Erasure).where(Erasure.id == erasure_id))).scalar_one_or_none()


async def of_code(session: AsyncSession, code: str) -> Erasure | None:
    """The request that Meta shows to the person as `code`."""
    return (await session.execute(select(Erasure).where(Erasure.code == code))).scalar_one_or_none()


async def sealed(session: AsyncSession) -> Sequence[Erasure]:
    """The requests that still hold whom they are about, locked."""
    statement = select(Erasure).where(Erasure.sealed.is_not(None)).order_by(Erasure.id).with_for_update()
    return (await session.execute(statement)).scalars().all()


async def change(session: AsyncSession, erasure_id: int, **values: Any) -> None:
    """Set columns of a request."""
    await session.execute(update(Erasure).where(Erasure.id == erasure_id).values(**values))


async def count(session: AsyncSession, erasure_id: int, counts: Mapping[str, int]) -> None:
    """Add to what was erased so far."""
    erased = await session.scalar(select(Erasure.erased).where(Erasure.id == erasure_id).with_for_update())
    known = dict(erased or {})
    for name, number in counts.items():
        if number:
            known[name] = known.get(name, 0) + number
    await change(session, erasure_id, erased=known)


async def due(session: AsyncSession, older_than: timedelta) -> Sequence[int]:
    """Requests that nobody works on now."""
    rows = await session.execute(
        select(Erasure.id)
        .where(
            Erasure.state == ErasureState.RECEIVED,
            func.coalesce(Erasure.next_attempt_at, Erasure.created_at + older_than) <= func.now(),
        )
        .order_by(Erasure.id)
    )
    return rows.scalars().all()


async def newest_of(
    session: AsyncSession, hashes: Sequence[str], account_id: int | None
) -> tuple[datetime, datetime] | None:
    """When the newest request about one of `hashes` was made, and the database's time now.

    A person's request may be about one account of ours only; an account's is about all of its words,
    whatever row it has today.
    """
    known = Erasure.hashes.bool_op("?|")(bindparam("hashes", list(hashes), ARRAY(Text)))
    everywhere = or_(
        Erasure.account_id.is_(None),
        Erasure.account_id == account_id,
        Erasure.subject == ErasureSubject.ACCOUNT,
    )
    found: tuple[datetime | None, datetime] = (
        await session.execute(
            select(func.max(Erasure.created_at), func.now().label("now")).where(known, everywhere)
        )
    ).one()
    newest, now = found
    return None if newest is None else (newest, now)
