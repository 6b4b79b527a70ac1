"""Several accounts in one stand-in, none of which sees anything of another."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from sandbox.instagram import Instagram, InstagramConfig
from sandbox.server import serve
from tests.sandbox.instagram.player import (
    ACCESS_TOKEN,
    ACCOUNT,
    APP_SECRET,
    POST,
    VERIFY_TOKEN,
    Player,
    Receiver,
)


async def test_an_account_is_added_with_posts_ids_and_a_token_of_its_own(player: Player) -> None:
    other = await player.account("@herbs.shop", name="Травы", posts=[{"caption": "Мята"}, {"kind": "REELS"}])

    me = await player.call("GET", "/me", {"fields": "id,user_id,username,name"}, token=other["token"])
    posts = await player.call("GET", "/me/media", {"fields": "media_product_type"}, token=other["token"])

    assert me.json == {
        "id": other["app_scoped_id"],
        "user_id": other["account_id"],
        "username": "herbs.shop",
        "name": "Травы",
    }
    assert other["app_scoped_id"] != other["account_id"] != ACCOUNT
    assert [one["media_product_type"] for one in posts.json["data"]] == ["REELS", "FEED"]
    assert [one["id"] for one in posts.json["data"]] == other["media_ids"][::-1]
    assert (await player.get("/me", fields="user_id")).json["user_id"] == ACCOUNT


async def test_an_account_has_the_same_ids_whenever_it_is_added(player: Player) -> None:
    first, second = await player.account("herbs.shop"), await player.account("candles")

    assert first["account_id"] == "17841419288156450"
    assert second["account_id"] != first["account_id"]
    listed = await player.control("accounts", method="GET")
    assert [one["username"] for one in listed] == ["lavanda_home", "herbs.shop", "candles"]
    assert "token" not in str(listed)


async def test_an_account_is_added_once_and_under_a_possible_name(player: Player) -> None:
    async def status(username: str) -> int:
        answer = await player.call("POST", "/_control/accounts", json={"username": username}, token=None)
        return answer.status

    assert [await status(name) for name in ("herbs", "herbs", "lavanda_home", "Травы")] == [
        200,
        409,
        409,
        400,
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/{comment}"),
        ("GET", "/{comment}/replies"),
        ("POST", "/{comment}/replies?message=Да"),
        ("POST", "/{comment}?hide=true"),
        ("DELETE", "/{comment}"),
        ("GET", "/{media}"),
        ("GET", "/{media}/comments"),
        ("POST", "/{media}/comments?message=Да"),
        ("POST", "/{media}?comment_enabled=false"),
        ("GET", "/{account}"),
        ("GET", "/{account}/media"),
        ("GET", "/{account}/conversations"),
        ("GET", "/{account}/subscribed_apps"),
        ("POST", "/{account}/messages"),
        ("GET", "/{person}"),
        ("GET", "/{message}"),
    ],
)
async def test_what_belongs_to_another_account_is_not_there(player: Player, method: str, path: str) -> None:
    other = await player.account()
    comment = await player.comment(media_id=other["media_ids"][0])
    message = await player.control(
        "messages", {"username": "anna_k", "text": "?", "account_id": other["account_id"]}
    )
    author = await player.call("GET", f"/{comment}", {"fields": "from"}, token=other["token"])
    ids = {
        "comment": comment,
        "media": other["media_ids"][0],
        "account": other["account_id"],
        "person": author.json["from"]["id"],
        "message": message["id"],
    }

    answer = await player.call(method, path.format(**ids))

    assert (answer.status, answer.code) == (400, (100, 33))
    assert await player.ledger() == []


async def test_a_private_reply_to_a_comment_of_another_account_is_refused(player: Player) -> None:
    other = await player.account()
    comment = await player.comment(media_id=other["media_ids"][0])

    assert (await player.write({"comment_id": comment}, "Да")).code == (100, 2534025)


async def test_a_person_has_another_id_for_each_account(player: Player) -> None:
    other = await player.account()
    ours, theirs = await player.comment(), await player.comment(media_id=other["media_ids"][0])

    first = (await player.get(f"/{ours}", fields="from")).json["from"]
    second = (await player.call("GET", f"/{theirs}", {"fields": "from"}, token=other["token"])).json["from"]

    assert first["username"] == second["username"] == "anna_k"
    assert first["id"] != second["id"]
    assert (await player.write({"id": second["id"]}, "Да")).code == (100, 2534014)


async def test_events_of_every_account_come_to_one_address(player: Player, receiver: Receiver) -> None:
    other = await player.account()

    await player.comment(media_id=other["media_ids"][0])
    comment = (await receiver.next()).json["entry"][0]
    await player.control("messages", {"username": "a", "text": "?", "account_id": other["account_id"]})
    message = (await receiver.next()).json["entry"][0]
    await player.control("messages", {"username": "a", "text": "?"})
    ours = (await receiver.next()).json["entry"][0]

    assert comment["id"] == message["id"] == message["messaging"][0]["recipient"]["id"] == other["account_id"]
    assert ours["id"] == ACCOUNT


async def test_the_ledger_says_whose_effect_it_was(player: Player, instagram: Instagram) -> None:
    other = await player.account()
    ours, theirs = await player.comment(), await player.comment(media_id=other["media_ids"][0])

    await player.post(f"/{ours}/replies", message="Да")
    await player.call("POST", f"/{theirs}/replies", {"message": "Нет"}, token=other["token"])

    entries = await player.control("ledger", method="GET")
    assert [(entry["account_id"], entry["text"]) for entry in entries] == [
        (ACCOUNT, "Да"),
        (other["account_id"], "Нет"),
    ]
    assert [entry.text for entry in instagram.account.ledger] == ["Да"]


async def test_each_account_subscribes_for_itself(player: Player, receiver: Receiver) -> None:
    other = await player.account()

    await player.call("DELETE", "/me/subscribed_apps", token=other["token"])
    silent = await player.comment(media_id=other["media_ids"][0])
    told = await player.comment()

    assert (await receiver.next()).value["id"] == told
    states = {one["about"]: one["state"] for one in await player.control("deliveries", method="GET")}
    assert states[silent] == "unsent"
    assert (await player.get("/me/subscribed_apps")).json["data"]


async def test_tokens_are_refused_for_one_account_only(player: Player) -> None:
    other = await player.account()

    await player.control("token", {"account_id": other["account_id"], "invalid": True, "subcode": 460})

    assert (await player.call("GET", "/me", token=other["token"])).code == (190, 460)
    assert (await player.get("/me")).status == 200


async def test_usage_is_told_per_account(player: Player) -> None:
    other = await player.account()
    await player.control("limits", {"account_id": other["account_id"], "usage": {"call_count": 80}})

    told = await player.call("GET", "/me", token=other["token"])

    header = json.loads(told.headers["X-Business-Use-Case-Usage"])
    assert header[other["account_id"]][0]["call_count"] == 80
    assert "X-Business-Use-Case-Usage" not in (await player.get("/me")).headers


async def test_an_import_goes_to_the_account_that_the_body_names(player: Player) -> None:
    other = await player.account()
    value = {"id": "77", "from": {"id": "5", "username": "b"}, "media": {"id": "555"}, "text": "?"}
    entry = {"id": other["account_id"], "changes": [{"field": "comments", "value": value}]}
    bare = {**value, "id": "78", "media": {"id": other["media_ids"][0]}}
    message = {"sender": {"id": "5"}, "recipient": {"id": other["account_id"]}, "message": {"mid": "m1"}}

    await player.control("import", {"object": "instagram", "entry": [entry]})
    await player.control("import", {"field": "comments", "value": bare})
    await player.control("import", {"field": "messages", "value": message})

    for imported in ("77", "78", "m1"):
        assert (await player.call("GET", f"/{imported}", token=other["token"])).status == 200
        assert (await player.get(f"/{imported}")).code == (100, 33)


async def test_comments_are_edited_and_deleted_by_control_in_any_account(player: Player) -> None:
    other = await player.account()
    comment = await player.comment(media_id=other["media_ids"][0])

    await player.control(f"comments/{comment}", {"text": "передумала"}, method="PATCH")
    edited = await player.call("GET", f"/{comment}", token=other["token"])
    await player.control(f"comments/{comment}", method="DELETE")

    assert edited.json["text"] == "передумала"
    assert (await player.call("GET", f"/{comment}", token=other["token"])).code == (100, 33)


async def test_lists_of_replies_lag_behind_in_every_account(player: Player) -> None:
    other = await player.account()
    comment = await player.comment(media_id=other["media_ids"][0])
    await player.control("switches", {"stale_replies": True})
    await player.comment(media_id=other["media_ids"][0], parent_id=comment)

    thread = await player.call("GET", f"/{comment}/replies", token=other["token"])

    assert thread.json == {"data": []}


async def test_the_state_can_be_asked_for_each_account(player: Player) -> None:
    other = await player.account()

    async def posts(query: str) -> list[str]:
        state = await player.control(f"state{query}", method="GET")
        assert [one["id"] for one in state["accounts"]] == [ACCOUNT, other["account_id"]]
        return [post["id"] for post in state["posts"]]

    assert POST in await posts("")
    assert await posts(f"?account_id={other['account_id']}") == other["media_ids"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("messages", {"username": "a", "text": "?", "account_id": "5"}),
        ("token", {"account_id": "5"}),
        ("limits", {"account_id": "5"}),
        ("people", {"username": "a", "account_id": "5"}),
        ("media", {"account_id": "5", "posts": [{}]}),
        ("mentions", {"username": "a", "text": "?", "account_id": "5"}),
        ("app", {"action": "message", "username": "a", "text": "?", "account_id": "5"}),
    ],
)
async def test_an_account_that_is_not_there_is_told_in_json(player: Player, path: str, body: Any) -> None:
    answer = await player.call("POST", f"/_control/{path}", json=body, token=ACCESS_TOKEN)

    assert (answer.status, answer.json) == (404, {"error": "no such account"})


async def test_facebook_login_names_the_account_by_its_page_where_it_sends_and_subscribes() -> None:
    config = InstagramConfig(
        app_secret=APP_SECRET, verify_token=VERIFY_TOKEN, access_token=ACCESS_TOKEN, page_id="1055500001"
    )
    async with serve(Instagram(config).application()) as base, aiohttp.ClientSession() as session:
        player = Player(session, base)
        comment = await player.comment()
        body = {"recipient": {"comment_id": comment}, "message": {"text": "Да"}}

        assert (await player.post("/1055500001/subscribed_apps", subscribed_fields="comments")).status == 200
        assert (await player.call("POST", "/1055500001/messages", json=body)).status == 200
        assert (await player.get("/1055500002/subscribed_apps")).code == (100, 33)
