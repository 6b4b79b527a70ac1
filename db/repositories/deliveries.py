"""The ledger of effects on Instagram."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Interval, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.life.delivery import LIVE, DeliveryState, Effect
from db.models import Account, Comment, Decision, Delivery, Draft, DraftVersion
from db.models.account import TokenState
from db.models.comment import CommentKind

WORDS = frozenset({Effect.REPLY, Effect.PRIVATE_REPLY, Effect.MESSAGE})
VISIBILITY = frozenset({Effect.HIDE, Effect.UNHIDE})
DIRECT = "dm:"
"""How the threads of messages begin; the person's id follows."""
MOST_EQUAL = 500  # texts of one hour that are compared: more than an account may send


async def plan(session: AsyncSession, *, effect: Effect, comment_id: int, **values: Any) -> Delivery | None:
    """Plan an effect; None when the comment has a live one already (rulings, 5)."""
    if effect is Effect.MESSAGE:
        # Its own index knows replies only: here the comment's lock makes the second one see the first.
        await session.execute(select(Comment.id).where(Comment.id == comment_id).with_for_update())
        if await live(session, comment_id, effect) is not None:
            return None
    values |= {"effect": effect, "comment_id": comment_id}
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


async def start_request(session: AsyncSession, delivery: Delivery, *, human_agent: bool = False) -> bool:
    """Fenced: note that the request leaves now. False when the lease was lost: do not send."""
    changed = await session.execute(
        update(Delivery)
        .where(
            Delivery.id == delivery.id,
            Delivery.lease_token == delivery.lease_token,
            Delivery.state == DeliveryState.SENDING,
        )
        .values(request_started_at=func.now(), human_agent=human_agent)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return changed.one_or_none() is not None


async def live(session: AsyncSession, comment_id: int, effect: Effect) -> Delivery | None:
    """The one answer of this kind that is planned, sending, sent or uncertain (rulings, 5)."""
    return (
        await session.execute(
            select(Delivery).where(
                Delivery.comment_id == comment_id, Delivery.effect == effect, Delivery.state.in_(LIVE)
            )
        )
    ).scalar_one_or_none()


async def heard_at(session: AsyncSession, comment: Comment) -> datetime | None:
    """When the person last wrote in the conversation; None for what is no message."""
    if comment.kind not in {CommentKind.MESSAGE, CommentKind.STORY_REPLY}:
        return None
    return await session.scalar(
        select(func.max(func.coalesce(Comment.written_at, Comment.created_at))).where(
            Comment.account_id == comment.account_id,
            Comment.thread == comment.thread,
            Comment.author_instagram_id == comment.author_instagram_id,
            Comment.gone_at.is_(None),  # what is known of it may be the time at which it was taken back
        )
    )


async def decided_by_person(session: AsyncSession, delivery: Delivery) -> bool:
    """Whether a person decided it, and not a policy."""
    actor = await session.scalar(select(Decision.actor_id).where(Decision.id == delivery.decision_id))
    return actor is not None


async def claimed_ids(session: AsyncSession, account_id: int, external_ids: Collection[str]) -> set[str]:
    """Which of these replies on Instagram belong to a delivery already."""
    found = await session.execute(
        select(Delivery.external_id).where(
            Delivery.account_id == account_id, Delivery.external_id.in_(external_ids)
        )
    )
    return {external_id for (external_id,) in found if external_id is not None}


async def unconfirmed_in_thread(
    session: AsyncSession, account_id: int, thread: str, started_before: datetime | None = None
) -> Sequence[tuple[Delivery, str]]:
    """Answers in a thread whose request left and whose id is not known, with their words.

    In a conversation these are messages, and private replies to the person's comments. None: whenever.
    """
    early = [] if started_before is None else [Delivery.request_started_at <= started_before]
    rows = await session.execute(
        select(Delivery, DraftVersion.text)
        .join(Comment, Comment.id == Delivery.comment_id)
        .join(
            DraftVersion,
            (DraftVersion.draft_id == Delivery.draft_id) & (DraftVersion.version == Delivery.draft_version),
        )
        .where(
            Delivery.account_id == account_id,
            _appears_in(thread),
            Delivery.external_id.is_(None),
            Delivery.request_started_at.is_not(None),
            Delivery.state != DeliveryState.CANCELLED,
            *early,
        )
        .order_by(Delivery.id)
        .with_for_update(of=Delivery)
    )
    return [(row[0], row[1]) for row in rows]


def _appears_in(thread: str) -> ColumnElement[bool]:
    if not thread.startswith(DIRECT):
        return (Delivery.effect == Effect.REPLY) & (Comment.thread == thread)
    message = (Delivery.effect == Effect.MESSAGE) & (Comment.thread == thread)
    person = thread.removeprefix(DIRECT)
    return message | ((Delivery.effect == Effect.PRIVATE_REPLY) & (Comment.author_instagram_id == person))


_IS_DUE = (
    func.greatest(Delivery.send_after, func.coalesce(Delivery.next_attempt_at, Delivery.send_after))
    <= func.now()
)
_IN_ORDER = (Draft.urgent.desc(), Delivery.id)


async def due(session: AsyncSession, limit: int = 500) -> Sequence[Delivery]:
    """Planned deliveries whose time has come, and ones that a dead worker left; urgent first, then oldest.

    Those of accounts that are held back are left out: see `front` and `line_up`.
    """
    free = (
        or_(
            Account.sending_paused_until.is_(None),
            Account.sending_paused_until <= func.now(),
            Delivery.request_started_at.is_not(None),  # looking is no sending
        )
        & Account.throttled_until.is_(None)
        & (Account.token_state != TokenState.INVALID)
        & Account.disconnected_at.is_(None)
    )
    planned = (Delivery.state == DeliveryState.PLANNED) & _IS_DUE & free
    abandoned = (Delivery.state == DeliveryState.SENDING) & (Delivery.lease_until < func.now())
    return (
        (
            await session.execute(
                select(Delivery)
                .join(Account, Account.id == Delivery.account_id)
                .join(Draft, Draft.id == Delivery.draft_id)
                .where(planned | abandoned)
                .order_by(*_IN_ORDER)
                .limit(limit)
                .with_for_update(of=Delivery, skip_locked=True)
            )
        )
        .scalars()
        .all()
    )


async def front(session: AsyncSession, account_id: int) -> Delivery | None:
    """The account's delivery whose turn it is: urgent first, then oldest; one that is being sent counts."""
    turn = (Delivery.state == DeliveryState.SENDING) | ((Delivery.state == DeliveryState.PLANNED) & _IS_DUE)
    return (
        await session.execute(
            select(Delivery)
            .join(Draft, Draft.id == Delivery.draft_id)
            .where(Delivery.account_id == account_id, turn)
            .order_by((Delivery.state == DeliveryState.SENDING).desc(), *_IN_ORDER)
            .limit(1)
        )
    ).scalar_one_or_none()


async def line_up(session: AsyncSession, account_id: int, apart: timedelta) -> Sequence[Delivery]:
    """Give the account's waiting deliveries their turns from now on, `apart` from each other, in order.

    One that waits for a reason of its own (an undo window, a limit) keeps its time.
    """
    waiting = (
        select(Delivery.id, func.row_number().over(order_by=_IN_ORDER).label("place"))
        .join(Draft, Draft.id == Delivery.draft_id)
        .where(Delivery.account_id == account_id, Delivery.state == DeliveryState.PLANNED, _IS_DUE)
        .cte("waiting")
    )
    lined_up = await session.execute(
        update(Delivery)
        .where(Delivery.id == waiting.c.id, Delivery.state == DeliveryState.PLANNED)
        .values(
            next_attempt_at=func.now() + (waiting.c.place - 1) * literal(apart, Interval),
            error=case((Delivery.request_started_at.is_(None), None), else_=Delivery.error),
        )
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(lined_up.scalars(), key=lambda one: one.next_attempt_at or one.send_after)


async def private_replies_since(
    session: AsyncSession, account_id: int, since: datetime
) -> Sequence[datetime]:
    """When the account's private replies left since `since`, oldest first. Exact under the account's lock."""
    rows = await session.execute(
        select(Delivery.request_started_at)
        .where(
            Delivery.account_id == account_id,
            Delivery.effect == Effect.PRIVATE_REPLY,
            Delivery.sent_at.is_(None) | (Delivery.sent_at > since),  # what the index knows
            Delivery.request_started_at > since,
        )
        .order_by(Delivery.request_started_at)
    )
    return [at for (at,) in rows if at is not None]


async def said_since(
    session: AsyncSession, account_id: int, effect: Effect, since: datetime
) -> Sequence[tuple[str, datetime]]:
    """What the account said by `effect` since `since`, and when each left; newest first, at most 500."""
    rows = await session.execute(
        select(DraftVersion.text, Delivery.request_started_at)
        .join(
            DraftVersion,
            (DraftVersion.draft_id == Delivery.draft_id) & (DraftVersion.version == Delivery.draft_version),
        )
        .where(
            Delivery.account_id == account_id,
            Delivery.effect == effect,
            Delivery.sent_at.is_(None) | (Delivery.sent_at > since),
            Delivery.request_started_at > since,
        )
        .order_by(Delivery.request_started_at.desc())
        .limit(MOST_EQUAL)
    )
    return [(text, at) for text, at in rows if at is not None]


async def recent_texts(session: AsyncSession, account_id: int, since: datetime) -> Sequence[str]:
    """The account's public replies since `since`, newest first: wordings that another one should avoid."""
    said = await said_since(session, account_id, Effect.REPLY, since)
    return list(dict.fromkeys(text for text, _at in said))


async def accounts_in(session: AsyncSession, state: DeliveryState) -> Collection[int]:
    """The accounts of which a delivery stands in `state`."""
    found = await session.scalars(select(Delivery.account_id).where(Delivery.state == state).distinct())
    return found.all()


async def planned(session: AsyncSession, account_id: int) -> Sequence[Delivery]:
    """The account's deliveries that have not left."""
    found = select(Delivery).where(Delivery.account_id == account_id, Delivery.state == DeliveryState.PLANNED)
    return (await session.execute(found.order_by(Delivery.id))).scalars().all()
