"""Planned faults, and the stand-in's own answers to strange requests."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.instagram import Instagram
from sandbox.instagram.errors import GraphError
from sandbox.instagram.events import read
from sandbox.instagram.fields import Selection, parse
from sandbox.server import serve
from tests.sandbox.instagram.player import ACCOUNT, POST, Player


async def plan(player: Player, operation: str, kind: str, **more: Any) -> None:
    await player.control("faults", {"operation": operation, "kind": kind, **more})


async def test_a_planned_status_is_an_error_of_graph_and_executes_nothing(player: Player) -> None:
    comment = await player.comment()
    await plan(player, "reply", "status", code=368, subcode=5, message="Blocked", times=1)

    refused = await player.post(f"/{comment}/replies", message="Да")
    accepted = await player.post(f"/{comment}/replies", message="Да")

    assert (refused.status, refused.code) == (400, (368, 5))
    assert refused.json["error"]["message"] == "Blocked"
    assert "is_transient" not in refused.json["error"]
    assert accepted.status == 200
    assert len(await player.ledger()) == 1


async def test_without_a_code_graph_is_temporarily_unavailable(player: Player) -> None:
    await plan(player, "me", "status", retry_after=7)

    answer = await player.get("/me")

    assert (answer.status, answer.code) == (500, (2, None))
    assert answer.json["error"]["is_transient"] is True
    assert answer.headers["Retry-After"] == "7"


async def test_a_status_of_http_comes_from_a_proxy_without_json(player: Player) -> None:
    await plan(player, "me", "status", code=502)

    async with player.session.get(f"{player.base}/me") as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")


@pytest.mark.parametrize(("kind", "effects"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection_may_hide_an_effect(player: Player, kind: str, effects: int) -> None:
    comment = await player.comment()
    await plan(player, "reply", kind)

    with pytest.raises(aiohttp.ClientError):
        await player.post(f"/{comment}/replies", message="Да")

    assert len(await player.ledger()) == effects


async def test_an_error_after_executing_hides_an_effect(player: Player) -> None:
    comment = await player.comment()
    await plan(player, "private_reply", "status_after", code=1)

    answer = await player.write({"comment_id": comment}, "Да")

    assert (answer.status, answer.code) == (400, (1, None))
    assert len(await player.ledger()) == 1


async def test_garbage_is_not_json(player: Player) -> None:
    comment = await player.comment()
    await plan(player, "hide", "garbage")

    with pytest.raises(aiohttp.ContentTypeError):
        await player.post(f"/{comment}", hide="true")

    assert await player.ledger() == [("hide", comment, None)]


async def test_a_delayed_call_is_executed_although_its_client_has_gone(player: Player) -> None:
    comment = await player.comment()
    await plan(player, "reply", "delay", seconds=0.2)

    with pytest.raises(TimeoutError):
        await player.call(
            "POST",
            f"/{comment}/replies",
            data={"message": "Да"},
            timeout=aiohttp.ClientTimeout(total=0.05),
        )

    async with asyncio.timeout(10):
        while not await player.ledger():
            await player.get("/me")
    assert await player.ledger() == [("reply", comment, "Да")]


async def test_a_delayed_call_does_not_hold_up_the_end(instagram: Instagram) -> None:
    async with aiohttp.ClientSession() as session:
        async with asyncio.timeout(10), serve(instagram.application()) as base:
            player = Player(session, base)
            comment = await player.comment()
            await plan(player, "delete", "delay", seconds=3600)
            call = asyncio.create_task(player.call("DELETE", f"/{comment}"))
            while await player.control("faults", method="GET"):
                continue
        with pytest.raises(aiohttp.ClientError):
            await call

    assert comment in instagram.account.state.comments


@pytest.mark.parametrize(
    ("operation", "method", "path", "body"),
    [
        ("reply", "POST", "/{comment}/replies", {"message": "Да"}),
        ("hide", "POST", "/{comment}", {"hide": "true"}),
        ("unhide", "POST", "/{comment}", {"hide": "false"}),
        ("delete", "DELETE", "/{comment}", None),
        ("comment", "GET", "/{comment}", None),
        ("replies", "GET", "/{comment}/replies", None),
        ("media", "GET", f"/{POST}", None),
        ("comments", "GET", f"/{POST}/comments", None),
        ("media_list", "GET", f"/{ACCOUNT}/media", None),
        ("me", "GET", "/me", None),
        ("me", "GET", f"/{ACCOUNT}", None),
        ("refresh", "GET", "/refresh_access_token", None),
        ("private_reply", "POST", "/me/messages", {"recipient": {"comment_id": "1"}}),
        ("message", "POST", "/me/messages", {"recipient": {"id": "1"}}),
        ("*", "GET", "/v26.0/me", None),
    ],
)
async def test_each_operation_has_its_own_faults(
    player: Player, operation: str, method: str, path: str, body: Any
) -> None:
    comment = await player.comment()
    await plan(player, operation, "status", code=4)

    answer = await player.call(method, path.format(comment=comment), json=body)

    assert answer.code == (4, None)
    assert await player.control("faults", method="GET") == []


async def test_the_used_share_of_the_rate_limit_is_told_when_set(player: Player) -> None:
    quiet = await player.get("/me")
    await player.control("switches", {"usage": {"call_count": 95, "estimated_time_to_regain_access": 3}})
    told = await player.get("/me")

    assert "X-Business-Use-Case-Usage" not in quiet.headers
    (usage,) = json.loads(told.headers["X-Business-Use-Case-Usage"])[ACCOUNT]
    assert (usage["type"], usage["call_count"]) == ("instagram", 95)
    assert usage["estimated_time_to_regain_access"] == 3


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/v26.0"), ("GET", f"/{POST}/weather"), ("PUT", "/me"), ("POST", "/v26.0/a/b/c")],
)
async def test_an_unknown_path_is_an_error_of_graph(player: Player, method: str, path: str) -> None:
    answer = await player.call(method, path)

    assert answer.status == 400
    assert answer.json["error"]["fbtrace_id"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b"\xff\xfe\xff"),
        ("application/json", b'{"a":' * 100_000),
        ("application/json", b'{"message": {"text": "?"}}'),
        ("application/x-www-form-urlencoded; charset=klingon", b"message=a"),
        ("multipart/form-data; boundary=x", b"no parts"),
        ("text/plain", b"message"),
    ],
)
async def test_a_body_that_cannot_be_read_is_an_error_of_graph(
    player: Player, kind: str, body: bytes
) -> None:
    comment = await player.comment()

    async with player.session.post(
        f"{player.base}/{comment}/replies?access_token=IGAA-test", data=body, headers={"Content-Type": kind}
    ) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]["code"] == 100
    assert await player.ledger() == []


@given(st.text(alphabet="ab_1{}(),. я", max_size=30))
def test_any_list_of_fields_is_read_or_refused(text: str) -> None:
    with suppress(GraphError):
        assert isinstance(parse(text), Selection)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["entry", "changes", "messaging", "field", "value", "id", "media", "from", "message"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_reading_any_json_as_a_webhook_body_does_not_fail(body: Any) -> None:
    list(read(body))
