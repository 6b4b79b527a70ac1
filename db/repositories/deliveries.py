"""The ledger of effects on Instagram."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.life.delivery import LIVE, DeliveryState, Effect
from db.models import Comment, Delivery, DraftVersion

WORDS = frozenset({Effect.REPLY, Effect.PRIVATE_REPLY, Effect.MESSAGE})
VISIBILITY = frozenset({Effect.HIDE, Effect.UNHIDE})


async def plan(session: AsyncSession, **values: Any) -> Delivery | None:
    """Plan an effect; None when the comment has a live one already (rulings, 5)."""
    statement = insert(Delivery).values(**values).on_conflict_do_nothing().returning(Delivery)
    return (await session.execute(statement)).scalar_one_or_none()


async def get(session: AsyncSession, delivery_id: int) -> Delivery | None:
    """The delivery, as it is now."""
    return (
        await session.execute(
            select(Delivery).where(Delivery.id == delivery_id).execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()


async def newest(session: AsyncSession, draft_id: int, effects: Collection[Effect]) -> Delivery | None:
    """The draft's newest delivery of one of these kinds."""
    return (
        await session.execute(
            select(Delivery)
            .where(Delivery.draft_id == draft_id, Delivery.effect.in_(effects))
            .order_by(Delivery.id.desc())
            .limit(1)
        )
    ).scalar_one_or_none()


async def text_of(session: AsyncSession, delivery: Delivery) -> str:
    """The words a delivery says: exactly the version that was decided."""
    text = await session.scalar(
        select(DraftVersion.text).where(
            DraftVersion.draft_id == delivery.draft_id, DraftVersion.version == delivery.draft_version
        )
    )
    return text or ""


async def start_request(session: AsyncSession, delivery: Delivery) -> bool:
    """Fenced: note that the request leaves now. False when the lease was lost: do not send."""
    changed = await session.execute(
        update(Delivery)
        .where(
            Delivery.id == delivery.id,
            Delivery.lease_token == delivery.lease_token,
            Delivery.state == DeliveryState.SENDING,
        )
        .values(request_started_at=func.now())
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return changed.one_or_none() is not None


async def live_reply(session: AsyncSession, comment_id: int) -> Delivery | None:
    """The one public reply of a comment that is planned, sending, sent or uncertain (rulings, 5)."""
    return (
        await session.execute(
            select(Delivery).where(
                Delivery.comment_id == comment_id,
                Delivery.effect == Effect.REPLY,
                Delivery.state.in_(LIVE),
            )
        )
    ).scalar_one_or_none()


async def claimed_ids(session: AsyncSession, account_id: int, external_ids: Collection[str]) -> set[str]:
    """Which of these replies on Instagram belong to a delivery already."""
    found = await session.execute(
        select(Delivery.external_id).where(
            Delivery.account_id == account_id, Delivery.external_id.in_(external_ids)
        )
    )
    return {external_id for (external_id,) in found if external_id is not None}


async def unconfirmed_in_thread(
    session: AsyncSession, account_id: int, thread: str
) -> Sequence[tuple[Delivery, str]]:
    """Replies in a thread whose request left and whose id is not known, with their words."""
    rows = await session.execute(
        select(Delivery, DraftVersion.text)
        .join(Comment, Comment.id == Delivery.comment_id)
        .join(
            DraftVersion,
            (DraftVersion.draft_id == Delivery.draft_id) & (DraftVersion.version == Delivery.draft_version),
        )
        .where(
            Delivery.account_id == account_id,
            Comment.thread == thread,
            Delivery.effect == Effect.REPLY,
            Delivery.external_id.is_(None),
            Delivery.request_started_at.is_not(None),
            Delivery.state != DeliveryState.CANCELLED,
        )
        .order_by(Delivery.id)
        .with_for_update(of=Delivery)
    )
    return [(row[0], row[1]) for row in rows]


async def due(session: AsyncSession, limit: int = 500) -> Sequence[Delivery]:
    """Planned deliveries whose time has come, and ones that a dead worker left."""
    planned = (Delivery.state == DeliveryState.PLANNED) & (
        func.greatest(Delivery.send_after, func.coalesce(Delivery.next_attempt_at, Delivery.send_after))
        <= func.now()
    )
    abandoned = (Delivery.state == DeliveryState.SENDING) & (Delivery.lease_until < func.now())
    return (
        (
            await session.execute(
                select(Delivery)
                .where(planned | abandoned)
                .order_by(Delivery.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        )
        .scalars()
        .all()
    )


async def let_go(session: AsyncSession, account_id: int) -> Sequence[Delivery]:
    """The account's planned deliveries that wait after a refusal: their backoff ends now."""
    released = await session.execute(
        update(Delivery)
        .where(
            Delivery.account_id == account_id,
            Delivery.state == DeliveryState.PLANNED,
            Delivery.next_attempt_at > func.now(),
            Delivery.request_started_at.is_(None),
        )
        .values(next_attempt_at=None)
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return released.scalars().all()


async def any_in(session: AsyncSession, state: DeliveryState) -> bool:
    """Whether a delivery stands in `state`."""
    return (await session.scalar(select(Delivery.id).where(Delivery.state == state).limit(1))) is not None


async def planned(session: AsyncSession, account_id: int) -> Sequence[Delivery]:
    """The account's deliveries that have not left."""
    found = select(Delivery).where(Delivery.account_id == account_id, Delivery.state == DeliveryState.PLANNED)
    return (await session.execute(found.order_by(Delivery.id))).scalars().all()
