"""Rows whose time is over. Each call takes at most `limit` of them and says how many it took."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, case, delete, func, literal, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.life.draft import OPEN, DraftState
from db.models import (
    Alert,
    Classification,
    Comment,
    ConnectRequest,
    Decision,
    Delivery,
    Draft,
    DraftVersion,
    Event,
    LlmCall,
    Policy,
    TelegramUpdate,
    Transition,
    Upload,
)
from db.models.alert import AlertState
from db.models.event import EventState
from db.models.telegram_update import UpdateState

SETTLED = (
    CommentState.ANSWERED,
    CommentState.CLOSED,
    CommentState.IGNORED,
    CommentState.SUPERSEDED,
    CommentState.OWN,
)
_UNDER_WAY = (DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.UNCERTAIN)
EXPIRED = "kept for as long as we keep it"
"""Why an element that waited for its account, or for somebody to understand it, waits no more."""

Ageing: TypeAlias = type[Event | Transition | LlmCall | Decision]


def _before(age: timedelta) -> ColumnElement[datetime]:
    return func.now() - age


async def blank_payloads(session: AsyncSession, age: timedelta, limit: int) -> int:
    """Payloads of elements that arrived before `age` ago. Identities stay, so that nothing comes in twice.

    But for those that name a person: reactions and the like, of which nothing is made.
    """
    old = (
        select(Event.id)
        .where(
            Event.received_at < _before(age),
            Event.payload != literal({}, Event.payload.type),
            Event.state != EventState.RECEIVED,
        )
        .order_by(Event.received_at)
        .limit(limit)
    )
    ids = (await session.execute(old)).scalars().all()
    naming = Event.identity.regexp_match("^(standby:)?(reaction|referral):")
    await session.execute(delete(Event).where(Event.id.in_(ids), naming))
    waiting = Event.state.in_([EventState.UNCLAIMED, EventState.QUARANTINED])
    state = case((waiting, literal(EventState.IGNORED, Event.state.type)), else_=Event.state)
    problem = case((waiting, literal(EXPIRED)), else_=Event.problem)
    await session.execute(
        update(Event)
        .where(Event.id.in_(ids))
        .values(payload={}, state=state, problem=problem)
        .execution_options(synchronize_session=False)
    )
    return len(ids)


async def old_words(session: AsyncSession, age: timedelta, limit: int) -> Sequence[Comment]:
    """Lock settled comments from before `age` ago that still say something, oldest first."""
    open_draft = (
        select(Draft.id)
        .where(Draft.comment_id == Comment.id, Draft.state.in_([*OPEN, DraftState.REGENERATING]))
        .exists()
    )
    on_its_way = (
        select(Delivery.id).where(Delivery.comment_id == Comment.id, Delivery.state.in_(_UNDER_WAY)).exists()
    )
    found = await session.execute(
        select(Comment)
        .where(
            Comment.created_at < _before(age),
            Comment.erased_at.is_(None),
            Comment.state.in_(SETTLED),
            ~open_draft,
            ~on_its_way,
        )
        .order_by(Comment.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return found.scalars().all()


async def old_ids(session: AsyncSession, table: Ageing, age: timedelta, limit: int) -> Sequence[int]:
    """The oldest rows of an audit table, as far as they are from before `age` ago.

    Decisions on which a policy rests stay: its effects belong to them (rulings, 7).
    """
    founding = select(Policy.decision_id).where(Policy.decision_id.is_not(None))
    free = Decision.id.not_in(founding) if table is Decision else true()
    at: Any = Event.received_at if table is Event else getattr(table, "created_at")  # noqa: B009 - typed
    oldest = select(table.id, at.label("at")).where(free).order_by(table.id).limit(limit).subquery()
    found = await session.execute(select(oldest.c.id).where(oldest.c.at < _before(age)))
    return list(found.scalars())


async def forget(session: AsyncSession, table: Ageing, ids: Collection[int]) -> None:
    """Delete rows of the audit; what points to them points nowhere, and the guard lets this through."""
    if table is LlmCall:
        for pointing in (Classification, DraftVersion):
            await _unlink(session, pointing.llm_call_id, ids)
    if table is Decision:
        await _unlink(session, Delivery.decision_id, ids)
        await session.execute(text("SELECT set_config('instachatico.purging', 'on', true)"))
    await session.execute(delete(table).where(table.id.in_(ids)).execution_options(synchronize_session=False))
    if table is Decision:
        await session.execute(text("SELECT set_config('instachatico.purging', 'off', true)"))


async def _unlink(session: AsyncSession, column: Any, ids: Collection[int]) -> None:
    await session.execute(
        update(column.class_)
        .where(column.in_(ids))
        .values({column: None})
        .execution_options(synchronize_session=False)
    )


async def forget_errors(session: AsyncSession, age: timedelta, limit: int) -> int:
    """What went wrong with deliveries from before `age` ago."""
    old = (
        select(Delivery.id)
        .where(Delivery.created_at < _before(age), Delivery.error.is_not(None))
        .order_by(Delivery.id)
        .limit(limit)
    )
    changed = await session.execute(
        update(Delivery)
        .where(Delivery.id.in_(old.scalar_subquery()))
        .values(error=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


async def forget_updates(session: AsyncSession, age: timedelta, limit: int) -> int:
    """Handled updates of Telegram; those that wait stay."""
    handled = TelegramUpdate.state != UpdateState.RECEIVED
    return await _forget(session, TelegramUpdate, handled & (TelegramUpdate.created_at < _before(age)), limit)


async def forget_alerts(session: AsyncSession, age: timedelta, limit: int) -> int:
    """Resolved alerts that have been quiet for so long."""
    over = Alert.state == AlertState.RESOLVED
    return await _forget(session, Alert, over & (Alert.last_at < _before(age)), limit)


async def forget_connect_requests(session: AsyncSession, age: timedelta, limit: int) -> int:
    """Logins that somebody began."""
    return await _forget(session, ConnectRequest, ConnectRequest.created_at < _before(age), limit)


async def forget_uploads(session: AsyncSession, age: timedelta, limit: int) -> int:
    """Files whose sender was told long ago how they ended."""
    return await _forget(session, Upload, Upload.told_at < _before(age), limit)


async def forget_queue_log(session: AsyncSession, age: timedelta, limit: int) -> int:
    """The queue's own diary."""
    gone = await session.execute(
        text(
            "DELETE FROM pgqueuer_log WHERE id IN (SELECT id FROM pgqueuer_log"
            " WHERE created < now() - CAST(:age AS interval)"
            " ORDER BY created LIMIT CAST(:limit AS bigint)) RETURNING id"
        ),
        {"age": age, "limit": limit},
    )
    return len(gone.all())


async def _forget(session: AsyncSession, table: Any, old: ColumnElement[bool], limit: int) -> int:
    ids = select(table.id).where(old).order_by(table.id).limit(limit)
    gone = await session.execute(
        delete(table)
        .where(table.id.in_(ids.scalar_subquery()))
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
