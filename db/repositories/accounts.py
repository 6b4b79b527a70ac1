"""Accounts and their policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Account, Alert, Card, Policy
from db.models.account import PolicyMode
from db.models.alert import AlertState


async def get(session: AsyncSession, account_id: int) -> Account:
    """The account; raises NoResultFound when there is none."""
    return (await session.execute(select(Account).where(Account.id == account_id))).scalar_one()


async def find(session: AsyncSession, instagram_id: str) -> Account | None:
    """The account that webhooks call `instagram_id`."""
    return (
        await session.execute(select(Account).where(Account.instagram_id == instagram_id))
    ).scalar_one_or_none()


async def locked(session: AsyncSession, account_id: int) -> Account:
    """The account as it is now; nobody changes it before this transaction ends."""
    statement = select(Account).where(Account.id == account_id).with_for_update()
    return (await session.execute(statement.execution_options(populate_existing=True))).scalar_one()


async def every(session: AsyncSession) -> Sequence[Account]:
    """All accounts, oldest first."""
    return (await session.execute(select(Account).order_by(Account.id))).scalars().all()


async def connect(
    session: AsyncSession,
    instagram_id: str,
    *,
    username: str,
    chat_id: int | None,
    locale: str,
    **values: Any,
) -> Account:
    """Insert the account with its chat, or refresh its name and token."""
    refreshed = {"username": username} | values
    statement = (
        insert(Account)
        .values(instagram_id=instagram_id, locale=locale, chat_id=chat_id, **refreshed)
        .on_conflict_do_update(index_elements=[Account.instagram_id], set_=refreshed)
        .returning(Account)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one()


async def change(session: AsyncSession, account_id: int, **values: Any) -> None:
    """Set columns of one account."""
    await session.execute(update(Account).where(Account.id == account_id).values(**values))


async def heard(session: AsyncSession, account_id: int, at: datetime) -> None:
    """A webhook about the account arrived at `at`; an older one changes nothing."""
    newest = func.greatest(Account.last_event_at, at)
    await session.execute(update(Account).where(Account.id == account_id).values(last_event_at=newest))


async def prefer(session: AsyncSession, account_id: int, **values: Any) -> None:
    """Set single preferences; the others stay as they are."""
    await session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(preferences=Account.preferences.op("||")(literal(values, JSONB)))
    )


async def move_chat(session: AsyncSession, old: int, new: int) -> bool:
    """A group became a supergroup: its id changed. Of several tellings only the first finds it there."""
    moved = await session.execute(
        update(Account).where(Account.chat_id == old).values(chat_id=new).returning(Account.id)
    )
    return bool(moved.all())


async def bring_to(session: AsyncSession, account_id: int, chat_id: int) -> None:
    """Show the account's cards and open alerts in another chat; its messages stay behind in the old one."""
    await change(session, account_id, chat_id=chat_id)
    await session.execute(
        update(Card)
        .where(Card.account_id == account_id, Card.chat_id != chat_id)
        .values(
            chat_id=chat_id,
            thread_id=None,
            message_id=None,
            wanted_rev=Card.wanted_rev + 1,
            next_attempt_at=None,
        )
    )
    await session.execute(
        update(Alert)
        .where(
            Alert.account_id == account_id,
            Alert.state != AlertState.RESOLVED,
            Alert.chat_id.is_distinct_from(chat_id),
        )
        .values(chat_id=chat_id, message_id=None, wanted_rev=Alert.wanted_rev + 1, next_attempt_at=None)
    )


async def pause_sending(session: AsyncSession, account_id: int, until: datetime | None) -> None:
    """Hold all deliveries of an account back until `until`; None lets them go."""
    await change(session, account_id, sending_paused_until=until)


async def policy_mode(session: AsyncSession, account_id: int, category: str, language: str) -> PolicyMode:
    """The mode for a category: the language's own line wins over `*`; `suggest` where none is set."""
    mode = await session.scalar(
        select(Policy.mode)
        .where(
            Policy.account_id == account_id,
            Policy.category == category,
            Policy.language.in_([language, "*"]),
        )
        .order_by(Policy.language == "*")
        .limit(1)
    )
    return mode or PolicyMode.SUGGEST
