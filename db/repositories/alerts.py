"""Alerts."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Alert
from db.models.alert import AlertState, Severity

NONCE_BYTES = 16


async def raise_(
    session: AsyncSession,
    fingerprint: str,
    *,
    kind: str,
    severity: Severity,
    params: dict[str, Any],
    account_id: int | None = None,
    chat_id: int | None = None,
) -> Alert:
    """Open an alert, or count one more for the same cause."""
    statement = (
        insert(Alert)
        .values(
            fingerprint=fingerprint,
            kind=kind,
            severity=severity,
            params=params,
            account_id=account_id,
            chat_id=chat_id,
            nonce=secrets.token_urlsafe(NONCE_BYTES),
        )
        .on_conflict_do_update(
            index_elements=[Alert.fingerprint],
            # In words: as a parameter it would no longer match the partial index in a generic plan.
            index_where=text("state <> 'resolved'"),
            set_={
                "count": Alert.count + 1,
                "last_at": func.now(),
                "params": params,
                "wanted_rev": Alert.wanted_rev + 1,
            },
        )
        .returning(Alert)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one()


async def resolve(session: AsyncSession, fingerprint: str) -> Alert | None:
    """The cause is gone; None when no alert was open."""
    return await _change(
        session,
        Alert.fingerprint == fingerprint,
        Alert.state != AlertState.RESOLVED,
        state=AlertState.RESOLVED,
        wanted_rev=Alert.wanted_rev + 1,
    )


async def resolve_kind(
    session: AsyncSession, kind: str, quiet_for: timedelta, sparing: Collection[int] = ()
) -> Sequence[Alert]:
    """Resolve the open alerts of a kind that were last raised before `quiet_for` ago.

    Those of the accounts in `sparing` stay.
    """
    resolved = await session.execute(
        update(Alert)
        .where(
            Alert.kind == kind,
            Alert.state != AlertState.RESOLVED,
            Alert.last_at <= func.now() - quiet_for,
            or_(Alert.account_id.is_(None), Alert.account_id.not_in(sparing)),
        )
        .values(state=AlertState.RESOLVED, wanted_rev=Alert.wanted_rev + 1)
        .returning(Alert)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return resolved.scalars().all()


async def acknowledge(session: AsyncSession, nonce: str, manager_id: int) -> Alert | None:
    """Somebody takes care; None when it is acknowledged or resolved already."""
    return await _change(
        session,
        Alert.nonce == nonce,
        Alert.state == AlertState.OPEN,
        state=AlertState.ACKNOWLEDGED,
        acknowledged_by=manager_id,
        wanted_rev=Alert.wanted_rev + 1,
    )


async def mute(session: AsyncSession, nonce: str, duration: timedelta) -> Alert | None:
    """Count on, but leave the message alone for `duration`."""
    return await _change(
        session,
        Alert.nonce == nonce,
        Alert.state != AlertState.RESOLVED,
        muted_until=func.now() + duration,
        wanted_rev=Alert.wanted_rev + 1,
    )


async def claim(session: AsyncSession, alert_id: int, lease: timedelta) -> Alert | None:
    """Take a stale alert for drawing; None when it is right already or in other hands."""
    return await _change(
        session,
        Alert.id == alert_id,
        Alert.rendered_rev < Alert.wanted_rev,
        or_(Alert.lease_until.is_(None), Alert.lease_until < func.now()),
        lease_token=Alert.lease_token + 1,
        lease_until=func.now() + lease,
        attempts=Alert.attempts + 1,
    )


async def drawn(session: AsyncSession, alert: Alert, rev: int, **values: Any) -> Alert | None:
    """Fenced: the message now shows revision `rev`."""
    return await _change(
        session,
        Alert.id == alert.id,
        Alert.lease_token == alert.lease_token,
        **({"rendered_rev": rev, "attempts": 0, "next_attempt_at": None, "error": None} | values),
        lease_until=None,
    )


async def postpone(session: AsyncSession, alert: Alert, delay: timedelta, error: str | None) -> Alert | None:
    """Fenced: draw again after `delay`."""
    return await _change(
        session,
        Alert.id == alert.id,
        Alert.lease_token == alert.lease_token,
        lease_until=None,
        next_attempt_at=func.now() + delay,
        error=error,
    )


async def move_chat(session: AsyncSession, old: int, new: int) -> None:
    """A group became a supergroup: its id changed, and its messages stayed behind."""
    await session.execute(
        update(Alert)
        .where(Alert.chat_id == old, Alert.state != AlertState.RESOLVED)
        .values(chat_id=new, message_id=None, wanted_rev=Alert.wanted_rev + 1, next_attempt_at=None)
    )


async def stale(session: AsyncSession, limit: int = 100) -> Sequence[Alert]:
    """Alerts whose message should be redrawn now."""
    return (
        (
            await session.execute(
                select(Alert)
                .where(
                    Alert.rendered_rev < Alert.wanted_rev,
                    or_(Alert.lease_until.is_(None), Alert.lease_until < func.now()),
                    or_(Alert.next_attempt_at.is_(None), Alert.next_attempt_at <= func.now()),
                )
                .order_by(Alert.id)
                .limit(limit)
            )
        )
        .scalars()
        .all()
    )


async def open_alerts(session: AsyncSession) -> Sequence[Alert]:
    """What is wrong now, newest first."""
    return (
        (
            await session.execute(
                select(Alert).where(Alert.state != AlertState.RESOLVED).order_by(Alert.last_at.desc())
            )
        )
        .scalars()
        .all()
    )


async def _change(session: AsyncSession, *conditions: Any, **values: Any) -> Alert | None:
    return (
        await session.execute(
            update(Alert)
            .where(*conditions)
            .values(**values)
            .returning(Alert)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
    ).scalar_one_or_none()
