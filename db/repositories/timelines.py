"""What happened to a comment, and how many rows stand where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Card, Comment, Decision, Delivery, Draft, Event, LlmCall, Transition

About = TypeVar("About", Transition, Decision, LlmCall)


async def states(session: AsyncSession) -> dict[str, dict[str, int]]:
    """Rows by state, per table; a card is `drawn` or, when Telegram does not show it yet, `stale`."""
    found: dict[str, dict[str, int]] = {}
    for table in (Event, Comment, Draft, Delivery):
        rows = await session.execute(select(table.state, func.count()).group_by(table.state))
        found[table.__tablename__] = {str(row[0].value): int(row[1]) for row in rows}
    standing = case((Card.rendered_rev < Card.wanted_rev, "stale"), else_="drawn")
    rows = await session.execute(select(standing, func.count()).group_by(standing))
    found[Card.__tablename__] = {str(row[0]): int(row[1]) for row in rows}
    return found


async def of(session: AsyncSession, instagram_id: str) -> dict[str, Any] | None:
    """Transitions, decisions and model calls of one comment, in time order; None when it is unknown."""
    comment = (
        await session.execute(select(Comment).where(Comment.instagram_id == instagram_id).limit(1))
    ).scalar_one_or_none()
    if comment is None:
        return None
    about = comment.id
    steps: list[dict[str, Any]] = [
        {"at": comment.created_at, "what": "comment", "id": about, "to": "received"}
    ]
    moves = await _about(session, Transition, about)
    steps += [_move(row) for row in moves]
    decisions = await _about(session, Decision, about)
    steps += [_decision(row) for row in decisions]
    calls = await _about(session, LlmCall, about)
    steps += [_call(row) for row in calls]
    steps.sort(key=lambda step: step["at"])  # stable: rows of one transaction share their time
    return {
        "comment_id": comment.instagram_id,
        "state": comment.state.value,
        "steps": [step | {"at": step["at"].isoformat()} for step in steps],
    }


async def _about(session: AsyncSession, table: type[About], comment_id: int) -> Sequence[About]:
    rows = await session.execute(select(table).where(table.comment_id == comment_id).order_by(table.id))
    return rows.scalars().all()


def _move(row: Transition) -> dict[str, Any]:
    return {
        "at": row.created_at,
        "what": row.subject.value,
        "id": row.subject_id,
        "from": row.from_state,
        "to": row.to_state,
        "note": row.note,
    }


def _decision(row: Decision) -> dict[str, Any]:
    return {
        "at": row.created_at,
        "what": "decision",
        "id": row.id,
        "action": row.action.value,
        "by": row.actor_name,
        "draft_version": row.draft_version,
    }


def _call(row: LlmCall) -> dict[str, Any]:
    return {
        "at": row.created_at,
        "what": "llm_call",
        "id": row.id,
        "purpose": row.purpose.value,
        "model": row.model,
        "outcome": row.outcome.value,
        "ms": row.latency_ms,
    }
