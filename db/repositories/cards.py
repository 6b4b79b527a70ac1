"""Cards, and everything that one shows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Account,
    Card,
    Classification,
    Comment,
    Delivery,
    Draft,
    DraftVersion,
    EditRequest,
    Manager,
    Media,
)
from db.repositories import comments, deliveries, drafts

NONCE_BYTES = 16  # 128 bits: 22 characters of base64url, within the 64 bytes of a button


async def want(session: AsyncSession, draft: Draft, chat_id: int, thread_id: int | None = None) -> Card:
    """Note that the draft's card must be (re)drawn; makes the card when it is new."""
    statement = (
        insert(Card)
        .values(
            account_id=draft.account_id,
            draft_id=draft.id,
            nonce=secrets.token_urlsafe(NONCE_BYTES),
            chat_id=chat_id,
            thread_id=thread_id,
        )
        .on_conflict_do_update(
            index_elements=[Card.draft_id],
            set_={"wanted_rev": Card.wanted_rev + 1, "next_attempt_at": None},
        )
        .returning(Card)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one()


async def find(session: AsyncSession, nonce: str) -> Card | None:
    """The card whose buttons carry `nonce`."""
    return (await session.execute(select(Card).where(Card.nonce == nonce))).scalar_one_or_none()


async def get(session: AsyncSession, card_id: int) -> Card | None:
    """The card."""
    return (await session.execute(select(Card).where(Card.id == card_id))).scalar_one_or_none()


async def of_draft(session: AsyncSession, draft_id: int) -> Card | None:
    """The draft's card."""
    return (await session.execute(select(Card).where(Card.draft_id == draft_id))).scalar_one_or_none()


async def of_message(session: AsyncSession, chat_id: int, message_id: int) -> Card | None:
    """The card shown by a Telegram message."""
    return (
        await session.execute(select(Card).where(Card.chat_id == chat_id, Card.message_id == message_id))
    ).scalar_one_or_none()


async def claim(session: AsyncSession, card_id: int, lease: timedelta) -> Card | None:
    """Take a stale card for drawing; None when it is right already or somebody is drawing it."""
    return (
        await session.execute(
            update(Card)
            .where(
                Card.id == card_id,
                Card.rendered_rev < Card.wanted_rev,
                Card.lease_until.is_(None) | (Card.lease_until < func.now()),
            )
            .values(
                lease_token=Card.lease_token + 1,
                lease_until=func.now() + lease,
                attempts=Card.attempts + 1,
            )
            .returning(Card)
            .execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()


async def drawn(session: AsyncSession, card: Card, rev: int, **values: Any) -> Card | None:
    """Fenced: the message now shows revision `rev`. None when the lease was lost."""
    settled = {"attempts": 0, "next_attempt_at": None, "error": None, "rendered_rev": rev} | values
    return await _release(session, card, settled)


async def postpone(session: AsyncSession, card: Card, delay: timedelta, error: str | None) -> Card | None:
    """Fenced: draw again after `delay`."""
    return await _release(session, card, {"next_attempt_at": func.now() + delay, "error": error})


async def _release(session: AsyncSession, card: Card, values: dict[str, Any]) -> Card | None:
    return (
        await session.execute(
            update(Card)
            .where(Card.id == card.id, Card.lease_token == card.lease_token)
            .values(lease_until=None, **values)
            .returning(Card)
            .execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()


async def change(session: AsyncSession, card_id: int, **values: Any) -> None:
    """Set columns of a card."""
    await session.execute(update(Card).where(Card.id == card_id).values(**values))


async def move_chat(session: AsyncSession, old: int, new: int) -> None:
    """A group became a supergroup: its id changed, and its messages stayed behind."""
    await session.execute(
        update(Card)
        .where(Card.chat_id == old)
        .values(chat_id=new, message_id=None, wanted_rev=Card.wanted_rev + 1, next_attempt_at=None)
    )


async def stale(session: AsyncSession, limit: int = 500) -> Sequence[Card]:
    """Cards that should be redrawn now and that nobody is drawing."""
    return (
        (
            await session.execute(
                select(Card)
                .where(
                    Card.rendered_rev < Card.wanted_rev,
                    or_(Card.lease_until.is_(None), Card.lease_until < func.now()),
                    or_(Card.next_attempt_at.is_(None), Card.next_attempt_at <= func.now()),
                )
                .order_by(Card.id)
                .limit(limit)
            )
        )
        .scalars()
        .all()
    )


@dataclass(frozen=True, slots=True)
class CardRows:
    """Everything a card shows, as it is in one transaction."""

    card: Card
    account: Account
    draft: Draft
    comment: Comment
    media: Media | None
    classification: Classification | None
    version: DraftVersion | None
    previous: DraftVersion | None
    delivery: Delivery | None
    visibility: Delivery | None
    position: int
    decided_by: Manager | None
    claimed_by: Manager | None
    escalated_to: Manager | None


async def rows(session: AsyncSession, card: Card) -> CardRows:
    """Read what `card` shows."""
    draft = (await session.execute(select(Draft).where(Draft.id == card.draft_id))).scalar_one()
    comment = await comments.get(session, draft.comment_id)
    people = {
        manager.id: manager
        for manager in (
            await session.execute(
                select(Manager).where(
                    Manager.id.in_([draft.decided_by, draft.claimed_by, draft.escalated_to])
                )
            )
        ).scalars()
    }
    return CardRows(
        card=card,
        account=(await session.execute(select(Account).where(Account.id == draft.account_id))).scalar_one(),
        draft=draft,
        comment=comment,
        media=await comments.media_of(session, comment),
        classification=await comments.classification(session, comment.id),
        version=await drafts.version(session, draft.id, draft.version),
        previous=await drafts.version(session, draft.id, draft.version - 1),
        delivery=await deliveries.newest(session, draft.id, deliveries.WORDS),
        visibility=await deliveries.newest(session, draft.id, deliveries.VISIBILITY),
        position=len(await comments.thread(session, comment)),
        decided_by=people.get(draft.decided_by or 0),
        claimed_by=people.get(draft.claimed_by or 0),
        escalated_to=people.get(draft.escalated_to or 0),
    )


async def ask(session: AsyncSession, **values: Any) -> EditRequest:
    """Remember a message that asks a manager for a new text."""
    row = EditRequest(**values)
    session.add(row)
    await session.flush()
    return row


async def asked(session: AsyncSession, chat_id: int, message_id: int) -> EditRequest | None:
    """The question that a message of the bot asked."""
    return (
        await session.execute(
            select(EditRequest).where(EditRequest.chat_id == chat_id, EditRequest.message_id == message_id)
        )
    ).scalar_one_or_none()


async def answer_request(session: AsyncSession, request_id: int) -> None:
    """The question was answered."""
    await session.execute(
        update(EditRequest).where(EditRequest.id == request_id).values(answered_at=func.now())
    )
