"""Comments, their posts, and what was understood of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.life.comment import COMMENT_LIFE, CommentState
from db.life.draft import OPEN
from db.models import Classification, Comment, Draft, Media
from db.models.comment import MediaState

THREAD_LIMIT = 20
"""How many comments of a thread are shown to the model and counted on a card."""


async def add(session: AsyncSession, **values: Any) -> Comment | None:
    """Insert a comment; None when the account has it already."""
    statement = (
        insert(Comment)
        .values(**values)
        .on_conflict_do_nothing(index_elements=[Comment.account_id, Comment.instagram_id])
        .returning(Comment)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def get(session: AsyncSession, comment_id: int) -> Comment:
    """The comment; raises NoResultFound when there is none."""
    return (await session.execute(select(Comment).where(Comment.id == comment_id))).scalar_one()


async def find(session: AsyncSession, account_id: int, instagram_id: str) -> Comment | None:
    """The account's comment that Instagram calls `instagram_id`."""
    return (
        await session.execute(
            select(Comment).where(Comment.account_id == account_id, Comment.instagram_id == instagram_id)
        )
    ).scalar_one_or_none()


async def top_of(session: AsyncSession, account_id: int, parent_instagram_id: str) -> str:
    """The thread that a reply to `parent_instagram_id` belongs to; the parent itself when unknown."""
    thread = await session.scalar(
        select(Comment.thread).where(
            Comment.account_id == account_id, Comment.instagram_id == parent_instagram_id
        )
    )
    return thread or parent_instagram_id


async def thread(session: AsyncSession, comment: Comment) -> Sequence[Comment]:
    """The newest `THREAD_LIMIT` comments of the comment's thread up to itself, oldest first."""
    rows = (
        (
            await session.execute(
                select(Comment)
                .where(
                    Comment.account_id == comment.account_id,
                    Comment.thread == comment.thread,
                    Comment.id <= comment.id,
                )
                .order_by(Comment.id.desc())
                .limit(THREAD_LIMIT)
            )
        )
        .scalars()
        .all()
    )
    return rows[::-1]


async def media(session: AsyncSession, account_id: int, instagram_id: str, kind: str | None) -> Media:
    """The post's row, made when it is new."""
    statement = (
        insert(Media)
        .values(account_id=account_id, instagram_id=instagram_id, kind=kind)
        .on_conflict_do_update(
            index_elements=[Media.account_id, Media.instagram_id],
            set_={"kind": func.coalesce(Media.kind, kind)},
        )
        .returning(Media)
    )
    return (await session.execute(statement)).scalar_one()


async def media_of(session: AsyncSession, comment: Comment) -> Media | None:
    """The post a comment stands under."""
    if comment.media_id is None:
        return None
    return (await session.execute(select(Media).where(Media.id == comment.media_id))).scalar_one()


async def describe_media(session: AsyncSession, media_id: int, state: MediaState, **values: Any) -> None:
    """Keep what Instagram said of a post."""
    await session.execute(
        update(Media).where(Media.id == media_id).values(state=state, fetched_at=func.now(), **values)
    )


async def classify(session: AsyncSession, comment: Comment, **values: Any) -> Classification:
    """Add a reading of the comment; it is the current one from now on."""
    row = Classification(account_id=comment.account_id, comment_id=comment.id, **values)
    session.add(row)
    await session.flush()
    return row


async def classification(session: AsyncSession, comment_id: int) -> Classification | None:
    """The current reading."""
    return (
        await session.execute(
            select(Classification)
            .where(Classification.comment_id == comment_id)
            .order_by(Classification.id.desc())
            .limit(1)
        )
    ).scalar_one_or_none()


async def stranded(session: AsyncSession, limit: int = 500) -> Sequence[Comment]:
    """Comments that a dead worker left behind: a lease ran out, or no job came for an open row."""
    waiting = Comment.state.in_([CommentState.RECEIVED, CommentState.CLASSIFIED]) & (
        func.coalesce(Comment.next_attempt_at, Comment.created_at) <= func.now()
    )
    abandoned = Comment.state.in_(COMMENT_LIFE.working) & (Comment.lease_until < func.now())
    return (
        (
            await session.execute(
                select(Comment)
                .where(waiting | abandoned)
                .order_by(Comment.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        )
        .scalars()
        .all()
    )


async def worth_another_try(session: AsyncSession, limit: int = 50) -> Sequence[Comment]:
    """Comments that failed in an outage and that no person has touched yet, when their time has come."""
    untouched = (
        select(Draft.id)
        .where(
            Draft.comment_id == Comment.id,
            Draft.version == 0,
            Draft.state.in_(OPEN),
            Draft.claimed_by.is_(None),
        )
        .exists()
    )
    due = select(Comment).where(
        Comment.state == CommentState.FAILED, Comment.next_attempt_at <= func.now(), untouched
    )
    rows = await session.execute(due.order_by(Comment.id).limit(limit).with_for_update(skip_locked=True))
    return rows.scalars().all()


async def failed(session: AsyncSession) -> Sequence[Comment]:
    """The dead letters, oldest first."""
    return (
        (
            await session.execute(
                select(Comment).where(Comment.state == CommentState.FAILED).order_by(Comment.id)
            )
        )
        .scalars()
        .all()
    )


async def touched_since(session: AsyncSession, account_id: int, since: datetime) -> int:
    """How many comments the account received since `since`."""
    count = await session.scalar(
        select(func.count())
        .select_from(Comment)
        .where(Comment.account_id == account_id, Comment.created_at >= since)
    )
    return count or 0


async def set_hidden(session: AsyncSession, comment_id: int, *, hidden: bool) -> None:
    """Note whether Instagram shows the comment."""
    await session.execute(update(Comment).where(Comment.id == comment_id).values(hidden=hidden))
