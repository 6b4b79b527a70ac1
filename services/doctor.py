"""Everything a silent death could hide behind, told from the rows: nothing is asked of any neighbour."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Account
from db.models.account import TokenState
from db.models.event import EventState
from db.models.llm_call import CallOutcome
from db.queue import depth
from db.repositories import accounts, inbox, vitals

TOKEN_DAYS: Final = 14  # the first alert's threshold (product, Alerts)
SILENCE: Final = timedelta(days=2)  # a shop that gets no event for so long has usually lost its webhooks
QUEUE_AGE: Final = 60.0  # seconds; a job normally starts within a few milliseconds
NEEDED: Final = frozenset({"comments"})
"""The webhook fields without which nothing arrives."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination. `key` is a text of the catalogue, `values` fill it."""

    name: str
    ok: bool
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


async def examine(session: AsyncSession, now: datetime) -> list[Finding]:
    """All findings, healthy ones too; `now` is aware."""
    return [finding async for finding in _findings(session, now)]


async def _findings(session: AsyncSession, now: datetime) -> AsyncIterator[Finding]:
    known = await accounts.every(session)
    if not known:
        yield Finding("account", ok=False, key="doctor.no_account")
    for account in known:
        yield _token(account, now)
        yield _subscription(account)
        yield _webhooks(account, now)
    test = await inbox.last_test(session)
    if test is not None:
        told = {"at": test.at, "field": test.field}
        yield Finding("webhook_test", ok=True, key="doctor.test", values=told)
    unclaimed = await vitals.events_in(session, EventState.UNCLAIMED)
    if unclaimed:
        yield Finding("unknown_account", ok=False, key="doctor.unclaimed", values={"count": unclaimed})
    quarantined = await vitals.events_in(session, EventState.QUARANTINED)
    if quarantined:
        yield Finding("quarantine", ok=False, key="doctor.quarantined", values={"count": quarantined})
    yield await _queue(session)
    letters = await vitals.dead_letters(session)
    if letters:
        yield Finding("dead_letters", ok=False, key="doctor.dead_letters", values={"count": letters})
    uncertain = await vitals.uncertain_replies(session)
    if uncertain:
        yield Finding("uncertain", ok=False, key="doctor.uncertain", values={"count": uncertain})
    yield await _model(session)


def _token(account: Account, now: datetime) -> Finding:
    name, who = "token", {"account": account.username}
    if account.disconnected_at is not None or account.token_encrypted is None:
        return Finding(name, ok=False, key="doctor.token.none", values=who)
    if account.token_state is TokenState.INVALID:
        return Finding(name, ok=False, key="doctor.token.invalid", values=who)
    if account.token_expires_at is None:
        return Finding(name, ok=True, key="doctor.token.endless", values=who)
    days = max((account.token_expires_at - now) // timedelta(days=1), 0)
    soon = days <= TOKEN_DAYS
    key = "doctor.token.soon" if soon else "doctor.token.days"
    return Finding(name, ok=not soon, key=key, values={**who, "count": days})


def _subscription(account: Account) -> Finding:
    who = {"account": account.username}
    if account.subscription_checked_at is None:
        return Finding("subscription", ok=True, key="doctor.subscription.unchecked", values=who)
    if set(account.subscribed_fields) >= NEEDED:
        return Finding("subscription", ok=True, key="doctor.subscription.there", values=who)
    return Finding("subscription", ok=False, key="doctor.subscription.missing", values=who)


def _webhooks(account: Account, now: datetime) -> Finding:
    who = {"account": account.username}
    at = account.last_event_at
    if at is None:  # a new account may not have been written to yet
        young = now - account.created_at < SILENCE
        return Finding("webhooks", ok=young, key="doctor.webhooks.never", values=who)
    silent = now - at > SILENCE
    key = "doctor.webhooks.silent" if silent else "doctor.webhooks.fresh"
    return Finding("webhooks", ok=not silent, key=key, values={**who, "at": at})


async def _queue(session: AsyncSession) -> Finding:
    ages = [age for _count, age in (await depth(session)).values()]
    oldest = max(ages, default=0.0)
    if oldest > QUEUE_AGE:
        return Finding("queue", ok=False, key="doctor.queue.late", values={"count": int(oldest // 60) or 1})
    return Finding("queue", ok=True, key="doctor.queue.flows")


async def _model(session: AsyncSession) -> Finding:
    call = await vitals.newest_call(session)
    if call is None:
        return Finding("model", ok=True, key="doctor.model.unasked")
    at, outcome, model = call
    if outcome is CallOutcome.OK:
        return Finding("model", ok=True, key="doctor.model.answers", values={"at": at, "model": model})
    return Finding("model", ok=False, key="doctor.model.fails", values={"at": at, "model": model})
