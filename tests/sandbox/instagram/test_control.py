"""Control addresses: import, the page's view, and nonsense."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.instagram.player import ACCOUNT, POST, Player, Receiver

VALUE = {
    "from": {"id": "900000000000001", "username": "boris"},
    "media": {"id": POST, "media_product_type": "FEED"},
    "id": "18100000000000001",
    "text": "Есть в наличии?",
}
CHANGE = {"field": "comments", "value": VALUE}
HEAD = {"id": ACCOUNT, "time": 1790000000}


@pytest.mark.parametrize(
    "body",
    [
        {"object": "instagram", "entry": [{**HEAD, "changes": [CHANGE]}]},
        {"object": "instagram", "entry": [{**HEAD, **CHANGE}]},
        CHANGE,
        [CHANGE],
        [{"object": "instagram", "entry": [{**HEAD, "changes": [CHANGE]}]}],
        {"field": "comments", "value": {**VALUE, "id": None, "comment_id": "18100000000000001"}},
    ],
    ids=["changes", "flat", "bare", "list of bare", "list", "comment_id"],
)
async def test_a_body_of_any_envelope_is_imported_without_a_delivery(
    player: Player, receiver: Receiver, body: Any
) -> None:
    if isinstance(body, dict) and body.get("value", {}).get("id", "") is None:
        del body["value"]["id"]

    answer = await player.control("import", body)
    again = await player.control("import", body)

    assert answer == again == {"comments": ["18100000000000001"], "messages": [], "ignored": 0}
    comment = await player.get("/18100000000000001", fields="text,from,media")
    assert comment.json["text"] == "Есть в наличии?"
    assert comment.json["from"] == {"id": "900000000000001", "username": "boris"}
    assert await player.control("deliveries", method="GET") == []
    listed = await player.get(f"/{POST}/comments")
    assert len(listed.json["data"]) == 1


async def test_an_import_brings_posts_and_threads_that_were_unknown(player: Player) -> None:
    reply = {**VALUE, "id": "2", "parent_id": "1", "media": {"id": "555", "media_product_type": "REELS"}}
    await player.control("import", {"field": "comments", "value": reply})

    answer = await player.post("/2/replies", message="Да")

    assert (await player.get("/555", fields="media_product_type")).json["media_product_type"] == "REELS"
    thread = await player.get("/1/replies")
    assert [one["id"] for one in thread.json["data"]] == ["2", answer.json["id"]]
    # The comment at the top is not listed until it is known itself.
    assert (await player.get("/555/comments")).json == {"data": []}
    top = {**VALUE, "id": "1", "text": "Цена?", "media": {"id": "555"}}
    await player.control("import", {"field": "comments", "value": top})
    assert [one["text"] for one in (await player.get("/555/comments")).json["data"]] == ["Цена?"]


async def test_an_import_knows_the_account_itself_by_its_id(player: Player) -> None:
    own = {**VALUE, "from": {"id": ACCOUNT, "username": "our_shop"}}
    await player.control("import", {"field": "comments", "value": own})

    assert (await player.get("/18100000000000001", fields="username")).json["username"] == "lavanda_home"


async def test_messages_are_imported_and_echoes_are_not(player: Player) -> None:
    person, account = {"id": "900000000000001"}, {"id": ACCOUNT}
    items = [
        {"sender": person, "recipient": account, "message": {"mid": "aWdf1", "text": "Есть?"}},
        {"sender": person, "recipient": account, "message": {"mid": "aWdf1", "text": "Есть?"}},
        {"sender": account, "recipient": person, "message": {"mid": "aWdf2", "is_echo": True}},
        {"sender": person, "recipient": account, "read": {"mid": "aWdf2"}},
    ]

    answer = await player.control("import", {"object": "instagram", "entry": [{**HEAD, "messaging": items}]})

    assert answer == {"comments": [], "messages": ["aWdf1"], "ignored": 3}
    assert (await player.write({"id": "900000000000001"}, "Да")).status == 200


NONSENSE: list[Any] = [
    5,
    "text",
    [],
    [[]],
    {},
    {"entry": 5},
    {"entry": [None, 1]},
    {"entry": [{"changes": [7, {}]}]},
    {"field": "comments", "value": None},
    {"field": "comments", "value": []},
    {"field": "comments", "value": {"id": "1"}},
    {"field": "comments", "value": {"id": "1", "media": 5}},
]


@pytest.mark.parametrize("body", NONSENSE)
async def test_an_import_of_nonsense_brings_nothing(player: Player, body: Any) -> None:
    answer = await player.control("import", body)

    assert (answer["comments"], answer["messages"]) == ([], [])


async def test_the_state_shows_profile_posts_threads_and_conversations(player: Player) -> None:
    comment = await player.comment()
    reply = await player.comment("+1", parent_id=comment)
    await player.post(f"/{comment}/replies", message="490 ₽")
    await player.post(f"/{reply}", hide="true")
    await player.write({"comment_id": comment}, "Напишем вам")

    state = await player.control("state", method="GET")

    assert state["profile"]["username"] == "lavanda_home"
    assert len(state["posts"]) == 6
    post = next(one for one in state["posts"] if one["id"] == POST)
    (shown,) = post["comments"]
    assert (shown["id"], shown["private_reply"]) == (comment, "Напишем вам")
    assert [(one["text"], one["own"], one["hidden"]) for one in shown["replies"]] == [
        ("+1", False, True),
        ("490 ₽", True, False),
    ]
    (conversation,) = state["conversations"]
    assert conversation["username"] == "anna_k"
    assert [(one["text"], one["own"]) for one in conversation["messages"]] == [("Напишем вам", True)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("comments", b""),
        ("comments", b"{"),
        ("comments", b"\xff"),
        ("comments", b"[" * 100_000),
        ("comments", b"[]"),
        ("comments", b'{"media_id": "18000000000000001", "username": "a"}'),
        ("comments", b'{"media_id": "18000000000000001", "username": " ", "text": "?"}'),
        ("comments", b'{"media_id": "18000000000000001", "username": "a", "text": "\\ud83d"}'),
        ("comments", b'{"media_id": "1", "username": "a", "text": "?", "at": "0001-01-01T00:00:00+14:00"}'),
        ("comments", b'{"media_id": "1", "username": "a", "text": "?", "at": "2026-01-01T00:00:00"}'),
        ("messages", b'{"text": "?"}'),
        ("messages", b'{"username": "lavanda_home", "text": "?"}'),
        ("redeliver", b'{"id": "1", "times": 0}'),
        ("import", b"not json"),
        ("token", b'{"expired": true}'),
        ("switches", b'{"envelope": "round"}'),
        ("switches", b'{"colour": 1}'),
        ("switches", b"[]"),
        ("webhook", b'{"url": "ftp://127.0.0.1"}'),
        ("faults", b'{"kind": "rain"}'),
    ],
)
async def test_a_malformed_control_body_is_told_in_json(player: Player, path: str, body: bytes) -> None:
    answer = await player.call("POST", f"/_control/{path}", data=body, token=None)

    assert answer.status == 400
    assert answer.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "comments", {"media_id": "5", "username": "a", "text": "?"}),
        ("POST", "comments", {"media_id": POST, "username": "a", "text": "?", "parent_id": "5"}),
        ("PATCH", "comments/5", {"text": "?"}),
        ("DELETE", "comments/5", None),
        ("POST", "redeliver", {"id": "5"}),
        ("GET", "weather", None),
        ("PUT", "ledger", None),
    ],
)
async def test_what_is_not_there_is_told_in_json(player: Player, method: str, path: str, body: Any) -> None:
    answer = await player.call(method, f"/_control/{path}", json=body, token=None)

    assert answer.status == 404
    assert answer.json["error"]


async def test_wrong_switches_change_nothing(player: Player) -> None:
    before = await player.control("switches", method="GET")

    await player.call("POST", "/_control/switches", json={"me_wrapped": True, "retry_scale": -1})

    assert await player.control("switches", method="GET") == before
