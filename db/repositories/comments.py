"""Comments, their posts, and what was understood of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.life.comment import COMMENT_LIFE, CommentState
from db.life.draft import OPEN
from db.models import Classification, Comment, Draft, Media
from db.models.comment import MediaState

THREAD_LIMIT = 20
"""How many comments of a thread are shown to the model and counted on a card."""
UNANSWERED = COMMENT_LIFE.working | {
    CommentState.RECEIVED,
    CommentState.CLASSIFIED,
    CommentState.WAITING,
    CommentState.FAILED,
}
"""The states in which a person's words still wait for an answer of ours."""


def written() -> ColumnElement[datetime]:
    """When the words were written, as far as that is known: events may come in any order."""
    return func.coalesce(Comment.written_at, Comment.created_at)


def place(comment: Comment) -> ColumnElement[Any]:
    """Where `comment` stands in its thread, to compare with `(written(), Comment.id)`."""
    return tuple_(comment.written_at or comment.created_at, comment.id)


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


async def locked(session: AsyncSession, comment_id: int) -> Comment:
    """The comment as it is now; nobody changes it before this transaction ends."""
    statement = (
        select(Comment)
        .where(Comment.id == comment_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one()


async def top_of(session: AsyncSession, account_id: int, parent_instagram_id: str) -> str:
    """The thread that a reply to `parent_instagram_id` belongs to; the parent itself when unknown."""
    thread = await session.scalar(
        select(Comment.thread).where(
            Comment.account_id == account_id, Comment.instagram_id == parent_instagram_id
        )
    )
    return thread or parent_instagram_id


async def thread(session: AsyncSession, comment: Comment) -> Sequence[Comment]:
    """The newest `THREAD_LIMIT` comments of the comment's thread up to itself, oldest first.

    What was taken back or erased is left out.
    """
    shown = (Comment.gone_at.is_(None) & Comment.erased_at.is_(None)) | (Comment.id == comment.id)
    rows = (
        (
            await session.execute(
                select(Comment)
                .where(
                    Comment.account_id == comment.account_id,
                    Comment.thread == comment.thread,
                    tuple_(written(), Comment.id) <= place(comment),
                    shown,
                )
                .order_by(written().desc(), Comment.id.desc())
                .limit(THREAD_LIMIT)
            )
        )
        .scalars()
        .all()
    )
    return rows[::-1]


async def unanswered(session: AsyncSession, account_id: int, thread: str) -> Sequence[Comment]:
    """Customers' words in a thread that still wait for an answer, oldest first."""
    statement = select(Comment).where(
        Comment.account_id == account_id, Comment.thread == thread, Comment.state.in_(UNANSWERED)
    )
    return (await session.execute(statement.order_by(Comment.id))).scalars().all()


async def said_by_us(session: AsyncSession, account_id: int, thread: str) -> Sequence[Comment]:
    """Our own words in a thread that stand there still, the newest `THREAD_LIMIT`."""
    statement = select(Comment).where(
        Comment.account_id == account_id,
        Comment.thread == thread,
        Comment.state == CommentState.OWN,
        Comment.gone_at.is_(None),
    )
    newest = statement.order_by(written().desc(), Comment.id.desc()).limit(THREAD_LIMIT)
    return (await session.execute(newest)).scalars().all()


async def lock_thread(session: AsyncSession, comment: Comment) -> None:
    """Cards of one thread are opened one after the other until this transaction ends.

    Of two comments of one person each has to see whether the other has its card already.
    """
    subject = func.hashtextextended(f"{comment.account_id}:{comment.thread}", THREAD_LOCKS)
    await session.execute(select(func.pg_advisory_xact_lock(subject)))


THREAD_LOCKS = 1_884_017  # any constant: these locks meet no others


async def name_of(session: AsyncSession, account_id: int, author_instagram_id: str) -> tuple[str | None, int]:
    """The newest name we know of a person, and how many of the person's comments we have."""
    of_author = [Comment.account_id == account_id, Comment.author_instagram_id == author_instagram_id]
    newest = (
        select(Comment.author_username)
        .where(*of_author, Comment.author_username.is_not(None))
        .order_by(Comment.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = (await session.execute(select(newest, func.count()).select_from(Comment).where(*of_author))).one()
    return row[0], row[1]


async def media(
    session: AsyncSession,
    account_id: int,
    instagram_id: str,
    kind: str | None,
    *,
    original: str | None = None,
    ad_id: str | None = None,
) -> Media:
    """The post's row, made when it is new. What is told later is added, what is known stays.

    `original` is the post that an advertisement was made from.
    """
    told = {"kind": kind, "original_instagram_id": original, "ad_id": ad_id}
    statement = (
        insert(Media)
        .values(account_id=account_id, instagram_id=instagram_id, **told)
        .on_conflict_do_update(
            index_elements=[Media.account_id, Media.instagram_id],
            set_={name: func.coalesce(getattr(Media, name), value) for name, value in told.items()},
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


async def accounts_of_failed(session: AsyncSession) -> Collection[int]:
    """The accounts that have dead letters."""
    letters = select(Comment.account_id).where(Comment.state == CommentState.FAILED)
    return (await session.scalars(letters.distinct())).all()


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


async def change(session: AsyncSession, comment_id: int, **values: Any) -> None:
    """Change what is known of a comment, but not its state."""
    await session.execute(update(Comment).where(Comment.id == comment_id).values(**values))


async def complete(session: AsyncSession, comment: Comment, **values: Any) -> Comment | None:
    """Fenced: add what was asked of Instagram about a claimed comment. None when the lease was lost."""
    return (
        await session.execute(
            update(Comment)
            .where(Comment.id == comment.id, Comment.lease_token == comment.lease_token)
            .where(Comment.state.in_(COMMENT_LIFE.working))
            .values(**values)
            .returning(Comment)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
    ).scalar_one_or_none()


async def set_hidden(session: AsyncSession, comment_id: int, *, hidden: bool) -> None:
    """Note whether Instagram shows the comment."""
    await session.execute(update(Comment).where(Comment.id == comment_id).values(hidden=hidden))
