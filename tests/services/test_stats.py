"""The figures of `/stats`, counted by hand beside the rows they come from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.models import Account, Comment, Decision, Delivery, Draft, LlmCall
from db.models.comment import Category
from db.models.decision import Action
from db.models.draft import DraftOrigin
from db.models.llm_call import CallOutcome, Purpose
from db.repositories import drafts
from services.stats import Figures, Period, PeriodUnknown, collect
from tests.building import IVAN, OLGA, a_comment, an_account, classified, people

MOSCOW = ZoneInfo("Europe/Moscow")
TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 9, tzinfo=UTC)  # twelve in Moscow


def period(words: str) -> Period:
    return Period.parse(words, TODAY, MOSCOW)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("", TODAY, TODAY),
        ("today", TODAY, TODAY),
        ("1d", TODAY, TODAY),
        ("7d", date(2026, 11, 14), TODAY),
        ("366d", date(2025, 11, 20), TODAY),
        ("2026-11-01..2026-11-15", date(2026, 11, 1), date(2026, 11, 15)),
        ("2026-11-01..2026-11-01", date(2026, 11, 1), date(2026, 11, 1)),
    ],
)
def test_a_period_is_whole_days(words: str, first: date, last: date) -> None:
    asked = period(words)

    assert (asked.first, asked.last) == (first, last)
    start, end = asked.span
    assert start == datetime.combine(first, datetime.min.time(), MOSCOW)
    assert end - start == timedelta(days=(last - first).days + 1)
    assert start.tzinfo is UTC


@pytest.mark.parametrize(
    "words",
    [
        "yesterday",
        "0d",
        "367d",
        "-1d",
        "²d",
        "d",
        "7",
        "2026-11-15..2026-11-01",
        "2025-11-01..2026-11-15",
        "2026-11-01",
        "2026-11-01..2026-11-02..2026-11-03",
        "2026-02-30..2026-03-01",
        "..",
        "0001-01-01..0001-01-02",
        "9999-12-30..9999-12-31",
        "9" * 5000 + "d",
    ],
)
def test_other_words_are_refused_with_an_explanation(words: str) -> None:
    with pytest.raises(PeriodUnknown, match="today"):
        period(words)


def test_a_day_of_the_clocks_change_has_its_own_length() -> None:
    start, end = Period.parse("2026-03-29..2026-03-29", TODAY, ZoneInfo("Europe/Berlin")).span

    assert end - start == timedelta(hours=23)


async def a_draft(tx: Transaction, comment: Comment, origin: DraftOrigin = DraftOrigin.MODEL) -> Draft:
    draft = await drafts.open_for(tx.session, comment, version=1)
    await drafts.add_version(tx.session, draft, 1, text="Да", language="ru", origin=origin)
    return draft


def decision(draft: Draft, action: Action, at: datetime, **values: Any) -> Decision:
    given = {
        "account_id": draft.account_id,
        "comment_id": draft.comment_id,
        "draft_id": draft.id,
        "rev": 1,
        "actor_id": OLGA.id,
        "actor_name": OLGA.name,
        "action": action,
        "from_state": "pending",
        "to_state": "approved",
        "draft_version": 1,
        "created_at": at,
    }
    return Decision(**(given | values))


def call(account: Account, at: datetime, cost: str | None, tokens: int | None = 100) -> LlmCall:
    return LlmCall(
        account_id=account.id,
        purpose=Purpose.ANSWER,
        model="m",
        prompt_version="1",
        input_tokens=tokens,
        output_tokens=10 if tokens else None,
        cost_usd=Decimal(cost) if cost else None,
        latency_ms=5,
        outcome=CallOutcome.OK,
        created_at=at,
    )


async def a_day(tx: Transaction) -> Account:
    """Five comments of two accounts on the day, one before and one after it."""
    await people(tx)
    account = await an_account(tx)
    other = await an_account(tx, "17841400000000002")
    start, end = period("today").span

    one = await a_comment(tx, account, "1", created_at=start)
    two = await a_comment(tx, account, "2", created_at=NOON)
    three = await a_comment(tx, account, "3", created_at=end - timedelta(microseconds=1))
    await a_comment(tx, account, "4", created_at=NOON, state=CommentState.OWN)
    early = await a_comment(tx, account, "5", created_at=start - timedelta(microseconds=1))
    await a_comment(tx, account, "6", created_at=end)
    foreign = await a_comment(tx, other, "7", created_at=NOON)

    await classified(tx, one, category=Category.QUESTION)
    await classified(tx, two, category=Category.PRAISE)
    await classified(tx, two, category=Category.COMPLAINT)  # corrected: the newest counts
    await classified(tx, three, category=Category.QUESTION)
    await classified(tx, early, category=Category.SPAM)
    await classified(tx, foreign, category=Category.TOXIC)

    first, second, third = await a_draft(tx, one), await a_draft(tx, two, DraftOrigin.MANAGER), None
    third, fourth = await a_draft(tx, three), await a_draft(tx, foreign)
    past = await a_draft(tx, early)
    approved = decision(first, Action.APPROVE, start + timedelta(seconds=100))
    tx.session.add_all(
        [
            approved,
            decision(first, Action.APPROVE, start + timedelta(seconds=900)),  # undone and approved again
            decision(second, Action.EDIT, NOON + timedelta(seconds=1)),
            decision(second, Action.APPROVE, NOON + timedelta(seconds=200), actor_id=IVAN.id),
            decision(third, Action.APPROVE, NOON + timedelta(seconds=5), actor_id=None),  # a policy
            decision(fourth, Action.REJECT, NOON + timedelta(seconds=700)),
            decision(past, Action.REJECT, start - timedelta(seconds=1)),
            decision(past, Action.APPROVE, end),
        ]
    )
    await tx.session.flush()
    for draft, effect, state, at in (
        (first, Effect.REPLY, DeliveryState.SENT, start),
        (first, Effect.HIDE, DeliveryState.SENT, NOON),
        (second, Effect.REPLY, DeliveryState.FAILED, None),
        (third, Effect.REPLY, DeliveryState.SENT, end),
        (fourth, Effect.REPLY, DeliveryState.SENT, NOON),
    ):
        tx.session.add(
            Delivery(
                account_id=draft.account_id,
                comment_id=draft.comment_id,
                draft_id=draft.id,
                draft_version=1,
                decision_id=approved.id,
                effect=effect,
                state=state,
                sent_at=at,
            )
        )
    tx.session.add_all(
        [
            call(account, NOON, "0.001"),
            call(account, NOON, "0.0025"),
            call(account, NOON, None, None),
            call(account, end, "5"),
            call(other, NOON, None),
        ]
    )
    return account


def shown(figures: Figures) -> dict[str, Any]:
    return {
        name: getattr(figures, name)
        for name in Figures.__dataclass_fields__
        if name not in {"period", "waiting"}
    }


async def test_every_figure_is_what_its_definition_says(db: Database) -> None:
    async with db.transaction() as tx:
        account = await a_day(tx)
    async with db.transaction() as tx:
        ours = await collect(tx.session, period("today"), account.id)
        all_together = await collect(tx.session, period("today"))

    assert shown(ours) == {
        "received": 3,
        "categories": {Category.QUESTION: 2, Category.COMPLAINT: 1},
        "decisions": {Action.APPROVE: 2, Action.EDIT: 1},  # one was approved twice
        "approved_unchanged": 2,  # the first draft once, and the policy's
        "sent": 1,
        "reaction_median": 150.0,  # of 100 and 200 seconds
        "reaction_p90": 190.0,
        "tokens_in": 200,
        "tokens_out": 20,
        "cost_usd": Decimal("0.003500"),
        "unpriced_calls": 1,
    }
    assert ours.waiting == 4
    assert shown(all_together) == shown(ours) | {
        "received": 4,
        "categories": {Category.QUESTION: 2, Category.COMPLAINT: 1, Category.TOXIC: 1},
        "decisions": {Action.APPROVE: 2, Action.EDIT: 1, Action.REJECT: 1},
        "sent": 2,
        "reaction_median": 200.0,  # of 100, 200 and 700
        "reaction_p90": 600.0,
        "tokens_in": 300,
        "tokens_out": 30,
        "unpriced_calls": 2,
    }
    assert all_together.waiting == 5


async def test_an_empty_period_has_no_reaction_and_no_cost(db: Database) -> None:
    async with db.transaction() as tx:
        await a_day(tx)
        figures = await collect(tx.session, period("2026-01-01..2026-01-31"))

    assert figures.received == figures.sent == figures.approved_unchanged == 0
    assert (dict(figures.categories), dict(figures.decisions)) == ({}, {})
    assert (figures.reaction_median, figures.reaction_p90) == (None, None)
    assert (figures.tokens_in, figures.tokens_out, figures.unpriced_calls) == (0, 0, 0)
    assert figures.cost_usd is None
