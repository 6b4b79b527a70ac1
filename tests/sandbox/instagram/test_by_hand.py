"""What the account's owner does in the Instagram app, beside us."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.instagram.player import ACCOUNT, LIVE, Player, Receiver


async def act(player: Player, action: str, **more: str) -> Any:
    return await player.control("app", {"action": action, **more})


async def test_a_reply_stands_in_the_thread_and_comes_back(player: Player, receiver: Receiver) -> None:
    comment = await player.comment()
    await receiver.next()

    made = await act(player, "reply", comment_id=comment, text="490 ₽")

    told = await receiver.next()
    assert (told.value["id"], told.value["parent_id"]) == (made["id"], comment)
    assert told.value["from"]["id"] == ACCOUNT
    thread = await player.get(f"/{comment}/replies", fields="text,username")
    assert thread.json["data"] == [{"id": made["id"], "text": "490 ₽", "username": "lavanda_home"}]
    assert await player.ledger() == []


async def test_in_the_app_one_answers_live_and_hidden_comments(player: Player) -> None:
    hidden = await player.comment()
    await act(player, "hide", comment_id=hidden)

    for comment in (hidden, await player.comment(media_id=LIVE)):
        await act(player, "reply", comment_id=comment, text="Да")
        assert (await player.get(f"/{comment}", fields="replies")).json["replies"]["data"]


async def test_hiding_showing_and_deleting_is_told_to_nobody(player: Player, receiver: Receiver) -> None:
    comment = await player.comment()
    await receiver.next()

    await act(player, "hide", comment_id=comment)
    assert (await player.get(f"/{comment}", fields="hidden")).json["hidden"] is True
    await act(player, "unhide", comment_id=comment)
    assert (await player.get(f"/{comment}", fields="hidden")).json["hidden"] is False
    await act(player, "delete", comment_id=comment)
    assert (await player.get(f"/{comment}")).code == (100, 33)

    assert await player.ledger() == []
    assert len(await player.control("deliveries", method="GET")) == 1


async def test_own_comments_stay_visible(player: Player) -> None:
    comment = await player.comment(username="lavanda_home")

    await act(player, "hide", comment_id=comment)

    assert (await player.get(f"/{comment}", fields="hidden")).json["hidden"] is False


async def test_a_message_goes_to_anybody_and_comes_back(player: Player, receiver: Receiver) -> None:
    made = await act(player, "message", username="anna_k", text="Ваш заказ готов")

    told = (await receiver.next()).json["entry"][0]["messaging"][0]
    assert told["sender"]["id"] == ACCOUNT
    assert told["message"] == {"mid": made["id"], "text": "Ваш заказ готов", "is_echo": True}
    assert (await player.get(f"/{made['id']}", fields="message")).json["message"] == "Ваш заказ готов"
    assert await player.ledger() == []


async def test_a_private_reply_by_hand_leaves_none_for_us(player: Player, receiver: Receiver) -> None:
    comment = await player.comment()

    await act(player, "message", comment_id=comment, text="Ответили вам")

    assert (await player.write({"comment_id": comment}, "Да")).code == (100, 2534025)
    assert await player.ledger() == []
    again = await player.call(
        "POST", "/_control/app", json={"action": "message", "comment_id": comment, "text": "Ещё"}
    )
    assert again.status == 409


async def test_the_owner_of_another_account_acts_there(player: Player, receiver: Receiver) -> None:
    other = await player.account()
    comment = await player.comment(media_id=other["media_ids"][0])
    await receiver.next()

    await act(player, "reply", comment_id=comment, text="Да")
    reply = await receiver.next()
    await act(player, "message", username="anna_k", text="Да", account_id=other["account_id"])
    message = await receiver.next()

    assert reply.json["entry"][0]["id"] == message.json["entry"][0]["id"] == other["account_id"]
    assert reply.value["from"]["username"] == "herbs.shop"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "dance"}, 400),
        ({"action": "reply", "text": "Да"}, 400),
        ({"action": "reply", "comment_id": "5"}, 400),
        ({"action": "message", "text": "Да"}, 400),
        ({"action": "message", "username": "anna_k"}, 400),
        ({"action": "message", "username": "lavanda_home", "text": "Да"}, 400),
        ({"action": "reply", "comment_id": "5", "text": "Да"}, 404),
        ({"action": "delete", "comment_id": "5"}, 404),
    ],
)
async def test_what_cannot_be_done_by_hand_is_told_in_json(player: Player, body: Any, status: int) -> None:
    answer = await player.call("POST", "/_control/app", json=body, token=None)

    assert answer.status == status
    assert answer.json["error"]
