"""Figures for `/stats`. Each function's docstring defines its figure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.models import Classification, Comment, Decision, Delivery, Draft, DraftVersion, LlmCall
from db.models.comment import Category
from db.models.decision import Action
from db.models.draft import DraftOrigin

Span = tuple[datetime, datetime]
"""A half-open period [from, to), aware UTC."""


async def received(session: AsyncSession, account_id: int | None, span: Span) -> int:
    """Customers' comments received in the period; our own are not counted."""
    statement = (
        select(func.count())
        .select_from(Comment)
        .where(Comment.state != CommentState.OWN, _within(Comment.created_at, span))
    )
    return await _number(session, statement, Comment.account_id, account_id)


async def categories(session: AsyncSession, account_id: int | None, span: Span) -> dict[Category, int]:
    """Comments received in the period by their current category."""
    newest = (
        select(func.max(Classification.id).label("id"))
        .join(Comment, Comment.id == Classification.comment_id)
        .where(_within(Comment.created_at, span))
        .group_by(Classification.comment_id)
    )
    if account_id is not None:
        newest = newest.where(Comment.account_id == account_id)
    rows = await session.execute(
        select(Classification.category, func.count())
        .where(Classification.id.in_(newest))
        .group_by(Classification.category)
    )
    return {row[0]: row[1] for row in rows}


async def decided(session: AsyncSession, account_id: int | None, span: Span) -> dict[Action, int]:
    """Drafts that people decided about in the period, by action; the same action twice counts once."""
    statement = (
        select(Decision.action, func.count(distinct(Decision.draft_id)))
        .where(_within(Decision.created_at, span), Decision.actor_id.is_not(None))
        .group_by(Decision.action)
    )
    if account_id is not None:
        statement = statement.where(Decision.account_id == account_id)
    return {row[0]: row[1] for row in await session.execute(statement)}


async def approved_unchanged(session: AsyncSession, account_id: int | None, span: Span) -> int:
    """Drafts approved in the period whose approved version is the model's own text."""
    statement = (
        select(func.count(distinct(Decision.draft_id)))
        .join(
            DraftVersion,
            and_(DraftVersion.draft_id == Decision.draft_id, DraftVersion.version == Decision.draft_version),
        )
        .where(
            Decision.action == Action.APPROVE,
            DraftVersion.origin == DraftOrigin.MODEL,
            _within(Decision.created_at, span),
        )
    )
    return await _number(session, statement, Decision.account_id, account_id)


async def sent(session: AsyncSession, account_id: int | None, span: Span) -> int:
    """Replies that Instagram took in the period."""
    statement = (
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.effect == Effect.REPLY,
            Delivery.state == DeliveryState.SENT,
            _within(Delivery.sent_at, span),
        )
    )
    return await _number(session, statement, Delivery.account_id, account_id)


async def reaction(
    session: AsyncSession, account_id: int | None, span: Span
) -> tuple[float | None, float | None]:
    """Seconds from a comment's arrival to the first decision about it, median and 90th percentile.

    Over drafts whose first decision by a person fell into the period; opening an edit is no decision.
    """
    first = (
        select(Decision.draft_id, func.min(Decision.created_at).label("at"))
        .where(
            Decision.actor_id.is_not(None),
            Decision.action.in_([Action.APPROVE, Action.REJECT, Action.ESCALATE, Action.DONE]),
        )
        .group_by(Decision.draft_id)
        .subquery()
    )
    seconds = func.extract("epoch", first.c.at - Comment.created_at)
    statement = (
        select(
            func.percentile_cont(0.5).within_group(seconds), func.percentile_cont(0.9).within_group(seconds)
        )
        .select_from(first)
        .join(Draft, Draft.id == first.c.draft_id)
        .join(Comment, Comment.id == Draft.comment_id)
        .where(_within(first.c.at, span))
    )
    if account_id is not None:
        statement = statement.where(Draft.account_id == account_id)
    median, ninetieth = (await session.execute(statement)).one()
    return median, ninetieth


async def spent(
    session: AsyncSession, account_id: int | None, span: Span
) -> tuple[int, int, Decimal | None, int]:
    """Model calls in the period: input tokens, output tokens, known cost in USD, calls without a price."""
    statement = select(
        func.coalesce(func.sum(LlmCall.input_tokens), 0),
        func.coalesce(func.sum(LlmCall.output_tokens), 0),
        func.sum(LlmCall.cost_usd),
        func.count().filter(LlmCall.cost_usd.is_(None)),
    ).where(_within(LlmCall.created_at, span))
    if account_id is not None:
        statement = statement.where(LlmCall.account_id == account_id)
    tokens_in, tokens_out, cost, unpriced = (await session.execute(statement)).one()
    return int(tokens_in or 0), int(tokens_out or 0), cost, unpriced


def _within(column: InstrumentedAttribute[Any] | ColumnElement[Any], span: Span) -> ColumnElement[bool]:
    return and_(column >= span[0], column < span[1])


async def _number(
    session: AsyncSession,
    statement: Select[int],
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    account_id: int | None,
) -> int:
    if account_id is not None:
        statement = statement.where(column == account_id)
    return await session.scalar(statement) or 0
