"""What becomes of posts and people: broadcasts that end, closed comments, age limits, restricted people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.instagram.player import ACCOUNT, AD, ALBUM, LIVE, POST, Player, Receiver


async def change(player: Player, media_id: str, **changed: bool) -> Any:
    return await player.control(f"media/{media_id}", changed, method="PATCH")


async def published(player: Player, **post: Any) -> str:
    return str((await player.control("media", {"posts": [post]}))["media_ids"][0])


async def test_an_own_comment_under_an_own_post_is_new_and_comes_back(
    player: Player, receiver: Receiver
) -> None:
    answer = await player.post(f"/v26.0/{POST}/comments", message="Новый завоз!")

    told = await receiver.next()
    assert (told.value["id"], told.value["from"]["id"]) == (answer.json["id"], ACCOUNT)
    assert "parent_id" not in told.value
    assert [one["id"] for one in (await player.get(f"/{POST}/comments")).json["data"]] == [answer.json["id"]]
    (entry,) = await player.control("ledger", method="GET")
    assert (entry["effect"], entry["comment_id"], entry["media_id"]) == ("comment", None, POST)


async def test_asking_for_fields_makes_the_comment_and_then_answers_an_error(player: Player) -> None:
    answer = await player.post(f"/{POST}/comments", message="Новый завоз!", fields="id")

    assert (answer.status, answer.code) == (400, (20, 1772107))
    assert await player.ledger() == [("comment", None, "Новый завоз!")]


@pytest.mark.parametrize(
    ("media", "message", "code"),
    [(LIVE, "Да", (100, None)), (POST, " ", (100, None)), ("5", "Да", (100, 33))],
)
async def test_a_comment_that_cannot_be_made_is_refused(
    player: Player, media: str, message: str, code: tuple[int, int | None]
) -> None:
    assert (await player.post(f"/{media}/comments", message=message)).code == code


async def test_a_post_is_closed_for_comments_and_opened_again(player: Player) -> None:
    comment = await player.comment()

    assert (await player.post(f"/{POST}", comment_enabled="false")).json == {"success": True}
    assert (await player.get(f"/{POST}", fields="is_comment_enabled")).json["is_comment_enabled"] is False
    assert (await player.post(f"/{POST}/comments", message="Да")).code == (100, None)
    assert (await player.post(f"/{comment}/replies", message="Да")).code == (100, None)
    body = {"media_id": POST, "username": "a", "text": "?"}
    assert (await player.call("POST", "/_control/comments", json=body)).status == 409
    await player.post(f"/{POST}", comment_enabled="true")
    await player.post(f"/{POST}", comment_enabled="true")

    assert (await player.post(f"/{comment}/replies", message="Да")).status == 200
    assert [effect for effect, _, _ in await player.ledger()] == ["comments_off", "comments_on", "reply"]


async def test_a_post_is_closed_by_a_plain_word_and_a_broadcast_never(player: Player) -> None:
    assert (await player.post(f"/{POST}", comment_enabled="maybe")).code == (100, None)
    assert (await player.post(f"/{POST}")).code == (100, None)
    assert (await player.post(f"/{LIVE}", comment_enabled="false")).code == (100, 33)
    assert (await player.post("/5", comment_enabled="false")).code == (100, 33)


async def test_stories_are_listed_for_a_day(player: Player) -> None:
    at = (datetime.now(UTC) - timedelta(hours=23)).isoformat()
    story = await published(player, kind="STORY", at=at)

    assert [one["id"] for one in (await player.get("/me/stories")).json["data"]] == [story]
    assert story not in str((await player.get("/me/media")).json)
    await player.control("clock", {"advance": 3601})
    assert (await player.get("/me/stories")).json == {"data": []}


async def test_only_running_broadcasts_are_listed_and_read(player: Player) -> None:
    other = await published(player, kind="LIVE", caption="Эфир")

    listed = await player.get("/me/live_media", fields="media_type,media_product_type")
    assert listed.json["data"][0] == {
        "media_type": "BROADCAST",
        "media_product_type": "LIVE",
        "id": other,
    }
    assert [one["id"] for one in listed.json["data"]] == [other, LIVE]
    await change(player, LIVE, ended=True)
    assert [one["id"] for one in (await player.get("/me/live_media")).json["data"]] == [other]
    assert (await player.get(f"/{LIVE}")).code == (100, 33)
    assert (await player.get(f"/{LIVE}/comments")).code == (100, 33)


async def test_live_comments_are_read_and_answered_privately_during_the_broadcast_only(
    player: Player,
) -> None:
    answered, missed = await player.comment(media_id=LIVE), await player.comment(media_id=LIVE)
    assert (await player.get(f"/{answered}")).status == 200
    assert (await player.write({"comment_id": answered}, "Да")).status == 200

    await change(player, LIVE, ended=True)

    assert (await player.get(f"/{missed}")).code == (100, 33)
    assert (await player.get(f"/{missed}/replies")).code == (100, 33)
    assert (await player.write({"comment_id": missed}, "Да")).code == (100, 2534025)
    body = {"media_id": LIVE, "username": "a", "text": "?"}
    assert (await player.call("POST", "/_control/comments", json=body)).status == 409


async def test_comments_of_age_gated_media_are_not_told(player: Player) -> None:
    comment = await player.comment()
    await change(player, POST, age_gated=True)

    assert (await player.get(f"/{comment}")).code == (100, 33)
    assert (await player.get(f"/{POST}/comments")).json == {"data": []}
    assert (await player.get(f"/{POST}")).status == 200
    await change(player, POST, age_gated=False)
    assert (await player.get(f"/{comment}")).status == 200


async def test_comments_of_restricted_people_are_not_told(player: Player) -> None:
    comment = await player.comment()
    reply = await player.comment(parent_id=comment, username="boris")
    await player.control("people", {"username": "boris", "restricted": True})

    assert (await player.get(f"/{reply}")).code == (100, 33)
    assert (await player.get(f"/{comment}/replies")).json == {"data": []}
    listed = await player.get(f"/{POST}/comments", fields="replies")
    assert listed.json["data"] == [{"id": comment}]
    await player.control("people", {"username": "boris", "restricted": False})
    assert (await player.get(f"/{reply}")).status == 200


async def test_an_advertisement_of_any_account_has_comments_of_its_own(
    player: Player, receiver: Receiver
) -> None:
    other = await player.account(posts=[{"caption": "Мята"}])
    organic = other["media_ids"][0]
    post = {"kind": "AD", "original_id": organic, "ad_title": "Осень"}
    made = await player.control("media", {"account_id": other["account_id"], "posts": [post]})
    advertisement = made["media_ids"][0]

    comment = await player.comment(media_id=advertisement)

    media = (await receiver.next()).value["media"]
    assert media.pop("ad_id").isdigit()
    assert media == {
        "id": advertisement,
        "ad_title": "Осень",
        "original_media_id": organic,
        "media_product_type": "AD",
    }
    token = other["token"]
    assert (await player.call("GET", f"/{organic}/comments", token=token)).json == {"data": []}
    assert (await player.call("GET", f"/{advertisement}/comments", token=token)).json == {"data": []}
    counted = await player.call("GET", f"/{organic}", {"fields": "comments_count"}, token=token)
    assert counted.json["comments_count"] == 0
    answer = await player.call("POST", f"/{comment}/replies", {"message": "Да"}, token=token)
    assert answer.status == 200


async def test_advertisements_of_the_first_account_are_answered_too(player: Player) -> None:
    comment = await player.comment(media_id=AD)

    assert (await player.post(f"/{comment}/replies", message="Да")).status == 200
    assert (await player.write({"comment_id": comment}, "Да")).status == 200
    assert (await player.get(f"/{ALBUM}/comments")).json == {"data": []}


async def test_new_posts_are_listed_in_their_order_with_a_link(player: Player) -> None:
    made = await player.control("media", {"posts": [{"caption": "Раз"}, {"caption": "Два", "kind": "REELS"}]})

    listed = await player.get("/me/media", limit="2", fields="caption,media_type,permalink")

    assert [one["id"] for one in listed.json["data"]] == made["media_ids"][::-1]
    assert [one["media_type"] for one in listed.json["data"]] == ["VIDEO", "IMAGE"]
    assert "/reel/" in listed.json["data"][0]["permalink"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "media/5", {"ended": True}, 404),
        ("PATCH", f"media/{POST}", {"ended": True}, 400),
        ("PATCH", f"media/{POST}", {"colour": 1}, 400),
        ("POST", "media", {"posts": []}, 400),
        ("POST", "media", {"posts": [{"kind": "POEM"}]}, 400),
        ("POST", "people", {"restricted": True}, 400),
    ],
)
async def test_impossible_changes_are_refused(
    player: Player, method: str, path: str, body: Any, status: int
) -> None:
    answer = await player.call(method, f"/_control/{path}", json=body, token=None)

    assert answer.status == status
    assert answer.json["error"]
