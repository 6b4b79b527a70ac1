"""Rate limits: how often what may be called."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.instagram.player import LIVE, Player


async def limit(player: Player, **limits: Any) -> Any:
    return await player.control("limits", limits)


async def private_reply(player: Player, media_id: str | None = None) -> int | None:
    """The code of the error, if there is one."""
    comment = await (player.comment(media_id=media_id) if media_id else player.comment())
    answer = await player.write({"comment_id": comment}, "Да")
    code = answer.json.get("error", {}).get("code")
    assert answer.status == (400 if code else 200)
    return int(code) if code else None


async def test_only_the_hourly_limit_of_private_replies_holds_from_the_start(player: Player) -> None:
    limits = await player.control("limits", method="GET")

    assert {name for name, number in limits.items() if number} == {"account_id", "private_replies_per_hour"}
    assert limits["private_replies_per_hour"] == 750


async def test_all_documented_numbers_are_switched_on_at_once(player: Player) -> None:
    limits = await limit(player, documented=True, messages_per_second=5)

    assert limits == {
        "account_id": "17841400000000001",
        "private_replies_per_hour": 750,
        "live_private_replies_per_second": 100,
        "messages_per_second": 5,
        "media_messages_per_second": 10,
        "conversations_per_second": 2,
        "calls_per_day": None,
        "usage": None,
    }


async def test_private_replies_are_limited_by_the_hour(player: Player) -> None:
    await player.control("clock", {"scale": 0})
    await limit(player, private_replies_per_hour=2)

    assert [await private_reply(player) for _ in range(4)] == [None, None, 613, 613]
    await player.control("clock", {"advance": 3599})
    assert await private_reply(player) == 613
    await player.control("clock", {"advance": 1})
    assert await private_reply(player) is None
    assert len(await player.ledger()) == 3


async def test_private_replies_on_live_video_have_a_limit_of_their_own(player: Player) -> None:
    await player.control("clock", {"scale": 0})
    await limit(player, private_replies_per_hour=0, live_private_replies_per_second=1)

    assert [await private_reply(player, LIVE) for _ in range(2)] == [None, 613]
    await player.control("clock", {"advance": 1})
    assert await private_reply(player, LIVE) is None
    assert await private_reply(player) == 613


async def test_messages_are_limited_by_the_second_and_slower_when_they_are_films(player: Player) -> None:
    await player.control("clock", {"scale": 0})
    await limit(player, messages_per_second=2, media_messages_per_second=1)
    message = await player.control("messages", {"username": "anna_k", "text": "?"})
    person = (await player.get(f"/{message['id']}", fields="from")).json["from"]["id"]

    async def film() -> int | None:
        attachment = {"type": "video", "payload": {"url": "https://cdn.example/film.mp4"}}
        body = {"recipient": {"id": person}, "message": {"attachment": attachment}}
        answer = await player.call("POST", "/me/messages", json=body)
        return answer.code[0] if answer.status == 400 else None

    texts = [await player.write({"id": person}, "Да") for _ in range(3)]
    films = [await film() for _ in range(2)]
    await player.control("clock", {"advance": 1})

    assert [answer.status for answer in texts] == [200, 200, 400]
    assert texts[-1].code == (613, None)
    assert texts[-1].json["error"]["is_transient"] is True
    assert films == [None, 613]
    assert await film() is None


async def test_conversations_are_read_twice_a_second(player: Player) -> None:
    await player.control("clock", {"scale": 0})
    await limit(player, documented=True)
    message = await player.control("messages", {"username": "anna_k", "text": "?"})

    answers = [await player.get(path) for path in ("/me/conversations", f"/{message['id']}")]

    assert [answer.status for answer in answers] == [200, 200]
    assert (await player.get("/me/conversations")).code == (613, None)
    assert (await player.get("/me")).status == 200
    await player.control("clock", {"advance": 1})
    assert (await player.get("/me/conversations")).status == 200


async def test_the_calls_of_a_day_are_told_in_the_header_until_they_are_used_up(player: Player) -> None:
    await player.control("clock", {"scale": 0})
    comment = await player.comment()
    await limit(player, calls_per_day=2)

    async def usage(answer: Any) -> tuple[int, int]:
        (told,) = json.loads(answer.headers["X-Business-Use-Case-Usage"])["17841400000000001"]
        assert told["type"] == "instagram"
        return told["call_count"], told["estimated_time_to_regain_access"]

    first = await player.get("/me")
    await player.control("clock", {"advance": 3600})
    second = await player.get(f"/{comment}")
    refused = await player.post(f"/{comment}/replies", message="Да")

    assert (first.status, await usage(first)) == (200, (50, 0))
    assert (second.status, await usage(second)) == (200, (100, 23 * 60))
    assert (refused.status, refused.code, await usage(refused)) == (400, (80002, None), (100, 23 * 60))
    assert await player.ledger() == []
    # Messages have limits of their own.
    assert (await player.write({"comment_id": comment}, "Да")).status == 200
    await player.control("clock", {"advance": 23 * 3600})
    assert (await player.post(f"/{comment}/replies", message="Да")).status == 200


async def test_calls_can_be_forgotten_and_an_account_be_without_any(player: Player) -> None:
    await limit(player, calls_per_day=1)
    assert (await player.get("/me")).status == 200
    assert (await player.get("/me")).code == (80002, None)

    await limit(player, forget=True)
    assert (await player.get("/me")).status == 200
    await limit(player, calls_per_day=0)
    assert (await player.get("/me")).code == (80002, None)
    await limit(player, calls_per_day=None)
    assert (await player.get("/me")).status == 200


async def test_accounts_are_limited_apart(player: Player) -> None:
    other = await player.account()
    await limit(player, calls_per_day=0)

    assert (await player.get("/me")).code == (80002, None)
    assert (await player.call("GET", "/me", token=other["token"])).status == 200


async def test_a_set_usage_is_told_until_it_is_taken_back(player: Player) -> None:
    await limit(player, usage={"call_count": 95, "estimated_time_to_regain_access": 3})
    told = await player.get("/me")
    await limit(player, usage=None)

    assert '"call_count": 95' in told.headers["X-Business-Use-Case-Usage"]
    assert "X-Business-Use-Case-Usage" not in (await player.get("/me")).headers


@pytest.mark.parametrize("body", ['{"calls_per_day": -1}', '{"colour": 1}', '{"usage": {"colour": 1}}', "[]"])
async def test_wrong_limits_change_nothing(player: Player, body: str) -> None:
    before = await player.control("limits", method="GET")

    answer = await player.call("POST", "/_control/limits", data=body, token=None)

    assert answer.status == 400
    assert await player.control("limits", method="GET") == before
