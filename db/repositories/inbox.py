"""The inbox of webhook elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, false, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Event
from db.models.event import EventState

MAX_ATTEMPTS = 5
"""An element that fails this often is quarantined."""


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> Sequence[Event]:
    """Insert elements; those whose identity is known already are left out of the answer."""
    # The rows are parameters, not values: SQLAlchemy splits them below PostgreSQL's 32,767 per statement.
    statement = insert(Event).on_conflict_do_nothing(index_elements=[Event.identity]).returning(Event)
    return (await session.execute(statement, list(rows))).scalars().all()


async def claim_received(session: AsyncSession, limit: int) -> Sequence[Event]:
    """Lock the oldest unprocessed elements that no other worker holds."""
    statement = (
        select(Event)
        .where(Event.state == EventState.RECEIVED)
        .order_by(Event.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(statement)).scalars().all()


async def settle(
    session: AsyncSession,
    event_id: int,
    state: EventState,
    *,
    problem: str | None = None,
    comment_id: int | None = None,
) -> None:
    """Note what became of an element."""
    await session.execute(
        update(Event).where(Event.id == event_id).values(state=state, problem=problem, comment_id=comment_id)
    )


async def fail(session: AsyncSession, event_id: int, problem: str) -> EventState:
    """Count a failed attempt; after `MAX_ATTEMPTS` the element is quarantined."""
    state = await session.scalar(
        update(Event)
        .where(Event.id == event_id)
        .values(
            attempts=Event.attempts + 1,
            problem=problem,
            state=case(
                (Event.attempts + 1 >= MAX_ATTEMPTS, literal(EventState.QUARANTINED, Event.state.type)),
                else_=Event.state,
            ),
        )
        .returning(Event.state)
    )
    return EventState(state or EventState.RECEIVED)


async def reclaim(session: AsyncSession, instagram_id: str, *, only_one: bool = True) -> int:
    """Elements that waited for an account which is now connected go back to the work list.

    `only_one`: so do those that name no account, for they belong to the only one there is.
    """
    nameless = Event.account_instagram_id.is_(None) if only_one else false()
    result = await session.execute(
        update(Event)
        .where(
            Event.state == EventState.UNCLAIMED,
            or_(Event.account_instagram_id == instagram_id, nameless),
        )
        .values(state=EventState.RECEIVED)
        .returning(Event.id)
    )
    return len(result.all())


async def any_received(session: AsyncSession) -> bool:
    """Whether an element waits to be processed."""
    return (
        await session.scalar(select(Event.id).where(Event.state == EventState.RECEIVED).limit(1))
    ) is not None
