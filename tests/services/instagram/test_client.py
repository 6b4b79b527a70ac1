"""Calls of the Graph API: what comes back, and what an answer that never came is taken for."""

from __future__ import annotations

import socket
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from sandbox.server import serve
from services.instagram import client as clients
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from tests.sandbox.instagram.player import ACCESS_TOKEN, ACCOUNT, POST, Player

Call = Callable[[InstagramClient], Coroutine[Any, Any, Any]]

READS: dict[str, Call] = {
    "me": lambda client: client.profile(ACCESS_TOKEN),
    "media": lambda client: client.post(ACCESS_TOKEN, POST),
    "refresh": lambda client: client.refresh(ACCESS_TOKEN),
}


async def plan(player: Player, operation: str, kind: str, **more: Any) -> None:
    await player.control("faults", {"operation": operation, "kind": kind, **more})


@asynccontextmanager
async def answering(*answers: web.Response) -> AsyncIterator[InstagramClient]:
    """A client of somebody who answers these in turn, whatever is asked."""
    left = list(answers)

    async def answer(_request: web.Request) -> web.Response:
        return left.pop(0)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with serve(application) as base, InstagramClient(base, "v26.0") as client:
        yield client


async def test_the_token_tells_whose_it_is(client: InstagramClient, player: Player) -> None:
    for wrapped in (False, True):
        await player.control("switches", {"me_wrapped": wrapped})
        profile = await client.profile(ACCESS_TOKEN)
        assert (profile.user_id, profile.username) == (ACCOUNT, "lavanda_home")


async def test_a_post_is_read(client: InstagramClient) -> None:
    post = await client.post(ACCESS_TOKEN, POST)

    assert post.id == POST
    assert post.caption
    assert post.media_product_type == "FEED"
    assert post.permalink is not None


async def test_a_reply_is_written_and_read_back(client: InstagramClient, player: Player) -> None:
    comment = await player.comment()
    before = datetime.now(UTC) - timedelta(seconds=2)

    reply_id = await client.reply(ACCESS_TOKEN, comment, "1 290 ₽ & доставка = 0 ₽?")
    (reply,) = await client.replies(ACCESS_TOKEN, comment)

    assert (reply.id, reply.text, reply.username) == (reply_id, "1 290 ₽ & доставка = 0 ₽?", "lavanda_home")
    assert reply.author is not None
    assert reply.author.username == "lavanda_home"
    assert reply.timestamp is not None
    assert reply.timestamp.tzinfo is UTC
    assert before <= reply.timestamp <= datetime.now(UTC)


async def test_replies_are_read_to_the_last_page(client: InstagramClient, player: Player) -> None:
    comment = await player.comment()
    written = [await player.comment(f"Ответ {number}", parent_id=comment) for number in range(101)]

    replies = await client.replies(ACCESS_TOKEN, comment)

    assert sorted(reply.id for reply in replies) == sorted(written)


async def test_an_answer_larger_than_one_packet_is_read_whole(
    client: InstagramClient, player: Player
) -> None:
    comment = await player.comment()
    for _ in range(50):
        await player.comment("ё" * 2_200, parent_id=comment)

    assert len(await client.replies(ACCESS_TOKEN, comment)) == 50


async def test_a_comment_is_hidden_and_shown(client: InstagramClient, player: Player) -> None:
    comment = await player.comment()
    for hidden in (True, False):
        await client.set_hidden(ACCESS_TOKEN, comment, hidden=hidden)

    assert [entry[0] for entry in await player.ledger()] == ["hide", "unhide"]


async def test_a_token_is_refreshed(client: InstagramClient, player: Player) -> None:
    await player.control("switches", {"refresh_renames": True})

    fresh = await client.refresh(ACCESS_TOKEN)

    assert fresh.access_token != ACCESS_TOKEN
    assert fresh.expires_in is not None
    assert timedelta(days=59) < timedelta(seconds=fresh.expires_in) <= timedelta(days=60)


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize(
    ("kind", "more"),
    [("drop_before", {}), ("drop_after", {}), ("garbage", {}), ("status", {"code": 503})],
    ids=["drop before", "drop after", "garbage", "proxy"],
)
async def test_a_read_without_an_answer_may_be_repeated(
    client: InstagramClient, player: Player, operation: str, kind: str, more: dict[str, Any]
) -> None:
    await plan(player, operation, kind, times=2, **more)  # aiohttp itself repeats a read once

    with pytest.raises(GraphError) as caught:
        await READS[operation](client)

    assert caught.value.trouble is Trouble.TRANSIENT
    assert caught.value.code is None


@pytest.mark.parametrize(
    ("kind", "more", "effects"),
    [
        ("drop_before", {}, 0),
        ("drop_after", {}, 1),
        ("garbage", {}, 1),
        ("status", {"code": 502}, 0),
        ("status_after", {"code": 504}, 1),
        ("status_after", {"code": 1}, 1),
        ("status_after", {"code": 20, "subcode": 1772107}, 1),
    ],
    ids=str,
)
async def test_a_write_without_an_answer_may_have_happened(
    client: InstagramClient, player: Player, kind: str, more: dict[str, Any], effects: int
) -> None:
    comment = await player.comment()
    await plan(player, "reply", kind, **more)

    with pytest.raises(GraphError) as caught:
        await client.reply(ACCESS_TOKEN, comment, "Да")

    assert caught.value.trouble is Trouble.AMBIGUOUS
    assert len(await player.ledger()) == effects, "sent once, and not again by the client"


async def test_a_call_has_a_deadline(player: Player) -> None:
    comment = await player.comment()
    await plan(player, "*", "delay", seconds=60, times=2)
    async with InstagramClient(player.base, "v26.0", timedelta(seconds=0.2)) as client:
        with pytest.raises(GraphError) as reading:
            await client.profile(ACCESS_TOKEN)
        with pytest.raises(GraphError) as writing:
            await client.reply(ACCESS_TOKEN, comment, "Да")

    assert (reading.value.trouble, writing.value.trouble) == (Trouble.TRANSIENT, Trouble.AMBIGUOUS)


async def test_where_nobody_listens_not_even_a_write_is_in_doubt() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        async with InstagramClient(base, "v26.0") as client:
            with pytest.raises(GraphError) as caught:
                await client.reply(ACCESS_TOKEN, "1", "Да")

    assert caught.value.trouble is Trouble.TRANSIENT
    assert str(caught.value) == "reply: transient cannot be reached"


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "[" * 100_000},
        {"text": "[]"},
        {"text": ""},
        {"body": b"\xff\xfe"},
        {"text": '{"id": "1"}', "status": 500},
        {"text": "{}", "status": 302, "headers": {"Location": "/elsewhere"}},
        {"text": '{"id": null}'},
        {"text": '{"id": true}'},
    ],
    ids=["brackets", "a list", "nothing", "bytes", "500", "elsewhere", "no id", "a truth"],
)
async def test_an_odd_answer_leaves_a_write_in_doubt(answer: dict[str, Any]) -> None:
    async with answering(web.Response(**answer)) as client:
        with pytest.raises(GraphError) as caught:
            await client.reply(ACCESS_TOKEN, "1", "Да")

    assert caught.value.trouble is Trouble.AMBIGUOUS


async def test_a_number_is_an_id_too() -> None:
    async with answering(web.json_response({"id": 181})) as client:
        assert await client.reply(ACCESS_TOKEN, "1", "Да") == "181"


async def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "LARGEST_ANSWER", 1_000)
    async with answering(web.json_response({"user_id": "1", "username": "x" * 2_000})) as client:
        with pytest.raises(GraphError) as caught:
            await client.profile(ACCESS_TOKEN)

    assert caught.value.trouble is Trouble.TRANSIENT


@pytest.mark.parametrize(
    "answer",
    [{}, {"data": None}, {"data": [{"text": "an element without an id"}]}, {"data": ["no object"]}],
    ids=str,
)
async def test_a_list_of_another_shape_is_no_list(answer: dict[str, Any]) -> None:
    async with answering(web.json_response(answer)) as client:
        with pytest.raises(GraphError) as caught:
            await client.replies(ACCESS_TOKEN, "1")

    assert caught.value.trouble is Trouble.TRANSIENT


async def test_times_and_authors_that_are_missing_do_not_lose_a_reply() -> None:
    data = [{"id": 1, "timestamp": "yesterday"}, {"id": "2", "timestamp": None, "from": {}}]
    async with answering(web.json_response({"data": data, "paging": {"cursors": None}})) as client:
        replies = await client.replies(ACCESS_TOKEN, "1")

    assert [(reply.id, reply.text, reply.timestamp) for reply in replies] == [
        ("1", "", None),
        ("2", "", None),
    ]


async def test_pages_without_end_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PAGES", 3)
    page = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "x"}}}
    async with answering(*(web.json_response(page) for _ in range(3))) as client:
        assert len(await client.replies(ACCESS_TOKEN, "1")) == 3


async def test_an_empty_page_is_the_last_whatever_its_cursor_says() -> None:
    async with answering(web.json_response({"data": [], "paging": {"cursors": {"after": "x"}}})) as client:
        assert await client.replies(ACCESS_TOKEN, "1") == []


async def test_instagram_says_how_long_to_wait(client: InstagramClient, player: Player) -> None:
    await player.control("switches", {"usage": {"estimated_time_to_regain_access": 7}})
    await plan(player, "me", "status", code=80002)

    with pytest.raises(GraphError) as caught:
        await client.profile(ACCESS_TOKEN)

    assert (caught.value.trouble, caught.value.retry_after) == (Trouble.THROTTLED, 7 * 60)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("{", None),
        ("[]", None),
        ('{"1": {}}', None),
        ('{"1": [1, {"estimated_time_to_regain_access": "3"}]}', None),
        ('{"1": [{"estimated_time_to_regain_access": 0}]}', None),
        ('{"1": [{"estimated_time_to_regain_access": 1}, {}]}', 60),
        ('{"1": [{"estimated_time_to_regain_access": 2.5}], "2": [{}]}', 150),
    ],
    ids=str,
)
async def test_odd_usage_is_no_advice(header: str, seconds: float | None) -> None:
    told = web.json_response({"error": {"code": 4}}, headers={"X-Business-Use-Case-Usage": header})
    async with answering(told) as client:
        with pytest.raises(GraphError) as caught:
            await client.profile(ACCESS_TOKEN)

    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("call", READS.values(), ids=READS)
async def test_no_error_holds_the_token(player: Player, call: Call) -> None:
    long = "x" * 290 + ACCESS_TOKEN  # would be cut in the middle of the token
    for message in (f"Malformed access token {ACCESS_TOKEN}", long):
        await plan(player, "*", "status", code=190, message=message)
    await plan(player, "*", "garbage")
    await plan(player, "*", "drop_before", times=2)
    errors = []
    async with InstagramClient(player.base, "v26.0") as client:
        for _ in range(4):
            with pytest.raises(GraphError) as caught:
                await call(client)
            errors.append(caught.value)

    for error in errors:
        shown = "".join(traceback.format_exception(error))
        assert "IGAA" not in f"{shown} {error} {error!r} {error.args}"
    assert "[hidden]" in str(errors[0])


async def test_a_closed_client_does_not_call() -> None:
    client = InstagramClient("http://127.0.0.1:1", "v26.0")
    with pytest.raises(RuntimeError, match="not open"):
        await client.profile(ACCESS_TOKEN)
    await client.__aexit__(None, None, None)
