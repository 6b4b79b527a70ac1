"""Drafts, their versions, and the decisions about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.life.comment import CommentState
from db.life.draft import OPEN, DraftState
from db.models import Classification, Comment, Decision, Draft, DraftVersion
from db.models.comment import Category
from db.repositories.comments import place, written
from db.repositories.moves import move_from


@dataclass(frozen=True, slots=True)
class Decided:
    """A draft after a decision, and the state it came from."""

    draft: Draft
    before: DraftState


async def open_for(session: AsyncSession, comment: Comment, **values: Any) -> Draft:
    """The comment's draft, made when it is new, otherwise given `values`."""
    statement = (
        insert(Draft)
        .values(account_id=comment.account_id, comment_id=comment.id, **values)
        .on_conflict_do_update(index_elements=[Draft.comment_id], set_=values or {"comment_id": comment.id})
        .returning(Draft)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one()


async def get(session: AsyncSession, draft_id: int) -> Draft | None:
    """The draft, as it is now."""
    return (
        await session.execute(
            select(Draft).where(Draft.id == draft_id).execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()


async def for_comment(session: AsyncSession, comment_id: int) -> Draft | None:
    """The draft about a comment."""
    return (await session.execute(select(Draft).where(Draft.comment_id == comment_id))).scalar_one_or_none()


async def locked(session: AsyncSession, comment_id: int) -> Draft | None:
    """The draft about a comment as it is now; nobody decides it before this transaction ends.

    Drafts are locked before their comments, as managers' decisions do.
    """
    statement = (
        select(Draft)
        .where(Draft.comment_id == comment_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def add_version(session: AsyncSession, draft: Draft, version: int, **values: Any) -> DraftVersion:
    """Keep a text as `version`; the caller moves the draft to it under its guard."""
    row = DraftVersion(account_id=draft.account_id, draft_id=draft.id, version=version, **values)
    session.add(row)
    await session.flush()
    return row


async def version(session: AsyncSession, draft_id: int, number: int) -> DraftVersion | None:
    """One version of a draft's text; None for 0, which has no text."""
    return (
        await session.execute(
            select(DraftVersion).where(DraftVersion.draft_id == draft_id, DraftVersion.version == number)
        )
    ).scalar_one_or_none()


async def next_version(session: AsyncSession, draft_id: int) -> int:
    """The number after all that were ever used: 0 may follow a text, when the customer changed the words."""
    newest = select(func.max(DraftVersion.version)).where(DraftVersion.draft_id == draft_id)
    return (await session.scalar(newest) or 0) + 1


async def open_before(session: AsyncSession, comment: Comment) -> Sequence[tuple[Draft, Comment]]:
    """Undecided drafts about what the same person wrote earlier in the thread, oldest first."""
    earlier = tuple_(written(), Comment.id) < place(comment)
    rows = await session.execute(_undecided_beside(comment).where(earlier).order_by(Comment.id))
    return [(row[0], row[1]) for row in rows.all()]


async def any_open_after(session: AsyncSession, comment: Comment) -> bool:
    """Whether something that the same person wrote later in the thread is on a card and undecided."""
    later = tuple_(written(), Comment.id) > place(comment)
    # A dead letter is on a card, but its words were not read.
    readable = Comment.state != CommentState.FAILED
    found = await session.execute(_undecided_beside(comment).where(later, readable).limit(1))
    return found.first() is not None


def _undecided_beside(comment: Comment) -> Select[Draft, Comment]:
    return (
        select(Draft, Comment)
        .join(Comment, Comment.id == Draft.comment_id)
        .where(
            Comment.account_id == comment.account_id,
            Comment.thread == comment.thread,
            Comment.id != comment.id,
            Draft.state.in_(OPEN | {DraftState.REGENERATING}),
            _same_author(comment),
        )
    )


def _same_author(comment: Comment) -> ColumnElement[bool]:
    """By the id; by the name where an id is missing (datasheet, §7, 21)."""
    signs: list[ColumnElement[bool]] = []
    if comment.author_instagram_id is not None:
        signs.append(Comment.author_instagram_id == comment.author_instagram_id)
    if comment.author_username is not None:
        named = func.lower(Comment.author_username) == comment.author_username.lower()
        lacking = Comment.author_instagram_id.is_(None) if comment.author_instagram_id else true()
        signs.append(named & lacking)
    return or_(false(), *signs)


def free_for(manager_id: int) -> ColumnElement[bool]:
    """Nobody else is editing."""
    return Draft.claimed_by.is_(None) | (Draft.claimed_by == manager_id) | (Draft.claim_until < func.now())


async def decide(
    session: AsyncSession, draft_id: int, to: DraftState, *conditions: ColumnElement[bool], **values: Any
) -> Decided | None:
    """The one guarded statement that decides (telegram, §3.5); None: somebody was faster."""
    moved = await move_from(session, Draft, draft_id, to, *conditions, rev=Draft.rev + 1, **values)
    return None if moved is None else Decided(moved[0], DraftState(moved[1]))


async def change(
    session: AsyncSession, draft_id: int, *conditions: ColumnElement[bool], **values: Any
) -> Draft | None:
    """Change an open draft without changing its state: a claim, a new version. None: no longer possible."""
    return (
        await session.execute(
            update(Draft)
            .where(Draft.id == draft_id, Draft.state.in_(OPEN), *conditions)
            .values(rev=Draft.rev + 1, **values)
            .returning(Draft)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
    ).scalar_one_or_none()


async def claim_for(session: AsyncSession, draft_id: int, manager_id: int, lease: timedelta) -> Draft | None:
    """Give a manager the draft for editing, unless a colleague has it."""
    return await change(
        session,
        draft_id,
        free_for(manager_id),
        claimed_by=manager_id,
        claim_until=func.now() + lease,
    )


async def expired_claims(session: AsyncSession, limit: int = 200) -> Sequence[Draft]:
    """Drafts whose editor has been silent for longer than the lease."""
    return (
        (
            await session.execute(
                select(Draft)
                .where(Draft.claimed_by.is_not(None), Draft.claim_until < func.now(), Draft.state.in_(OPEN))
                .order_by(Draft.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        )
        .scalars()
        .all()
    )


async def abandoned(session: AsyncSession, limit: int = 200) -> Sequence[Draft]:
    """Drafts that a dead worker left being regenerated."""
    return (
        (
            await session.execute(
                select(Draft)
                .where(
                    Draft.state == DraftState.REGENERATING,
                    func.coalesce(Draft.lease_until, func.now() - timedelta(seconds=1)) < func.now(),
                    func.coalesce(Draft.next_attempt_at, func.now()) <= func.now(),
                )
                .order_by(Draft.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        )
        .scalars()
        .all()
    )


async def record(session: AsyncSession, draft: Draft, **values: Any) -> Decision:
    """Append a decision about `draft`."""
    row = Decision(
        account_id=draft.account_id,
        comment_id=draft.comment_id,
        draft_id=draft.id,
        rev=draft.rev,
        **values,
    )
    session.add(row)
    await session.flush()
    return row


async def queue(
    session: AsyncSession, account_id: int | None, limit: int, offset: int, *conditions: ColumnElement[bool]
) -> Sequence[tuple[Draft, Comment, Category | None]]:
    """Open drafts, urgent first and then oldest, with their comments and categories."""
    newest = (
        select(Classification.category)
        .where(Classification.comment_id == Draft.comment_id)
        .order_by(Classification.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Draft, Comment, newest.label("category"))
        .join(Comment, Comment.id == Draft.comment_id)
        .where(Draft.state.in_(OPEN), *conditions)
        .order_by(Draft.urgent.desc(), Draft.id)
        .limit(limit)
        .offset(offset)
    )
    if account_id is not None:
        statement = statement.where(Draft.account_id == account_id)
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def count_open(session: AsyncSession, account_id: int | None) -> int:
    """How many drafts wait for a manager."""
    statement = select(func.count()).select_from(Draft).where(Draft.state.in_(OPEN))
    if account_id is not None:
        statement = statement.where(Draft.account_id == account_id)
    return await session.scalar(statement) or 0


async def claim_regenerating(session: AsyncSession, draft_id: int, lease: timedelta) -> Draft | None:
    """Take a draft that waits for another version; None when it is not due or in other hands."""
    return (
        await session.execute(
            update(Draft)
            .where(
                Draft.id == draft_id,
                Draft.state == DraftState.REGENERATING,
                Draft.lease_until.is_(None) | (Draft.lease_until < func.now()),
                Draft.next_attempt_at.is_(None) | (Draft.next_attempt_at <= func.now()),
            )
            .values(
                lease_token=Draft.lease_token + 1,
                lease_until=func.now() + lease,
                attempts=Draft.attempts + 1,
            )
            .returning(Draft)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
    ).scalar_one_or_none()


async def postpone_regenerating(session: AsyncSession, draft: Draft, pause: timedelta, error: str) -> bool:
    """Fenced: try again after `pause`."""
    postponed = await session.execute(
        update(Draft)
        .where(Draft.id == draft.id, Draft.lease_token == draft.lease_token)
        .values(lease_until=None, next_attempt_at=func.now() + pause, error=error)
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    )
    return postponed.one_or_none() is not None
