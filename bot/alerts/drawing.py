"""The handler of `Step.RENDER_ALERT`: bring an alert's message to its wanted revision.

An alert rings once; whatever follows edits that message. Nothing here raises alerts: an alert about a chat
that cannot be reached must not make more of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from aiogram.types import InlineKeyboardMarkup

from bot.alerts.render import render
from bot.alerts.router import MUTE_FOR
from bot.cards.moving import follow
from bot.outgoing import (
    ChatLost,
    ChatMoved,
    MessageLost,
    Outgoing,
    Postponed,
    Undelivered,
)
from bot.texts import texts
from db.engine import Database, Transaction
from db.models import Alert
from db.models.alert import AlertState
from db.queue import Job, Step
from db.repositories import accounts, alerts, managers
from services.alerts import ALERT_PRIORITY
from services.options import Options
from services.work.backoff import backoff

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=15)  # as for cards: longer than the call and the save, never renewed
PAUSE: Final = timedelta(seconds=10)
"""Between two edits for repetitions of one cause; kept in the row as `next_attempt_at`."""
SPREAD: Final = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class _Work:
    """One claim: where and what."""

    alert: Alert
    chat_id: int
    html: str
    keyboard: InlineKeyboardMarkup | None


class AlertDrawer:
    """Draws alerts in their chat, or with the owner when the chat is out of reach."""

    def __init__(self, db: Database, outgoing: Outgoing, options: Options, owner_id: int | None) -> None:
        self._db = db
        self._outgoing = outgoing
        self._options = options
        self._owner_id = owner_id

    async def __call__(self, alert_id: int | None) -> None:
        """Draw one alert, if it is not right already."""
        work = await self._claim(alert_id or 0)
        if work is None:
            return
        try:
            message_id = await self._show(work)
        except Undelivered as error:
            log.info("alert_not_drawn", alert=work.alert.id, error=type(error).__name__)
            await self._undelivered(work, error)
        else:
            await self._drawn(work, message_id)

    async def _claim(self, alert_id: int) -> _Work | None:
        now = datetime.now(UTC)
        async with self._db.transaction() as tx:
            alert = await alerts.claim(tx.session, alert_id, max(self._options.lease, LEASE))
            if alert is None:
                return None
            if _is_muted(alert, now):
                await _settled(tx, alert)
                return None
            wait = _too_soon(alert, now)
            if wait:
                await _hold(tx, alert, wait)
                return None
            if alert.state is AlertState.RESOLVED and alert.message_id is None:
                await _settled(tx, alert)  # over before anybody was told
                return None
            html, keyboard = render(
                alert,
                texts(await self._locale(tx, alert)),
                now=now,
                acknowledged_by=await _name(tx, alert.acknowledged_by),
            )
            return _Work(alert, await self._chat(tx, alert), html, keyboard)

    async def _chat(self, tx: Transaction, alert: Alert) -> int:
        """Where the alert is, or else its account's chat, or else the installation's."""
        if alert.chat_id is not None:
            return alert.chat_id
        chat_id = None
        if alert.account_id is not None:
            chat_id = (await accounts.get(tx.session, alert.account_id)).chat_id
        return chat_id or self._options.chat_id

    async def _locale(self, tx: Transaction, alert: Alert) -> str:
        if alert.account_id is None:
            return self._options.locale
        return (await accounts.get(tx.session, alert.account_id)).locale

    async def _show(self, work: _Work) -> int:
        message_id = work.alert.message_id
        if message_id is None:
            return await self._outgoing.send(work.chat_id, work.html, keyboard=work.keyboard)
        await self._outgoing.edit(work.chat_id, message_id, work.html, keyboard=work.keyboard)
        return message_id

    async def _drawn(self, work: _Work, message_id: int) -> None:
        async with self._db.transaction() as tx:
            saved = await _settled(tx, work.alert, chat_id=work.chat_id, message_id=message_id)
            if saved is not None and saved.wanted_rev > saved.rendered_rev:
                _again(tx, saved)
        if saved is None and work.alert.message_id is None:
            await self._outgoing.delete(work.chat_id, message_id)  # somebody else's is the right one

    async def _undelivered(self, work: _Work, error: Undelivered) -> None:
        alert = work.alert
        async with self._db.transaction() as tx:
            match error:
                case Postponed():
                    spread = timedelta(seconds=random.uniform(0.0, SPREAD))  # noqa: S311 - hides nothing
                    await _later(tx, alert, error.delay + spread, error)
                case MessageLost():
                    await _now(tx, alert, message_id=None)
                case ChatMoved():
                    await follow(tx, work.chat_id, error.new_chat_id)
                    await _now(tx, alert, chat_id=error.new_chat_id, message_id=None)
                case ChatLost() if self._owner_id is not None and work.chat_id != self._owner_id:
                    await _now(tx, alert, chat_id=self._owner_id, message_id=None)
                case ChatLost():
                    log.error("alert_reached_nobody", alert=alert.id, kind=alert.kind)
                    # The next repetition tries the chat again.
                    await _settled(tx, alert, chat_id=None, message_id=None)
                case _:
                    log.error("alert_refused", alert=alert.id, kind=alert.kind, error=type(error).__name__)
                    delay = backoff(alert.attempts, first=5.0, factor=2.0, longest=600.0)
                    await _later(tx, alert, delay, error)


def _looked_at(alert: Alert) -> datetime | None:
    """When the alert was last shown, or looked at and left as it was."""
    return None if alert.next_attempt_at is None else alert.next_attempt_at - PAUSE


def _is_repetition(alert: Alert) -> bool:
    """Whether the cause happened again since then; otherwise a person or a recovery changed the alert."""
    looked_at = _looked_at(alert)
    return looked_at is not None and alert.last_at > looked_at


def _is_muted(alert: Alert, now: datetime) -> bool:
    """A muted alert counts on silently. That it is muted, taken care of or over is still shown."""
    if alert.muted_until is None or alert.muted_until <= now or alert.state is AlertState.RESOLVED:
        return False
    looked_at = _looked_at(alert)
    mute_shown = looked_at is not None and looked_at >= alert.muted_until - MUTE_FOR
    return mute_shown and _is_repetition(alert)


def _too_soon(alert: Alert, now: datetime) -> timedelta:
    """How long a repetition must wait; what a person did, or the end of the trouble, is shown at once."""
    if alert.next_attempt_at is None or alert.state is AlertState.RESOLVED or not _is_repetition(alert):
        return timedelta()
    return max(alert.next_attempt_at - now, timedelta())


async def _settled(tx: Transaction, alert: Alert, **values: Any) -> Alert | None:
    """Fenced: nothing more to draw of this revision."""
    not_before = datetime.now(UTC) + PAUSE
    return await alerts.drawn(tx.session, alert, alert.wanted_rev, next_attempt_at=not_before, **values)


async def _hold(tx: Transaction, alert: Alert, wait: timedelta) -> None:
    """Draw when the pause is over: one job for all repetitions until then."""
    saved = await alerts.postpone(tx.session, alert, wait, None)
    if saved is not None:
        due = round((alert.next_attempt_at or alert.last_at).timestamp())
        _again(tx, saved, after=wait, key=f"alert:{alert.id}:at:{due}")


async def _later(tx: Transaction, alert: Alert, delay: timedelta, error: Undelivered) -> None:
    saved = await alerts.postpone(tx.session, alert, delay, type(error).__name__)
    if saved is not None:
        _again(tx, saved, after=delay)


async def _now(tx: Transaction, alert: Alert, **values: Any) -> None:
    """Give the claim back with `values`, still to be drawn."""
    saved = await alerts.drawn(tx.session, alert, alert.rendered_rev, **values)
    if saved is not None:
        _again(tx, saved)


def _again(tx: Transaction, alert: Alert, *, after: timedelta | None = None, key: str | None = None) -> None:
    """Queue another drawing, under a key of this claim's own where none is given."""
    key = key or f"alert:{alert.id}:{alert.wanted_rev}:{alert.lease_token}"
    tx.enqueue(Job(Step.RENDER_ALERT, alert.id, key=key, after=after, priority=ALERT_PRIORITY))


async def _name(tx: Transaction, manager_id: int | None) -> str | None:
    if manager_id is None:
        return None
    return (await managers.names(tx.session, [manager_id])).get(manager_id)
