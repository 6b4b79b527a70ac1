"""What tells whether an installation is alive, read from its rows alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.models import Comment, Delivery, Event, LlmCall
from db.models.event import EventState
from db.models.llm_call import CallOutcome


async def events_in(session: AsyncSession, state: EventState) -> int:
    """How many elements of webhooks stand in `state`."""
    return await session.scalar(select(func.count()).select_from(Event).where(Event.state == state)) or 0


async def dead_letters(session: AsyncSession) -> int:
    """How many comments wait for somebody to press Retry."""
    count = select(func.count()).select_from(Comment).where(Comment.state == CommentState.FAILED)
    return await session.scalar(count) or 0


async def uncertain_replies(session: AsyncSession) -> int:
    """How many replies may or may not have arrived."""
    count = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.UNCERTAIN)
    return await session.scalar(count) or 0


async def newest_call(session: AsyncSession) -> tuple[datetime, CallOutcome, str] | None:
    """The language model's last call: when, how it went, which model."""
    row = (
        await session.execute(
            select(LlmCall.created_at, LlmCall.outcome, LlmCall.model).order_by(LlmCall.id.desc()).limit(1)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])
