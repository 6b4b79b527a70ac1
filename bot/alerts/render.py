"""An alert as a message: what happened, how often, what to do, and who takes care. A pure function."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.utils.formatting import Bold, Text

from bot.alerts.callbacks import AlertCallback, AlertPress
from bot.markup import filled, moment, said
from bot.texts import Texts
from db.models import Alert
from db.models.alert import AlertState, Severity

UNKNOWN: Final = "?"
PARAMS: Final = (
    "account",
    "chat",
    "code",
    "comment",
    "count",
    "days",
    "draft",
    "error",
    "kind",
    "new",
    "old",
    "problem",
    "says",
    "since",
    "step",
    "subject",
    "trouble",
    "until",
    "why",
)
"""What the texts may name; what an alert does not carry reads `?`."""

LONGEST_PARAM: Final = 300  # UTF-16 units of words from outside
LONGEST_NAME: Final = 40
NEWS: Final = frozenset({"account_connected"})
"""Good news: nobody has to take care of them, and nothing is over when they end."""

_MARKS: Final = {Severity.WARNING: "🟠", Severity.CRITICAL: "🔴"}


def render(
    alert: Alert, texts: Texts, *, now: datetime, acknowledged_by: str | None = None
) -> tuple[str, InlineKeyboardMarkup | None]:
    """HTML and buttons at `now` (aware). `acknowledged_by` is the name of who takes care."""
    kind = alert.kind if texts.has(f"alert.{alert.kind}.do") else "other"
    params = _params(alert, texts, now)
    several = f"alert.{kind}.several"
    grouped = alert.count > 1 and texts.has(several)
    what = filled(texts, several if grouped else f"alert.{kind}", **params)
    news = alert.kind in NEWS
    if alert.state is AlertState.RESOLVED and not news:
        over = filled(texts, "alert.resolved", what=what)
        return "\n".join(line.as_html() for line in [over, _how_often(alert, texts, now)]), None
    lines = [
        Text("✅" if news else _MARKS[alert.severity], " ", what),
        filled(texts, "alert.next", what=filled(texts, _do(alert, kind, texts), **params)),
        _how_often(alert, texts, now),
    ]
    if alert.state is AlertState.ACKNOWLEDGED:
        who = said(acknowledged_by, LONGEST_NAME) if acknowledged_by else texts("alert.somebody")
        lines.append(filled(texts, "alert.acknowledged", who=who))
    if alert.muted_until is not None and alert.muted_until > now:
        lines.append(filled(texts, "alert.muted", until=moment(alert.muted_until, now)))
    return "\n".join(line.as_html() for line in lines), None if news else _keyboard(alert, texts, now)


def _do(alert: Alert, kind: str, texts: Texts) -> str:
    """What to do, where the cause knows more exactly than its kind."""
    exact = f"alert.{kind}.do.{alert.params.get('remedy')}"
    return exact if texts.has(exact) else f"alert.{kind}.do"


def _params(alert: Alert, texts: Texts, now: datetime) -> Mapping[str, object]:
    """Words from outside are escaped; steps and reasons are put into words where we have some."""
    given = {**alert.params, "kind": alert.kind}
    shown: dict[str, object] = dict.fromkeys(PARAMS, UNKNOWN)
    for name, value in given.items():
        if name not in shown or value in {None, ""}:
            continue
        key = {"step": f"alert.step.{value}", "why": f"card.why.{value}"}.get(name)
        worded = key is not None and texts.has(key)
        shown[name] = texts(key) if worded and key else said(str(value), LONGEST_PARAM)
    subject = "comment" if shown["draft"] == UNKNOWN else "draft"
    shown["subject"] = filled(texts, f"alert.subject.{subject}", **{subject: shown[subject]})
    shown["trouble"] = _trouble(alert, texts, shown["error"])
    for name in ("since", "until"):
        shown[name] = _moment(alert, name, now) or shown[name]
    return shown


def _trouble(alert: Alert, texts: Texts, error: object) -> Text:
    """What went wrong with the model in words; of anything else the technical name, in brackets."""
    key = f"alert.outcome.{alert.params.get('outcome')}"
    return Text(texts(key)) if texts.has(key) else filled(texts, "alert.trouble", error=error)


def _moment(alert: Alert, name: str, now: datetime) -> Text | None:
    """The time that a parameter names, an aware one in ISO 8601; None when it is not one."""
    try:
        at = datetime.fromisoformat(str(alert.params.get(name)))
    except ValueError:
        return None
    return None if at.tzinfo is None else moment(at.astimezone(UTC), now)


def _how_often(alert: Alert, texts: Texts, now: datetime) -> Text:
    at = moment(alert.last_at, now)
    if alert.count > 1:
        return filled(texts, "alert.count", count=Bold(str(alert.count)), at=at)
    return filled(texts, "alert.once", at=at)


def _keyboard(alert: Alert, texts: Texts, now: datetime) -> InlineKeyboardMarkup | None:
    """Only what would still change something."""
    row = []
    if alert.state is AlertState.OPEN:
        row.append(_button(alert, texts, AlertPress.ACKNOWLEDGE))
    if alert.muted_until is None or alert.muted_until <= now:
        row.append(_button(alert, texts, AlertPress.MUTE))
    return InlineKeyboardMarkup(inline_keyboard=[row]) if row else None


def _button(alert: Alert, texts: Texts, press: AlertPress) -> InlineKeyboardButton:
    return InlineKeyboardButton(
        text=texts(f"alert.button.{press.name.lower()}"),
        callback_data=AlertCallback(press, alert.nonce).pack(),
    )
