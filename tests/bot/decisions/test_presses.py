"""Presses of a card's buttons by those who may: what is decided, and what the person is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cards.callbacks import Press
from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import Card, Decision, Delivery
from db.models.comment import CommentKind
from db.models.decision import Action
from db.models.manager import Role
from db.repositories import cards, drafts, managers, moves
from tests.bot.builders import IVAN, MARIA, OLGA, Seed
from tests.bot.conftest import MOSCOW, World


async def step_of(world: World, seed: Seed) -> str | None:
    [card] = await world.rows(Card, Card.id == seed.card.id)
    return card.step  # type: ignore[no-any-return] # rows of any table


async def wanted_rev(world: World, seed: Seed) -> int:
    [card] = await world.rows(Card, Card.id == seed.card.id)
    return int(card.wanted_rev)


async def actions(world: World, seed: Seed) -> list[Action]:
    found = await world.rows(Decision, Decision.draft_id == seed.draft.id)
    return [decision.action for decision in found]


async def deliveries_of(world: World, seed: Seed) -> list[Delivery]:
    return await world.rows(Delivery, Delivery.comment_id == seed.comment.id)


async def bring_delivery_to(world: World, seed: Seed, *states: DeliveryState) -> None:
    """Approve, and let the delivery end as told."""
    await world.press(OLGA, seed, seed.data(Press.APPROVE))
    [delivery] = await deliveries_of(world, seed)
    async with world.db.transaction() as tx:
        for state in states:
            assert await moves.move(tx.session, Delivery, delivery.id, state) is not None


async def test_approve_is_told_in_a_toast_and_plans_one_reply(running: World) -> None:
    seed = await running.card()
    answer = await running.press(OLGA, seed, seed.data(Press.APPROVE))
    assert (answer["text"], answer["alert"]) == ("✅ Одобрено", False)
    draft = await running.draft(seed)
    assert (draft.state, draft.decided_by) == (DraftState.APPROVED, OLGA.id)
    [delivery] = await deliveries_of(running, seed)
    assert (delivery.effect, delivery.state, delivery.draft_version) == (
        Effect.REPLY,
        DeliveryState.PLANNED,
        1,
    )


async def test_the_decision_names_the_update_and_the_person(running: World) -> None:
    seed = await running.card()
    answer = await running.press(IVAN, seed, seed.data(Press.APPROVE))
    [decision] = await running.rows(Decision, Decision.draft_id == seed.draft.id)
    assert (decision.actor_id, decision.actor_name) == (IVAN.id, "Ivan")
    assert decision.telegram_update_id == answer["update_id"]


async def test_a_toast_is_in_the_persons_language(running: World) -> None:
    seed = await running.card()
    answer = await running.press(IVAN, seed, seed.data(Press.ESCALATE))
    assert answer["text"] == "🚨 Escalated"


async def test_the_same_person_pressing_twice_is_told_so_without_a_window(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.APPROVE))
    answer = await running.press(OLGA, seed, seed.data(Press.APPROVE))
    assert answer["text"].startswith("Вы это уже одобрили, ")
    assert answer["alert"] is False
    assert await actions(running, seed) == [Action.APPROVE]
    assert len(await deliveries_of(running, seed)) == 1


async def test_who_comes_second_learns_who_and_what_and_when(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.APPROVE))
    before = await wanted_rev(running, seed)
    answer = await running.press(IVAN, seed, seed.data(Press.REJECT_SPAM))
    assert answer["text"].startswith("Approved by Ольга, ")
    assert answer["text"].endswith(" s ago. Nothing was changed.")
    assert answer["alert"] is True
    assert await actions(running, seed) == [Action.APPROVE]
    assert await wanted_rev(running, seed) == before + 1


async def test_an_old_version_is_not_approved(running: World) -> None:
    seed = await running.card()
    async with running.db.transaction() as tx:
        await drafts.change(tx.session, seed.draft.id, version=3)
    answer = await running.press(OLGA, seed, seed.data(Press.APPROVE, version=1))
    assert (answer["text"], answer["alert"]) == ("Текст уже v3 — взгляните ещё раз.", True)
    assert (await running.draft(seed)).state is DraftState.PENDING


async def test_a_colleague_who_edits_is_named_with_the_time_by_the_shops_clock(running: World) -> None:
    until = datetime.now(UTC) + timedelta(minutes=9)
    seed = await running.card(claimed_by=IVAN.id, claim_until=until)
    answer = await running.press(MARIA, seed, seed.data(Press.APPROVE))
    assert answer["text"].startswith(f"Ivan редактирует до {until.astimezone(MOSCOW):%H:%M}.")
    assert "Забрать себе" in answer["text"]
    assert answer["alert"] is True
    assert (await running.draft(seed)).state is DraftState.PENDING


async def test_a_senior_may_approve_over_a_colleagues_editing(running: World) -> None:
    seed = await running.card(claimed_by=IVAN.id, claim_until=datetime.now(UTC) + timedelta(minutes=9))
    await running.press(OLGA, seed, seed.data(Press.APPROVE))
    assert (await running.draft(seed)).state is DraftState.APPROVED


async def test_reject_asks_for_a_reason_first(running: World) -> None:
    seed = await running.card()
    answer = await running.press(OLGA, seed, seed.data(Press.REJECT))
    assert answer["text"] == ""
    assert await step_of(running, seed) == "reject"
    assert (await running.draft(seed)).state is DraftState.PENDING


@pytest.mark.parametrize(
    ("press", "reason"),
    [
        (Press.REJECT_SPAM, "spam"),
        (Press.REJECT_OFF_TOPIC, "off_topic"),
        (Press.REJECT_ELSEWHERE, "elsewhere"),
        (Press.REJECT_WRONG, "wrong"),
    ],
)
async def test_a_reason_rejects_and_ends_the_second_step(running: World, press: Press, reason: str) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.REJECT))
    await running.press(OLGA, seed, seed.data(press))
    draft = await running.draft(seed)
    assert (draft.state, draft.reason) == (DraftState.REJECTED, reason)
    assert await step_of(running, seed) is None


async def test_back_ends_the_second_step_and_draws_the_card(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.REJECT))
    before = await wanted_rev(running, seed)
    await running.press(OLGA, seed, seed.data(Press.BACK))
    assert await step_of(running, seed) is None
    assert await wanted_rev(running, seed) == before + 1


async def test_no_second_step_on_a_card_that_is_decided(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.APPROVE))
    answer = await running.press(IVAN, seed, seed.data(Press.REJECT))
    assert answer["text"].startswith("Approved by Ольга")
    assert await step_of(running, seed) is None


async def test_no_second_step_for_an_old_version(running: World) -> None:
    seed = await running.card()
    async with running.db.transaction() as tx:
        await drafts.change(tx.session, seed.draft.id, version=2)
    answer = await running.press(IVAN, seed, seed.data(Press.REJECT, version=1))
    assert answer["text"] == "The text is v2 now; please look again."
    assert await step_of(running, seed) is None


async def test_hiding_takes_two_taps(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.HIDE))
    assert await step_of(running, seed) == "hide"
    assert await deliveries_of(running, seed) == []
    await running.press(OLGA, seed, seed.data(Press.HIDE_YES))
    [delivery] = await deliveries_of(running, seed)
    assert delivery.effect is Effect.HIDE
    assert await step_of(running, seed) is None


@pytest.mark.parametrize("press", [Press.HIDE, Press.HIDE_YES])
async def test_only_comments_can_be_hidden(running: World, press: Press) -> None:
    seed = await running.card(kind=CommentKind.MESSAGE)
    answer = await running.press(OLGA, seed, seed.data(press))
    assert answer["text"] == "Этот комментарий сейчас нельзя скрыть."
    assert await deliveries_of(running, seed) == []
    assert await step_of(running, seed) is None


async def test_a_flagged_text_is_approved_by_a_second_tap(running: World) -> None:
    seed = await running.card(flags=[{"check": "number", "found": "499"}])
    answer = await running.press(OLGA, seed, seed.data(Press.APPROVE))
    assert answer["text"].startswith("⚠️")
    assert await step_of(running, seed) == "approve"
    assert (await running.draft(seed)).state is DraftState.PENDING
    await running.press(OLGA, seed, seed.data(Press.APPROVE_ANYWAY))
    assert (await running.draft(seed)).state is DraftState.APPROVED
    assert await step_of(running, seed) is None


async def test_undo_brings_an_approval_back(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.APPROVE))
    answer = await running.press(IVAN, seed, seed.data(Press.UNDO))
    assert answer["text"].startswith("↩️ Approval taken back")
    assert (await running.draft(seed)).state is DraftState.PENDING


async def test_undo_comes_too_late_when_the_reply_is_leaving(running: World) -> None:
    seed = await running.card()
    await bring_delivery_to(running, seed, DeliveryState.SENDING)
    answer = await running.press(OLGA, seed, seed.data(Press.UNDO))
    assert answer["text"].startswith("Поздно")
    assert answer["alert"] is True


async def test_a_failed_delivery_is_tried_again(running: World) -> None:
    seed = await running.card()
    await bring_delivery_to(running, seed, DeliveryState.SENDING, DeliveryState.FAILED)
    await running.press(OLGA, seed, seed.data(Press.RETRY))
    states = [delivery.state for delivery in await deliveries_of(running, seed)]
    assert states == [DeliveryState.FAILED, DeliveryState.PLANNED]


@pytest.mark.parametrize(
    ("press", "states"),
    [
        (Press.WAS_SENT, [DeliveryState.SENT]),
        (Press.SEND_AGAIN, [DeliveryState.FAILED, DeliveryState.PLANNED]),
    ],
)
async def test_a_person_decides_what_became_of_an_uncertain_reply(
    running: World, press: Press, states: list[DeliveryState]
) -> None:
    seed = await running.card()
    await bring_delivery_to(running, seed, DeliveryState.SENDING, DeliveryState.UNCERTAIN)
    await running.press(OLGA, seed, seed.data(press))
    assert [delivery.state for delivery in await deliveries_of(running, seed)] == states


async def test_a_rejected_draft_is_reopened(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.REJECT_WRONG))
    await running.press(IVAN, seed, seed.data(Press.REOPEN))
    assert (await running.draft(seed)).state is DraftState.PENDING


def called(message: dict[str, Any]) -> set[int]:
    """Whom a message of the bot mentions."""
    return {entity["user"]["id"] for entity in message["entities"] if entity["type"] == "text_mention"}


async def test_an_escalation_calls_every_senior_but_the_one_who_escalates(world: World) -> None:
    seed = await world.card()
    async with world.db.transaction() as tx:
        await managers.change(tx.session, MARIA.id, role=Role.SENIOR)
    await world.tap(MARIA, seed, seed.data(Press.ESCALATE))
    message = await world.said("просит старших посмотреть")
    assert message["text"] == f"🚨 #{seed.draft.id}: Мария просит старших посмотреть. Ольга"
    assert called(message) == {OLGA.id}
    assert message["reply_to_message"]["message_id"] == seed.card.message_id
    [sent] = [call for call in await world.calls("sendMessage") if "просит" in str(call)]
    assert "disable_notification" not in str(sent)


async def test_an_escalation_without_other_seniors_is_said_all_the_same(world: World) -> None:
    seed = await world.card()
    await world.tap(OLGA, seed, seed.data(Press.ESCALATE))
    assert called(await world.said("просит старших посмотреть")) == set()


async def test_a_second_escalation_names_the_first_and_calls_nobody(world: World) -> None:
    seed = await world.card()
    await world.tap(MARIA, seed, seed.data(Press.ESCALATE))
    answer = await world.tap(OLGA, seed, seed.data(Press.ESCALATE))
    assert answer["text"].startswith("Передано старшим: Мария, ")
    assert answer["alert"] is True
    assert sum("просит старших" in str(one.get("text")) for one in await world.messages()) == 1


async def test_a_draft_is_done_elsewhere(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.DONE))
    assert (await running.draft(seed)).state is DraftState.DONE


async def test_regenerate_asks_the_model_for_another_version(running: World) -> None:
    seed = await running.card()
    await running.press(OLGA, seed, seed.data(Press.REGENERATE))
    assert (await running.draft(seed)).state is DraftState.REGENERATING


async def test_unhide_shows_a_hidden_comment_again(running: World) -> None:
    seed = await running.card()
    answer = await running.press(OLGA, seed, seed.data(Press.UNHIDE))
    assert answer["text"] == "Комментарий уже показан"


async def test_a_comment_that_has_a_reply_gets_no_second_one(running: World) -> None:
    seed = await running.card()
    await bring_delivery_to(running, seed, DeliveryState.SENDING, DeliveryState.SENT)
    async with running.db.transaction() as tx:
        assert await drafts.decide(tx.session, seed.draft.id, DraftState.PENDING, decided_by=None)
    answer = await running.press(IVAN, seed, seed.data(Press.APPROVE))
    assert answer["text"].startswith("The comment has a reply already")
    assert answer["alert"] is True
    assert (await running.draft(seed)).state is DraftState.PENDING
    assert await actions(running, seed) == [Action.APPROVE]
    assert len(await deliveries_of(running, seed)) == 1


async def test_a_press_on_a_deleted_message_still_counts(running: World) -> None:
    seed = await running.card()
    await running.control("chat", action="delete_message", message_id=seed.card.message_id)
    await running.press(OLGA, seed, seed.data(Press.APPROVE))
    assert (await running.draft(seed)).state is DraftState.APPROVED


async def test_a_card_whose_message_was_never_noted_adopts_the_pressed_one(running: World) -> None:
    seed = await running.card()
    async with running.db.transaction() as tx:
        await cards.change(tx.session, seed.card.id, message_id=None)
    pressed = await running.post()
    await running.press(OLGA, seed, seed.data(Press.APPROVE), message_id=pressed)
    [card] = await running.rows(Card, Card.id == seed.card.id)
    assert card.message_id == pressed
    assert (await running.draft(seed)).state is DraftState.APPROVED


async def test_a_second_message_of_the_same_card_goes_away_and_decides_nothing(running: World) -> None:
    seed = await running.card()
    orphan = await running.post()
    answer = await running.press(OLGA, seed, seed.data(Press.APPROVE), message_id=orphan)
    assert answer["text"] == "Карточка устарела — сейчас обновится."
    assert (await running.draft(seed)).state is DraftState.PENDING

    async def gone() -> bool:
        return orphan not in {message["message_id"] for message in await running.messages()}

    await running.until(gone)
