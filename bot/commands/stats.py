"""`/stats`: the figures of a period as a table that fits on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bot.commands.categories import name_of
from bot.commands.durations import spell
from bot.commands.parsing import WrongUse
from bot.commands.scope import Asked
from bot.texts import Texts
from db.models import Account
from db.models.decision import Action
from db.repositories import accounts
from services.stats import Figures, Period, PeriodUnknown, collect

_CENT = 2
_FINE = 4  # digits after the point for amounts below a cent

_DECISIONS = (
    Action.EDIT,
    Action.REGENERATE,
    Action.REJECT,
    Action.ESCALATE,
    Action.DONE,
    Action.HIDE,
    Action.UNDO,
)

Line = tuple[str, str]


async def stats(asked: Asked) -> str:
    """One table, or one per account where a chat has several of many. Raises WrongUse."""
    period, account = _read(asked)
    shown: Sequence[Account | None] = [account]
    if account is None and len(asked.accounts) < len(await accounts.every(asked.tx.session)):
        shown = asked.accounts
    tables = []
    for one in shown:
        figures = await collect(asked.tx.session, period, one.id if one else None)
        tables.append(_table(asked.texts, figures, one))
    return "\n".join(tables)


def _read(asked: Asked) -> tuple[Period, Account | None]:
    names = [word for word in asked.words if word.startswith("@")]
    periods = [word for word in asked.words if not word.startswith("@")]
    if len(names) > 1 or len(periods) > 1:
        raise WrongUse
    today = asked.now.astimezone(asked.zone).date()
    try:
        period = Period.parse(periods[0].lower() if periods else "", today, asked.zone)
    except PeriodUnknown:
        raise WrongUse from None
    return period, asked.account(names[0]) if names else None


def _table(texts: Texts, figures: Figures, account: Account | None) -> str:
    period = figures.period
    days = f"{period.first:%d.%m.%Y}"
    if period.last != period.first:
        days += f" – {period.last:%d.%m.%Y}"
    whose = texts("command.stats.all") if account is None else f"@{escape(account.username)}"
    groups = [_volumes, _verdicts, _speed, _categories, _model]
    blocks = [lines for group in groups if (lines := group(texts, figures))]
    width = max(len(label) + 2 + len(value) for lines in blocks for label, value in lines)
    body = "\n\n".join(
        "\n".join(f"{label}{value.rjust(width - len(label))}" for label, value in lines) for lines in blocks
    )
    return f"📊 <b>{days}</b> · {whose}\n<pre>{escape(body)}</pre>"


def _volumes(texts: Texts, figures: Figures) -> list[Line]:
    return [
        (texts("command.stats.received"), _number(figures.received)),
        (texts("command.stats.sent"), _number(figures.sent)),
        (texts("command.stats.waiting"), _number(figures.waiting)),
    ]


def _verdicts(texts: Texts, figures: Figures) -> list[Line]:
    lines = [
        (texts("command.stats.decided.approve"), _number(figures.decisions.get(Action.APPROVE, 0))),
        (texts("command.stats.unchanged"), _number(figures.approved_unchanged)),
    ]
    lines += [
        (texts(f"command.stats.decided.{action}"), _number(figures.decisions[action]))
        for action in _DECISIONS
        if figures.decisions.get(action)
    ]
    return lines


def _speed(texts: Texts, figures: Figures) -> list[Line]:
    if figures.reaction_median is None or figures.reaction_p90 is None:
        return [(texts("command.stats.median"), texts("command.stats.nothing"))]
    return [
        (texts("command.stats.median"), spell(texts, figures.reaction_median)),
        (texts("command.stats.p90"), spell(texts, figures.reaction_p90)),
    ]


def _categories(texts: Texts, figures: Figures) -> list[Line]:
    ranked = sorted(figures.categories.items(), key=lambda item: (-item[1], item[0].value))
    return [(name_of(texts, category), _number(count)) for category, count in ranked]


def _model(texts: Texts, figures: Figures) -> list[Line]:
    lines = [
        (texts("command.stats.tokens_in"), _number(figures.tokens_in)),
        (texts("command.stats.tokens_out"), _number(figures.tokens_out)),
    ]
    if figures.cost_usd is not None or not figures.unpriced_calls:
        cost = figures.cost_usd or 0
        digits = _CENT if not cost or round(cost, _CENT) else _FINE
        lines.append((texts("command.stats.cost"), f"${cost:.{digits}f}"))
    if figures.unpriced_calls:  # unknown is not zero
        lines.append((texts("command.stats.unpriced"), _number(figures.unpriced_calls)))
    return lines


def _number(count: int) -> str:
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")
