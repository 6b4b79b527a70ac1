"""Where the bot is put, thrown out or moved."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cards.callbacks import Press
from bot.updates.effects import Effects, Leave
from db.life.draft import DraftState
from db.models import Account, Alert, Card
from db.models.alert import AlertState
from services.updates import store
from tests.bot.builders import OLGA, STRANGER
from tests.bot.conftest import World

ELSEWHERE = -1009999999999


def standing(update_id: int, chat: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    """An update about the bot's place in a chat."""
    bot = {"id": 700100200, "is_bot": True, "first_name": "shop_bot", "username": "shop_bot"}
    banned = {"until_date": 0} if after == "kicked" else {}
    return {
        "update_id": update_id,
        "my_chat_member": {
            "chat": chat,
            "from": {"id": STRANGER.id, "is_bot": False, "first_name": "Чужой"},
            "date": 1,
            "old_chat_member": {"user": bot, "status": before},
            "new_chat_member": {"user": bot, "status": after, **banned},
        },
    }


async def handled(world: World, payload: dict[str, Any]) -> None:
    async with world.db.transaction() as tx:
        await store(tx, [payload])
    await world.handler(payload["update_id"])


async def moved_to(world: World, chat_id: int) -> bool:
    [account] = await world.rows(Account)
    return bool(account.chat_id == chat_id)


async def test_the_bot_leaves_a_chat_that_is_not_ours(world: World) -> None:
    chat = {"id": ELSEWHERE, "type": "supergroup", "title": "Elsewhere"}
    await handled(world, standing(1, chat, "left", "member"))
    [call] = await world.calls("leaveChat")
    assert int(call["params"]["chat_id"]) == ELSEWHERE


@pytest.mark.parametrize(("before", "after"), [("member", "left"), ("member", "kicked")])
async def test_being_thrown_out_of_a_strange_chat_is_nothing_to_tell(
    world: World, before: str, after: str
) -> None:
    chat = {"id": ELSEWHERE, "type": "group", "title": "Elsewhere"}
    await handled(world, standing(1, chat, before, after))
    assert await world.rows(Alert) == []
    assert await world.calls("leaveChat") == []


async def test_a_private_chat_that_blocks_the_bot_is_nothing_to_tell(world: World) -> None:
    await handled(
        world, standing(1, {"id": 501, "type": "private", "first_name": "Ольга"}, "member", "kicked")
    )
    assert await world.rows(Alert) == []


async def test_being_thrown_out_of_our_chat_is_told_until_the_bot_is_back(running: World) -> None:
    await running.card()

    async def alert_in(state: AlertState) -> bool:
        return [(alert.kind, alert.state) for alert in await running.rows(Alert)] == [("chat_lost", state)]

    await running.control("chat", action="kick")
    await running.until(lambda: alert_in(AlertState.OPEN))
    await running.control("chat", action="unkick")
    await running.until(lambda: alert_in(AlertState.RESOLVED))
    assert await running.calls("leaveChat") == []


async def test_a_group_that_becomes_a_supergroup_takes_its_cards_along(running: World) -> None:
    seed = await running.card()
    new = running.group - 1
    await running.control("chat", action="migrate", new_chat_id=new)
    await running.until(lambda: moved_to(running, new))
    [alert] = await running.rows(Alert)
    assert (alert.kind, alert.count) == ("chat_moved", 1)
    [card] = await running.rows(Card)
    assert (card.chat_id, card.message_id) == (new, None)
    assert card.wanted_rev > card.rendered_rev
    assert (await running.draft(seed)).state is DraftState.PENDING


async def test_our_own_chat_under_its_new_id_is_not_left(running: World) -> None:
    """The standing under the new id may be handled before the move is known."""
    await running.card()
    new = running.group - 1
    await running.control("chat", action="migrate", new_chat_id=new)
    await running.until(lambda: moved_to(running, new))
    chat = {"id": new, "type": "supergroup", "title": "Менеджеры"}
    await handled(running, standing(1, chat, "left", "administrator"))
    assert await running.calls("leaveChat") == []


async def test_a_card_drawn_in_the_new_chat_can_be_pressed(running: World) -> None:
    seed = await running.card()
    new = running.group - 1
    await running.control("chat", action="migrate", new_chat_id=new)
    await running.until(lambda: moved_to(running, new))
    message = await running.call("sendMessage", chat_id=new, text="card")
    await running.control(
        "press",
        user_id=OLGA.id,
        chat_id=new,
        message_id=message["message_id"],
        data=seed.data(Press.APPROVE),
    )
    assert (await running.draft(seed)).state is DraftState.APPROVED


async def test_a_chat_that_proves_to_be_ours_in_time_is_not_left(world: World) -> None:
    """The wish to leave was noted before the move was known."""
    await world.handler._performer.carry_out(Effects(wanted=[Leave(world.group)]))
    assert await world.calls("leaveChat") == []
