"""The one way in which a comment, a draft or a delivery changes its state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.life import Life
from db.life.comment import COMMENT_LIFE, CommentState
from db.life.delivery import DELIVERY_LIFE, DeliveryState
from db.life.draft import DRAFT_LIFE, DraftState
from db.models import Comment, Delivery, Draft, Transition
from db.models.decision import Subject

Row = TypeVar("Row", Comment, Draft, Delivery)
AnyState = CommentState | DraftState | DeliveryState

_LIVES: Mapping[type[Any], tuple[Subject, Life[Any]]] = {
    Comment: (Subject.COMMENT, COMMENT_LIFE),
    Draft: (Subject.DRAFT, DRAFT_LIFE),
    Delivery: (Subject.DELIVERY, DELIVERY_LIFE),
}


def _comment_of(row: Any) -> int:
    return int(row.comment_id)


async def move(
    session: AsyncSession,
    table: type[Row],
    row_id: int,
    to: AnyState,
    *conditions: ColumnElement[bool],
    note: str | None = None,
    **values: Any,
) -> Row | None:
    """Change the state of one row, if its life and `conditions` allow it, and note the transition.

    Returns the changed row; None when the row was elsewhere (somebody was faster), and then nothing
    changed. Of two concurrent calls the second waits for the first and reads what it left.
    """
    moved = await move_from(session, table, row_id, to, *conditions, note=note, **values)
    return None if moved is None else moved[0]


async def move_from(
    session: AsyncSession,
    table: type[Row],
    row_id: int,
    to: AnyState,
    *conditions: ColumnElement[bool],
    note: str | None = None,
    **values: Any,
) -> tuple[Row, str] | None:
    """As `move`, with the state the row came from."""
    subject, life = _LIVES[table]
    before = (
        select(table.id, table.state.label("from_state"))
        .where(table.id == row_id, table.state.in_(life.sources(to)), *conditions)
        .with_for_update()
        .cte("before")
    )
    changed = (
        await session.execute(
            update(table)
            .where(table.id == before.c.id)
            .values(state=to, **values)
            .returning(table, before.c.from_state)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
    ).one_or_none()
    if changed is None:
        return None
    row: Row = changed[0]
    from_state: str = changed[1]
    session.add(
        Transition(
            account_id=row.account_id,
            comment_id=row_id if subject is Subject.COMMENT else _comment_of(row),
            subject=subject,
            subject_id=row.id,
            from_state=from_state,
            to_state=to,
            note=note,
        )
    )
    return row, from_state


async def claim(
    session: AsyncSession,
    table: type[Row],
    row_id: int,
    to: AnyState,
    *conditions: ColumnElement[bool],
    lease: timedelta,
    **values: Any,
) -> Row | None:
    """Take a row into a working state for `lease`; the returned row carries the fencing token.

    Rows whose backoff has not passed are left alone.
    """
    return await move(
        session,
        table,
        row_id,
        to,
        (table.next_attempt_at.is_(None)) | (table.next_attempt_at <= func.now()),
        *conditions,
        lease_token=table.lease_token + 1,
        lease_until=func.now() + lease,
        attempts=table.attempts + 1,
        **values,
    )


async def save(
    session: AsyncSession,
    row: Row,
    to: AnyState,
    *conditions: ColumnElement[bool],
    note: str | None = None,
    **values: Any,
) -> Row | None:
    """The fenced save that ends a claim: None when the lease was lost, and then nothing changed."""
    table = type(row)
    settled = {"attempts": 0, "next_attempt_at": None, "error": None} | values
    return await move(
        session,
        table,
        row.id,
        to,
        table.lease_token == row.lease_token,
        *conditions,
        note=note,
        lease_until=None,
        **settled,
    )


async def renew(session: AsyncSession, row: Row, lease: timedelta) -> bool:
    """Prolong a running claim; False when it was lost."""
    table = type(row)
    _subject, life = _LIVES[table]
    renewed = await session.execute(
        update(table)
        .where(table.id == row.id, table.lease_token == row.lease_token, table.state.in_(life.working))
        .values(lease_until=func.now() + lease)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return renewed.one_or_none() is not None
