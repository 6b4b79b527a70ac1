"""Who may not, and what cannot be: forged data, strangers, other chats."""

from __future__ import annotations

import pytest

from bot.alerts.callbacks import AlertCallback, AlertPress
from bot.cards.callbacks import Callback, Press
from db.life.draft import DraftState
from db.models import Alert, Card, Decision, Manager
from db.models.alert import AlertState
from db.models.decision import Action
from db.repositories import managers
from services.alerts import raise_alert
from tests.bot.builders import IVAN, OLGA, STRANGER
from tests.bot.conftest import World


async def test_a_stranger_gets_a_window_and_leaves_a_trace_and_nothing_else(running: World) -> None:
    seed = await running.card()
    answer = await running.press(STRANGER, seed, seed.data(Press.APPROVE))
    assert "@shop_main" in answer["text"]
    assert answer["alert"] is True
    [decision] = await running.rows(Decision)
    assert (decision.actor_id, decision.actor_name, decision.action) == (
        STRANGER.id,
        "Чужой",
        Action.DENIED,
    )
    assert decision.from_state == decision.to_state == DraftState.PENDING
    [card] = await running.rows(Card)
    assert card.wanted_rev == seed.card.wanted_rev
    assert (await running.draft(seed)).state is DraftState.PENDING


async def test_a_manager_who_was_dismissed_is_a_stranger(running: World) -> None:
    seed = await running.card()
    async with running.db.transaction() as tx:
        await managers.change(tx.session, IVAN.id, active=False)
    answer = await running.press(IVAN, seed, seed.data(Press.APPROVE))
    assert "@shop_main" in answer["text"]
    assert (await running.draft(seed)).state is DraftState.PENDING


@pytest.mark.parametrize(
    "data",
    [
        "d:ap",
        "d:zz:0123456789012345678901:1",
        "d:ap:0123456789012345678901:1",  # well formed, but no card has this nonce
        "d:ap:0123456789012345678901:-1",
        "a:ak",
        "anything",
    ],
)
async def test_forged_or_forgotten_data_is_outdated(running: World, data: str) -> None:
    seed = await running.card()
    answer = await running.press(OLGA, seed, data)
    assert answer["text"] == "Карточка устарела — сейчас обновится."
    assert await running.rows(Decision) == []


async def test_forged_data_of_a_stranger_gets_a_window(running: World) -> None:
    seed = await running.card()
    answer = await running.press(STRANGER, seed, "anything")
    assert answer["alert"] is True
    assert await running.rows(Decision) == []


async def test_a_version_that_never_was_is_stale(running: World) -> None:
    seed = await running.card()
    answer = await running.press(OLGA, seed, Callback(Press.APPROVE, seed.card.nonce, 99).pack())
    assert answer["text"] == "Текст уже v1 — взгляните ещё раз."
    assert (await running.draft(seed)).state is DraftState.PENDING


async def test_a_card_cannot_be_pressed_from_another_chat(running: World) -> None:
    seed = await running.card()
    message = await running.call("sendMessage", chat_id=OLGA.id, text="elsewhere")
    answer = await running.control(
        "press",
        user_id=OLGA.id,
        chat_id=OLGA.id,
        message_id=message["message_id"],
        data=seed.data(Press.APPROVE),
    )
    assert answer["text"] == "Карточка устарела — сейчас обновится."
    assert (await running.draft(seed)).state is DraftState.PENDING
    shown = {one["message_id"] for one in await running.messages(OLGA.id)}
    assert message["message_id"] in shown


async def test_an_alerts_button_is_answered_too(running: World) -> None:
    seed = await running.card()
    async with running.db.transaction() as tx:
        alert = await raise_alert(tx, "other")
    data = AlertCallback(AlertPress.ACKNOWLEDGE, alert.nonce).pack()
    answer = await running.press(OLGA, seed, data)
    assert answer["text"]
    [row] = await running.rows(Alert)
    assert (row.state, row.acknowledged_by) == (AlertState.ACKNOWLEDGED, OLGA.id)


async def test_name_and_language_follow_telegram(running: World) -> None:
    seed = await running.card()
    async with running.db.transaction() as tx:
        await managers.change(tx.session, IVAN.id, name="5000000502", username=None, locale=None)
    await running.press(IVAN, seed, seed.data(Press.ESCALATE))
    [row] = await running.rows(Manager, Manager.id == IVAN.id)
    assert (row.name, row.username, row.locale) == ("Ivan", "ivan_m", "en")
