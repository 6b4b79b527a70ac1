"""Files that managers sent to the bot."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Upload
from db.models.knowledge import UploadState

NONCE_BYTES = 16


async def add(session: AsyncSession, **values: Any) -> Upload | None:
    """Note a file; None when that message's file is noted already."""
    statement = (
        insert(Upload)
        .values(nonce=secrets.token_urlsafe(NONCE_BYTES), **values)
        .on_conflict_do_nothing(index_elements=[Upload.chat_id, Upload.message_id])
        .returning(Upload)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def unread(session: AsyncSession) -> int:
    """How many files wait for the program; those that wait for a person's word burden nobody."""
    waiting = Upload.state.in_([UploadState.ASKING, UploadState.RECEIVED])
    return await session.scalar(select(func.count(Upload.id)).where(waiting, _is_ours())) or 0


async def find(session: AsyncSession, nonce: str) -> Upload | None:
    """The file whose buttons carry `nonce`."""
    return (await session.execute(select(Upload).where(Upload.nonce == nonce))).scalar_one_or_none()


async def decide(session: AsyncSession, upload: Upload, **values: Any) -> Upload | None:
    """A person's word about a file that waits for one; None when somebody was faster."""
    statement = (
        update(Upload)
        .where(Upload.id == upload.id, Upload.state == UploadState.ASKING)
        .values(attempts=0, next_attempt_at=None, error=None, **values)
        .returning(Upload)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def claim(session: AsyncSession, upload_id: int, lease: timedelta) -> Upload | None:
    """Take what the program has to do about a file; the returned row carries the fencing token."""
    statement = (
        update(Upload)
        .where(
            Upload.id == upload_id,
            _is_ours(),
            Upload.lease_until.is_(None) | (Upload.lease_until < func.now()),
            Upload.next_attempt_at.is_(None) | (Upload.next_attempt_at <= func.now()),
        )
        .values(
            lease_token=Upload.lease_token + 1,
            lease_until=func.now() + lease,
            attempts=Upload.attempts + 1,
        )
        .returning(Upload)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def renew(session: AsyncSession, upload: Upload, lease: timedelta) -> bool:
    """Prolong a running claim; False when it was lost."""
    renewed = await session.execute(
        update(Upload)
        .where(Upload.id == upload.id, Upload.lease_token == upload.lease_token)
        .where(Upload.lease_until.is_not(None))
        .values(lease_until=func.now() + lease)
        .returning(Upload.id)
        .execution_options(synchronize_session=False)
    )
    return renewed.one_or_none() is not None


async def save(session: AsyncSession, upload: Upload, **values: Any) -> Upload | None:
    """The fenced save: None when the lease was lost, and then nothing changed.

    It ends the claim unless `values` say how long the lease goes on.
    """
    settled = {"lease_until": None, "attempts": 0, "next_attempt_at": None, "error": None} | values
    statement = (
        update(Upload)
        .where(Upload.id == upload.id, Upload.lease_token == upload.lease_token)
        .values(**settled)
        .returning(Upload)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def due(session: AsyncSession, older_than: timedelta) -> Sequence[Upload]:
    """Files about which something is to be done, and nobody does it."""
    rows = await session.execute(
        select(Upload)
        .where(
            _is_ours(),
            func.coalesce(Upload.lease_until, Upload.created_at + older_than) <= func.now(),
            Upload.next_attempt_at.is_(None) | (Upload.next_attempt_at <= func.now()),
        )
        .order_by(Upload.id)
    )
    return rows.scalars().all()


def _is_ours() -> Any:
    """Open, and not waiting for a person's answer to a question that was put."""
    put = or_(Upload.state != UploadState.ASKING, Upload.question_id.is_(None))
    return Upload.told_at.is_(None) & put
