"""Replying in public."""

from __future__ import annotations

import pytest

from tests.sandbox.instagram.player import ACCOUNT, LIVE, POST, Player, Receiver


async def test_a_reply_is_in_the_thread_and_in_the_ledger(player: Player) -> None:
    comment = await player.comment()

    answer = await player.post(f"/v26.0/{comment}/replies", message="490 ₽, ждём вас!")

    assert answer.status == 200
    reply = answer.json["id"]
    thread = await player.get(f"/{comment}/replies", fields="text,username,from")
    assert thread.json["data"] == [
        {
            "text": "490 ₽, ждём вас!",
            "username": "lavanda_home",
            "from": {
                "id": ACCOUNT,
                "username": "lavanda_home",
                "self_ig_scoped_id": "2100000000000001",
            },
            "id": reply,
        }
    ]
    (entry,) = await player.control("ledger", method="GET")
    assert entry.pop("at").endswith("+00:00")
    assert entry == {
        "effect": "reply",
        "account_id": ACCOUNT,
        "comment_id": comment,
        "text": "490 ₽, ждём вас!",
        "id": reply,
        "recipient_id": None,
        "media_id": POST,
    }


async def test_the_message_may_come_as_query_form_or_json(player: Player) -> None:
    comment = await player.comment()

    await player.call("POST", f"/{comment}/replies", {"message": "one"})
    await player.call("POST", f"/{comment}/replies", data={"message": "two"})
    await player.call("POST", f"/{comment}/replies", json={"message": "three"})

    assert [text for _, _, text in await player.ledger()] == ["one", "two", "three"]


async def test_a_reply_to_a_reply_belongs_to_the_top_level_comment(player: Player) -> None:
    comment = await player.comment()
    nested = await player.comment("а доставка?", parent_id=comment)

    answer = await player.post(f"/{nested}/replies", message="от 350 ₽")

    shown = await player.get(f"/{answer.json['id']}", fields="parent_id")
    assert shown.json["parent_id"] == comment
    assert await player.ledger() == [("reply", nested, "от 350 ₽")]
    listed = await player.get(f"/{comment}/replies")
    assert [one["id"] for one in listed.json["data"]] == [nested, answer.json["id"]]


async def test_asking_for_fields_makes_the_reply_and_then_answers_an_error(player: Player) -> None:
    comment = await player.comment()

    answer = await player.post(f"/{comment}/replies", message="Да", fields="id")

    assert (answer.status, answer.code) == (400, (20, 1772107))
    assert await player.ledger() == [("reply", comment, "Да")]


async def test_a_hidden_comment_and_its_thread_take_no_replies(player: Player) -> None:
    comment = await player.comment()
    nested = await player.comment(parent_id=comment)
    await player.post(f"/{comment}", hide="true")

    for one in (comment, nested):
        assert (await player.post(f"/{one}/replies", message="Да")).code == (100, None)
    assert [effect for effect, _, _ in await player.ledger()] == ["hide"]


@pytest.mark.parametrize("text", ["", "  ", "я" * 2201])
async def test_an_empty_and_an_endless_reply_are_refused(player: Player, text: str) -> None:
    comment = await player.comment()

    assert (await player.post(f"/{comment}/replies", message=text)).code == (100, None)
    assert await player.ledger() == []


async def test_a_comment_on_live_video_takes_no_replies(player: Player) -> None:
    comment = await player.comment(media_id=LIVE)

    assert (await player.post(f"/{comment}/replies", message="Да")).code == (100, None)


async def test_a_reply_to_a_deleted_comment_is_refused(player: Player) -> None:
    comment = await player.comment()
    await player.control(f"comments/{comment}", method="DELETE")

    assert (await player.post(f"/{comment}/replies", message="Да")).code == (100, 33)


async def test_an_own_reply_comes_back_as_an_event(player: Player, receiver: Receiver) -> None:
    comment = await player.comment()
    await receiver.next()

    answer = await player.post(f"/{comment}/replies", message="Да")

    told = await receiver.next()
    assert told.value == {
        "from": {"id": ACCOUNT, "username": "lavanda_home", "self_ig_scoped_id": "2100000000000001"},
        "media": {"id": POST, "media_product_type": "FEED"},
        "id": answer.json["id"],
        "parent_id": comment,
        "text": "Да",
    }


async def test_the_echo_of_own_replies_can_be_switched_off(player: Player, receiver: Receiver) -> None:
    comment = await player.comment()
    await player.control("switches", {"own_reply_echo": False})

    await player.post(f"/{comment}/replies", message="Да")

    deliveries = await player.control("deliveries", method="GET")
    assert [one["about"] for one in deliveries] == [comment]


async def test_lists_of_replies_can_lag_behind(player: Player) -> None:
    comment = await player.comment()
    before = await player.post(f"/{comment}/replies", message="old")
    await player.control("switches", {"stale_replies": True})
    after = await player.post(f"/{comment}/replies", message="new")

    stale = await player.get(f"/{comment}/replies")
    expanded = await player.get(f"/{POST}/comments", fields="replies")
    await player.control("switches", {"stale_replies": False})
    fresh = await player.get(f"/{comment}/replies")

    assert [one["id"] for one in stale.json["data"]] == [before.json["id"]]
    assert len(expanded.json["data"][0]["replies"]["data"]) == 1
    assert [one["id"] for one in fresh.json["data"]] == [before.json["id"], after.json["id"]]


async def test_a_human_may_answer_in_the_app_of_instagram(player: Player, receiver: Receiver) -> None:
    comment = await player.comment()
    await receiver.next()

    answer = await player.comment("Ответили вам", username="lavanda_home", parent_id=comment)

    told = await receiver.next()
    assert (told.value["id"], told.value["from"]["id"]) == (answer, ACCOUNT)
    assert await player.ledger() == []
