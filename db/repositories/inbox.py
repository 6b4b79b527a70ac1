"""The inbox of webhook elements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, false, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Account, Event
from db.models.event import EventSource, EventState

MAX_ATTEMPTS = 5
"""An element that fails this often is quarantined."""
TEST = "a test of the dashboard"
"""What is noted with an element that the App Dashboard's test button sent."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """That something came, and by which field."""

    at: datetime
    field: str


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> Sequence[Event]:
    """Insert elements; those whose identity is known already are left out of the answer."""
    # The rows are parameters, not values: SQLAlchemy splits them below PostgreSQL's 32,767 per statement.
    statement = (
        insert(Event)
        .on_conflict_do_nothing(index_elements=[Event.account_instagram_id, Event.identity])
        .returning(Event)
    )
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

    They may name its Page. `only_one`: so do those that name no account, for they belong to the only one.
    """
    nameless = Event.account_instagram_id.is_(None) if only_one else false()
    page = select(Account.page_id).where(Account.instagram_id == instagram_id)
    result = await session.execute(
        update(Event)
        .where(
            Event.state == EventState.UNCLAIMED,
            or_(Event.account_instagram_id == instagram_id, Event.account_instagram_id.in_(page), nameless),
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


async def any_of(
    session: AsyncSession, account_instagram_id: str | None, identities: Collection[str]
) -> bool:
    """Whether one of these elements of an account has arrived and was not set aside."""
    found = select(Event.id).where(
        Event.account_instagram_id == account_instagram_id
        if account_instagram_id is not None
        else Event.account_instagram_id.is_(None),
        Event.identity.in_(identities),
        Event.state.in_([EventState.RECEIVED, EventState.PROCESSED]),
    )
    return await session.scalar(found.limit(1)) is not None


async def last_test(session: AsyncSession) -> Arrival | None:
    """The newest element that the App Dashboard's test button sent."""
    return await _newest(session, Event.state == EventState.IGNORED, Event.problem == TEST)


async def last_event(session: AsyncSession, account: Account) -> Arrival | None:
    """The newest element that a webhook brought for the account."""
    names = [name for name in (account.instagram_id, account.page_id) if name is not None]
    return await _newest(session, Event.account_instagram_id.in_(names), Event.source == EventSource.WEBHOOK)


async def _newest(session: AsyncSession, *conditions: ColumnElement[bool]) -> Arrival | None:
    statement = select(Event.received_at, Event.field).where(*conditions).order_by(Event.id.desc()).limit(1)
    row = (await session.execute(statement)).one_or_none()
    return Arrival(row[0], row[1]) if row is not None else None
