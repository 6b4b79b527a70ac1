"""What a comparison with Instagram asks of the rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Account, Alert, Comment, Event, Media
from db.models.alert import AlertState
from db.models.comment import CommentKind
from db.models.event import EventSource

PREFERENCE = "reconcile"
"""Under this name an account's preferences hold the round that is under way."""
OWN_MARK = "self_ig_scoped_id"
"""What tells an author as the account itself in an event's payload, as Meta does it."""
LISTABLE = ("FEED", "REELS", "AD")  # comments of stories and broadcasts cannot be listed later
MOST_ACTIVE = 200  # posts with new comments that one round looks at


async def keep_round(session: AsyncSession, account_id: int, run: int, state: dict[str, Any]) -> bool:
    """Fenced by the run's number: store how far the round has come. False when another run has taken over."""
    kept = await session.execute(
        update(Account)
        .where(Account.id == account_id, Account.preferences[PREFERENCE]["run"].as_integer() == run)
        .values(preferences=Account.preferences.op("||")(literal({PREFERENCE: state}, JSONB)))
        .returning(Account.id)
    )
    return kept.one_or_none() is not None


async def unknown(session: AsyncSession, account: Account, comment_ids: Collection[str]) -> set[str]:
    """Which of these comments neither became a row nor came as an event.

    An event may name the account's Page, or no account: ids of comments are unique on Instagram.
    """
    held = await session.scalars(
        select(Comment.instagram_id).where(
            Comment.account_id == account.id, Comment.instagram_id.in_(comment_ids)
        )
    )
    left = set(comment_ids) - set(held)
    identities = {f"comment:{comment_id}": comment_id for comment_id in left}
    heard = await session.scalars(
        select(Event.identity).where(
            Event.identity.in_(identities),
            or_(
                Event.account_instagram_id.in_([account.instagram_id, account.page_id]),
                Event.account_instagram_id.is_(None),
            ),
        )
    )
    return left - {identities[identity] for identity in heard}


async def counted(session: AsyncSession, account_id: int, media_ids: Collection[str]) -> dict[str, Media]:
    """The rows of these posts, by their Instagram ids."""
    rows = await session.scalars(
        select(Media).where(Media.account_id == account_id, Media.instagram_id.in_(media_ids))
    )
    return {media.instagram_id: media for media in rows}


async def active(session: AsyncSession, account_id: int, since: datetime) -> Sequence[tuple[Media, datetime]]:
    """Posts of the account with comments taken in since `since`, with the newest one's time; newest first.

    Somebody else's post, under which the account was mentioned, is not the account's to list.
    """
    newest = func.max(Comment.created_at)
    rows = await session.execute(
        select(Media, newest)
        .join(Comment, Comment.media_id == Media.id)
        .where(
            Comment.account_id == account_id,
            Comment.created_at >= since,
            or_(Media.kind.is_(None), Media.kind.in_(LISTABLE)),
        )
        .group_by(Media.id)
        .having(func.bool_and(Comment.kind != CommentKind.MENTION))
        .order_by(newest.desc())
        .limit(MOST_ACTIVE)
    )
    return [(row[0], row[1]) for row in rows]


async def keep_count(
    session: AsyncSession,
    account_id: int,
    media_id: str,
    *,
    kind: str | None,
    count: int | None,
    published_at: datetime | None,
) -> None:
    """Note how many comments Instagram counted under a post when they were listed to the end."""
    statement = insert(Media).values(
        account_id=account_id,
        instagram_id=media_id,
        kind=kind,
        comments_count=count,
        published_at=published_at,
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Media.account_id, Media.instagram_id],
            set_={
                "kind": func.coalesce(Media.kind, kind),
                "comments_count": count,
                "published_at": func.coalesce(Media.published_at, published_at),
            },
        )
    )


async def throttle(session: AsyncSession, account_id: int, until: datetime) -> None:
    """Instagram asked to wait until `until`, or until a later moment that is known already."""
    await session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(throttled_until=func.greatest(Account.throttled_until, until))
    )


async def unheralded(session: AsyncSession, account: Account, after: datetime, before: datetime) -> bool:
    """Whether a customer's comment written between the two moments came by reconciliation only."""
    own = Event.payload["from"].has_key(OWN_MARK)
    found = await session.scalar(
        select(Event.id)
        .where(
            Event.received_at >= after,
            Event.account_instagram_id == account.instagram_id,
            Event.source == EventSource.RECONCILIATION,
            Event.sent_at > after,
            Event.sent_at < before,
            ~own,
        )
        .limit(1)
    )
    return found is not None


async def open_alert(session: AsyncSession, kind: str, subject: str) -> Alert | None:
    """The alert that people see about this cause now."""
    return (
        await session.execute(
            select(Alert).where(Alert.fingerprint == f"{kind}:{subject}", Alert.state != AlertState.RESOLVED)
        )
    ).scalar_one_or_none()
