"""What a press on an alert does."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, assert_never

from bot.alerts.callbacks import AlertCallback, AlertPress
from db.engine import Transaction
from db.models import Manager
from db.repositories import alerts
from services.alerts import redraw

MUTE_FOR: Final = timedelta(hours=1)  # telegram, §3.9


async def handle(tx: Transaction, manager: Manager, data: str) -> str | None:
    """Do what was pressed; the key of the toast's text. None: `data` is not of an alert.

    The caller has checked that `manager` may act, and commits.
    """
    callback = AlertCallback.parse(data)
    if callback is None:
        return None
    match callback.press:
        case AlertPress.ACKNOWLEDGE:
            alert = await alerts.acknowledge(tx.session, callback.nonce, manager.id)
            toast = "toast.alert_acknowledged"
        case AlertPress.MUTE:
            alert = await alerts.mute(tx.session, callback.nonce, MUTE_FOR)
            toast = "toast.alert_muted"
        case _:
            assert_never(callback.press)
    if alert is None:
        return "toast.alert_settled"
    redraw(tx, alert)
    return toast
