"""Private replies and direct messages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.instagram.player import ACCOUNT, LIVE, Player, Receiver


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


async def person_id(player: Player, comment: str) -> str:
    return str((await player.get(f"/{comment}", fields="from")).json["from"]["id"])


async def test_a_private_reply_reaches_the_author_once(player: Player) -> None:
    comment = await player.comment()

    first = await player.write({"comment_id": comment}, "Напишем вам")
    second = await player.write({"comment_id": comment}, "Ещё раз")

    assert first.status == 200
    assert first.json["recipient_id"] == await person_id(player, comment)
    assert first.json["message_id"].startswith("aWdf")
    assert (second.status, second.code) == (400, (100, 2534025))
    assert await player.ledger() == [("private_reply", comment, "Напишем вам")]
    (entry,) = await player.control("ledger", method="GET")
    assert entry["id"] == first.json["message_id"]


async def test_a_private_reply_is_possible_for_seven_days(player: Player) -> None:
    young = await player.comment(at=ago(days=6, hours=23))
    old = await player.comment(at=ago(days=7, minutes=1))

    assert (await player.write({"comment_id": young}, "Да")).status == 200
    assert (await player.write({"comment_id": old}, "Да")).code == (100, 2534025)


async def test_replies_own_and_deleted_comments_take_no_private_reply(player: Player) -> None:
    comment = await player.comment()
    nested = await player.comment(parent_id=comment)
    own = await player.comment(username="lavanda_home")
    deleted = await player.comment()
    await player.control(f"comments/{deleted}", method="DELETE")

    for one in (nested, own, deleted, "18100000000000000"):
        assert (await player.write({"comment_id": one}, "Да")).code == (100, 2534025)


async def test_a_comment_on_live_video_takes_a_private_reply(player: Player) -> None:
    comment = await player.comment(media_id=LIVE)

    assert (await player.write({"comment_id": comment}, "Да")).status == 200


async def test_a_private_reply_opens_no_window_for_further_messages(player: Player) -> None:
    comment = await player.comment()
    await player.write({"comment_id": comment}, "Да")

    answer = await player.write({"id": await person_id(player, comment)}, "И ещё")

    assert (answer.status, answer.code) == (400, (10, 2534022))


async def test_a_message_is_possible_for_a_day_after_the_person_wrote(player: Player) -> None:
    comment = await player.comment()
    person = await person_id(player, comment)
    await player.control("messages", {"username": "anna_k", "text": "Где заказ?", "at": ago(hours=23)})

    answer = await player.write({"id": person}, "В пути")

    assert answer.json["recipient_id"] == person
    (entry,) = await player.control("ledger", method="GET")
    assert (entry["effect"], entry["comment_id"], entry["recipient_id"]) == ("message", None, person)


@pytest.mark.parametrize(
    ("days", "tag", "code"), [(2, "", 10), (2, "HUMAN_AGENT", None), (8, "HUMAN_AGENT", 10)]
)
async def test_a_human_agent_has_seven_days(player: Player, days: int, tag: str, code: int | None) -> None:
    person = await person_id(player, await player.comment())
    await player.control("messages", {"username": "anna_k", "text": "Где заказ?", "at": ago(days=days)})

    answer = await player.write({"id": person}, "В пути", **({"tag": tag} if tag else {}))

    assert answer.json.get("error", {}).get("code") == code


async def test_messages_are_measured_in_bytes(player: Player) -> None:
    comment = await player.comment()

    assert (await player.write({"comment_id": comment}, "я" * 501)).code == (100, None)
    assert (await player.write({"comment_id": comment}, "")).code == (100, None)
    assert (await player.write({"comment_id": comment}, "я" * 500)).status == 200


async def test_nobody_is_found_by_a_made_up_id(player: Player) -> None:
    assert (await player.write({"id": "1"}, "Да")).code == (100, 2534014)


async def test_a_tag_that_is_no_more_and_a_missing_recipient_are_refused(player: Player) -> None:
    assert (await player.write({"id": "1"}, "Да", tag="ACCOUNT_UPDATE")).code == (100, None)
    assert (await player.write({}, "Да")).code == (100, None)
    assert (await player.call("POST", "/me/messages", json={"recipient": 5})).code == (100, None)
    assert (await player.call("POST", "/123/messages", json={})).code == (100, 33)


async def test_a_message_may_come_as_a_form(player: Player) -> None:
    comment = await player.comment()

    answer = await player.post(
        "/me/messages",
        recipient=json.dumps({"comment_id": comment}),
        message=json.dumps({"text": "Да"}),
    )

    assert answer.status == 200


async def test_typing_is_no_effect(player: Player) -> None:
    body = {"recipient": {"id": "5"}, "sender_action": "typing_on"}

    assert (await player.call("POST", "/me/messages", json=body)).json == {"recipient_id": "5"}
    assert await player.ledger() == []


async def test_messages_of_both_sides_are_told_in_milliseconds(player: Player, receiver: Receiver) -> None:
    written = await player.control("messages", {"username": "anna_k", "text": "Где заказ?"})
    told = (await receiver.next()).json["entry"][0]
    person = told["messaging"][0]["sender"]["id"]
    answer = await player.write({"id": person}, "В пути")
    echo = (await receiver.next()).json["entry"][0]["messaging"][0]

    assert told["id"] == ACCOUNT
    assert told["time"] > 10**12
    assert told["messaging"][0]["timestamp"] > 10**12
    assert told["messaging"][0]["message"] == {"mid": written["id"], "text": "Где заказ?"}
    assert (echo["sender"]["id"], echo["recipient"]["id"]) == (ACCOUNT, person)
    assert echo["message"] == {"mid": answer.json["message_id"], "text": "В пути", "is_echo": True}


async def test_the_echo_of_own_messages_can_be_switched_off(player: Player, receiver: Receiver) -> None:
    comment = await player.comment()
    await player.control("switches", {"message_echo": False})

    await player.write({"comment_id": comment}, "Да")

    assert len(await player.control("deliveries", method="GET")) == 1
