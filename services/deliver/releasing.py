"""Holding an account's deliveries back for its troubles, and letting them go again, in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from db.engine import Transaction
from db.life.delivery import DeliveryState
from db.models import Account, Delivery
from db.models.account import TokenState
from db.models.alert import Severity
from db.repositories import accounts, deliveries
from services.alerts import raise_alert, resolve_alert
from services.deliver.confirming import redraw
from services.deliver.planning import wake
from services.work.backoff import backoff

APART: Final = timedelta(seconds=1)
"""Between what leaves after a hold: some eighty calls in ninety seconds were throttled (datasheet, §5.1)."""
FIRST_WAIT: Final = 60.0  # seconds, where no header states the wait (datasheet, §5.3)
LONGEST_WAIT: Final = 2880.0  # with its jitter an hour
THROTTLES: Final = "throttles"
"""The preference that counts how often in a row the account was told to wait."""


def held_back(account: Account, delivery: Delivery, now: datetime) -> bool:
    """Whether nothing may be asked of Instagram for this delivery at `now` (aware).

    A pause for policy stops sending only; looking what became of a request goes on.
    """
    if account.token_state is TokenState.INVALID or account.disconnected_at is not None:
        return True
    if account.throttled_until is not None and account.throttled_until > now:
        return True
    paused = account.sending_paused_until is not None and account.sending_paused_until > now
    return paused and delivery.request_started_at is None


async def release(tx: Transaction, account_id: int) -> None:
    """What waits for no reason of its own leaves now, urgent first, then oldest; the cards say so."""
    lined_up = await deliveries.line_up(tx.session, account_id, APART)
    for place, delivery in enumerate(lined_up):
        wake(tx, delivery, place * APART)
        await redraw(tx, delivery)


async def pause_sending(tx: Transaction, account: Account, pause: timedelta, says: str) -> None:
    """Meta holds the account back: nothing of it is sent for a while, and people are told until when."""
    until = datetime.now(UTC) + pause
    await accounts.pause_sending(tx.session, account.id, until)
    await raise_alert(
        tx,
        "sending_paused",
        account.instagram_id,
        severity=Severity.CRITICAL,
        account_id=account.id,
        account=account.username,
        until=until.isoformat(),
        says=says,
    )
    for delivery in await deliveries.planned(tx.session, account.id):
        await redraw(tx, delivery)


async def resume_sending(tx: Transaction, account: Account) -> None:
    """The pause is over, by its time or by a person's word."""
    await accounts.pause_sending(tx.session, account.id, None)
    await resolve_alert(tx, "sending_paused", account.instagram_id)
    await release(tx, account.id)


async def throttle(tx: Transaction, account_id: int, asked: float | None) -> None:
    """Instagram tells the account to wait, `asked` seconds or as long as we think; people are told once.

    Calls that were under way together are told together: they count as one.
    """
    account = await accounts.locked(tx.session, account_id)
    now = datetime.now(UTC)
    wait = timedelta(seconds=asked) if asked else None
    if account.throttled_until is not None and account.throttled_until > now:
        if wait is None or now + wait <= account.throttled_until:
            return
    else:
        times = int(account.preferences.get(THROTTLES) or 0) + 1
        await accounts.prefer(tx.session, account.id, **{THROTTLES: times})
        wait = wait or backoff(times, first=FIRST_WAIT, factor=2.0, longest=LONGEST_WAIT)
    until = now + wait
    await accounts.change(tx.session, account.id, throttled_until=until)
    await raise_alert(
        tx,
        "instagram_throttled",
        account.instagram_id,
        account_id=account.id,
        account=account.username,
        until=until.isoformat(),
    )


async def throttle_over(tx: Transaction, account: Account) -> None:
    """Instagram takes calls of the account again: the others follow the one that found out."""
    await accounts.change(tx.session, account.id, throttled_until=None)
    await accounts.prefer(tx.session, account.id, **{THROTTLES: None})
    await resolve_alert(tx, "instagram_throttled", account.instagram_id)
    await release(tx, account.id)


async def try_again(tx: Transaction, account: Account) -> None:
    """The wait is over: the first in order goes alone, to see; with nothing to send all is well again."""
    first = await deliveries.front(tx.session, account.id)
    if first is not None and first.state is DeliveryState.PLANNED:
        wake(tx, first)
    elif first is None and not await deliveries.planned(tx.session, account.id):
        await throttle_over(tx, account)
