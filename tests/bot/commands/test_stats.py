"""`/stats`: every figure with words, honest about what is not known."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.cards.callbacks import Press
from bot.commands.durations import spell
from bot.commands.stats import _table
from bot.texts import texts
from db.models import LlmCall
from db.models.comment import Category
from db.models.decision import Action
from db.models.llm_call import CallOutcome, Purpose
from services.stats import Figures, Period
from tests.bot.builders import OLGA, a_card, an_account
from tests.bot.conftest import World

NBSP = "\N{NO-BREAK SPACE}"
DAY = datetime(2026, 11, 20, tzinfo=UTC).date()


def figures(
    *,
    cost: Decimal | None = None,
    unpriced: int = 0,
    median: float | None = None,
    p90: float | None = None,
) -> Figures:
    return Figures(
        period=Period(DAY, DAY, ZoneInfo("Europe/Moscow")),
        received=12_345,
        categories={Category.QUESTION: 3, Category.PRAISE: 9},
        decisions={Action.APPROVE: 8, Action.EDIT: 2, Action.DENIED: 4},
        approved_unchanged=5,
        sent=7,
        reaction_median=median,
        reaction_p90=p90,
        waiting=1,
        tokens_in=1_200_000,
        tokens_out=900,
        cost_usd=cost,
        unpriced_calls=unpriced,
    )


def test_figures_stand_in_line_with_their_words() -> None:
    table = _table(texts("ru"), figures(median=75, p90=5400), None)
    body = table.split("<pre>")[1].removesuffix("</pre>")
    rows = [line for line in body.split("\n") if line]
    assert len({len(row) for row in rows}) == 1
    assert max(len(row) for row in rows) <= 36  # what a phone shows without wrapping
    assert f"12{NBSP}345" in body
    assert "1 мин 15 с" in body
    assert "1 ч 30 мин" in body
    assert body.index("Похвала") < body.index("Вопрос")


def test_presses_of_strangers_are_no_figure() -> None:
    assert "denied" not in _table(texts("en"), figures(), None)


@pytest.mark.parametrize(
    ("cost", "unpriced", "present", "absent"),
    [
        (None, 3, ["Calls, price unknown", "3"], ["$"]),
        (Decimal("0.42"), 3, ["$0.42", "Calls, price unknown"], []),
        (Decimal("0.42"), 0, ["$0.42"], ["unknown"]),
        (Decimal("0.00042"), 0, ["$0.0004"], []),
        (None, 0, ["$0.00"], ["unknown"]),
    ],
)
def test_an_unknown_price_is_not_called_zero(
    cost: Decimal | None, unpriced: int, present: list[str], absent: list[str]
) -> None:
    table = _table(texts("en"), figures(cost=cost, unpriced=unpriced), None)
    assert all(part in table for part in present)
    assert not any(part in table for part in absent)


def test_no_decisions_is_said_and_not_shown_as_a_time() -> None:
    assert "no decisions" in _table(texts("en"), figures(), None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3659, "1 h"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_length_of_time_has_two_units_at_most(seconds: float, words: str) -> None:
    assert spell(texts("en"), seconds) == words


async def test_what_happened_today_is_counted(world: World) -> None:
    seed = await world.card()
    await world.card()
    await world.tap(OLGA, seed, seed.data(Press.APPROVE))
    async with world.db.transaction() as tx:
        tx.session.add(
            LlmCall(
                account_id=seed.account.id,
                purpose=Purpose.ANSWER,
                model="m",
                prompt_version="1",
                input_tokens=1000,
                output_tokens=50,
                latency_ms=1,
                outcome=CallOutcome.OK,
            )
        )
    await world.write(OLGA, "/stats")
    await world.pump()
    lines = (await world.said("📊"))["text"].splitlines()
    shown = {line[:24].strip(): line.split()[-1] for line in lines if line}
    assert shown["Получено комментариев"] == "2"
    assert shown["Ждут решения сейчас"] == "1"
    assert shown["Одобрено"] == "1"
    assert shown["из них без правок"] == "1"
    assert shown["Вызовы, цена неизвестна"] == "1"


async def test_one_account_is_counted_alone(world: World) -> None:
    await world.card()
    second = await an_account(world.db, world.group, "second_shop")
    await a_card(world.db, world.group, account=second)
    for words, whose, count in (
        ("", "все аккаунты", 2),
        ("@second_shop", "@second_shop", 1),
        ("7d @shop_main", "@shop_main", 1),
    ):
        await world.write(OLGA, f"/stats {words}")
        await world.pump()
        lines = (await world.messages())[-1]["text"].splitlines()
        assert lines[0].endswith(whose)
        assert lines[1].split()[-1] == str(count)


async def test_a_group_of_some_accounts_sees_one_table_for_each(world: World) -> None:
    await world.card()
    await an_account(world.db, world.group, "second_shop")
    await an_account(world.db, -1005, "foreign_shop")
    await world.write(OLGA, "/stats 2026-11-01..2026-11-15")
    await world.pump()
    text = (await world.said("📊"))["text"]
    assert text.count("📊 01.11.2026 – 15.11.2026") == 2
    assert "foreign_shop" not in text
