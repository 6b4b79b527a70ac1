"""People, conversations and messages as Graph tells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from yarl import URL

from tests.sandbox.instagram.player import ACCOUNT, Player


async def wrote(player: Player, text: str = "Где заказ?", username: str = "anna_k", **more: str) -> str:
    """The id of a message from a person."""
    return str((await player.control("messages", {"username": username, "text": text, **more}))["id"])


async def person_of(player: Player, message: str) -> str:
    return str((await player.get(f"/{message}", fields="from")).json["from"]["id"])


async def threads(player: Player, **query: str) -> list[Any]:
    answer = await player.get(f"/{ACCOUNT}/conversations", platform="instagram", **query)
    return list(answer.json["data"])


async def test_a_message_is_told_with_both_sides(player: Player) -> None:
    theirs = await wrote(player, at="2026-11-20T13:11:12+03:00")
    person = await person_of(player, theirs)
    await wrote(player)
    ours = (await player.write({"id": person}, "В пути")).json["message_id"]

    first = await player.get(f"/v26.0/{theirs}", fields="id,created_time,from,to,message")
    second = await player.get(f"/v26.0/{ours}", fields="from,to,message")

    account = {"id": ACCOUNT, "username": "lavanda_home"}
    somebody = {"id": person, "username": "anna_k"}
    assert first.json == {
        "id": theirs,
        "created_time": "2026-11-20T10:11:12+0000",
        "from": somebody,
        "to": {"data": [account]},
        "message": "Где заказ?",
    }
    assert second.json == {"id": ours, "from": account, "to": {"data": [somebody]}, "message": "В пути"}


async def test_conversations_are_listed_the_liveliest_first_and_for_one_person(player: Player) -> None:
    anna = await person_of(player, await wrote(player))
    boris = await person_of(player, await wrote(player, username="boris"))
    await wrote(player)

    listed = await threads(player, fields="participants")
    about = await threads(player, user_id=boris)

    assert [one["participants"]["data"][1]["id"] for one in listed] == [anna, boris]
    assert [one["id"] for one in about] == [listed[1]["id"]]
    assert await threads(player, user_id="5") == []
    messenger = await player.get(f"/{ACCOUNT}/conversations", platform="messenger")
    assert messenger.code == (100, None)


async def test_a_conversation_tells_its_messages_newest_first_over_pages(player: Player) -> None:
    written = [await wrote(player, f"№ {number}") for number in range(3)]
    (thread,) = await threads(player)

    answer = await player.get(f"/{thread['id']}", fields="messages.limit(2){message}")
    following = URL(answer.json["messages"]["paging"]["next"])
    rest = await player.get(following.raw_path_qs, fields="message")

    told = [*answer.json["messages"]["data"], *rest.json["data"]]
    assert [one["id"] for one in told] == written[::-1]
    assert [one["message"] for one in told] == ["№ 2", "№ 1", "№ 0"]


async def test_only_the_twenty_newest_messages_have_details(player: Player) -> None:
    written = [await wrote(player, f"№ {number}") for number in range(21)]
    (thread,) = await threads(player)

    answer = await player.get(f"/{thread['id']}", fields="messages.limit(50){message,from,created_time}")

    oldest = answer.json["messages"]["data"][-1]
    assert set(oldest) == {"id", "created_time"}
    assert oldest["id"] == written[0]
    assert (await player.get(f"/{written[0]}")).code == (100, 33)
    assert (await player.get(f"/{written[1]}", fields="message")).json["message"] == "№ 1"


async def test_an_unsent_message_is_told_no_more(player: Player) -> None:
    first, second = await wrote(player), await wrote(player)
    await player.control("events", {"kind": "deletion", "message_id": first})
    (thread,) = await threads(player)

    assert (await player.get(f"/{first}")).code == (100, 33)
    answer = await player.get(f"/{thread['id']}", fields="messages{id}")
    assert [one["id"] for one in answer.json["messages"]["data"]] == [second]


async def test_requests_that_were_idle_for_a_month_are_not_listed_and_answered_ones_are(
    player: Player,
) -> None:
    answered = await person_of(player, await wrote(player))
    await player.write({"id": answered}, "Да")
    await wrote(player, username="boris")
    comment = await player.comment(username="carla")
    await player.write({"comment_id": comment}, "Да")
    assert len(await threads(player)) == 3

    await player.control("clock", {"advance": timedelta(days=30, minutes=1).total_seconds()})

    assert [one["id"].endswith(answered) for one in await threads(player)] == [True]


async def test_a_profile_is_told_of_people_who_wrote_and_of_nobody_else(player: Player) -> None:
    comment = await player.comment(username="boris")
    boris = (await player.get(f"/{comment}", fields="from")).json["from"]["id"]
    await player.write({"comment_id": comment}, "Да")
    anna = await person_of(player, await wrote(player))
    await player.control("people", {"username": "anna_k", "following": True})

    fields = "name,username,profile_pic,follower_count,is_verified_user,is_user_follow_business"
    profile = await player.get(f"/{anna}", fields=f"{fields},is_business_follow_user")

    assert profile.json["name"] == "Anna K"
    assert profile.json["is_user_follow_business"] is True
    assert profile.json["is_business_follow_user"] is False
    async with player.session.get(profile.json["profile_pic"]) as picture:
        assert picture.content_type == "image/png"
    # A comment is no consent, and neither is our private reply.
    assert (await player.get(f"/{boris}", fields="name")).code == (100, 33)


async def test_somebody_who_blocked_the_account_is_out_of_reach(player: Player) -> None:
    anna = await person_of(player, await wrote(player))
    comment = await player.comment()
    await player.control("people", {"username": "@anna_k", "blocked": True})

    assert (await player.get(f"/{anna}")).code == (100, 33)
    assert (await player.write({"id": anna}, "Да")).code == (551, 1545041)
    assert (await player.write({"comment_id": comment}, "Да")).code == (551, 1545041)
    assert await player.ledger() == []
    await player.control("people", {"username": "anna_k", "blocked": False})
    assert (await player.write({"id": anna}, "Да")).status == 200


async def test_pictures_are_sent_and_told_as_attachments(player: Player) -> None:
    person = await person_of(player, await wrote(player))
    picture = {"type": "image", "payload": {"url": "https://cdn.example/1.jpg"}}

    sent = await player.call(
        "POST", "/me/messages", json={"recipient": {"id": person}, "message": {"attachment": picture}}
    )

    told = await player.get(f"/{sent.json['message_id']}", fields="message,attachments")
    assert told.json["attachments"] == {"data": [{"image_data": {"url": "https://cdn.example/1.jpg"}}]}


@pytest.mark.parametrize(
    "attachment", [{}, 5, {"type": "hologram", "payload": {"url": "https://a"}}, {"type": "image"}]
)
async def test_a_malformed_attachment_is_refused(player: Player, attachment: Any) -> None:
    person = await person_of(player, await wrote(player))
    body = {"recipient": {"id": person}, "message": {"attachment": attachment}}

    assert (await player.call("POST", "/me/messages", json=body)).code == (100, None)
    assert await player.ledger() == []


async def test_reactions_are_put_under_a_message_of_the_person(player: Player) -> None:
    message = await wrote(player)
    person = await person_of(player, message)

    async def act(action: str, **payload: str) -> tuple[int, Any]:
        body = {"recipient": {"id": person}, "sender_action": action, "payload": payload}
        answer = await player.call("POST", "/me/messages", json=body)
        return (200, answer.json["recipient_id"]) if answer.status == 200 else answer.code

    assert await act("react", message_id=message, reaction="love") == (200, person)
    assert await act("unreact", message_id=message) == (200, person)
    assert await act("react", message_id="aWdf5", reaction="love") == (100, None)
    assert await act("react", message_id=await wrote(player, username="boris")) == (100, None)
    assert await act("dance") == (100, None)
    assert await player.ledger() == []


async def test_a_conversation_is_updated_when_its_newest_message_was_written(player: Player) -> None:
    await wrote(player, at=(datetime.now(UTC) - timedelta(days=1)).isoformat())
    (before,) = await threads(player, fields="updated_time")
    await wrote(player)
    (after,) = await threads(player, fields="updated_time")

    assert before["updated_time"] < after["updated_time"]
