"""What an answer that is none, or an odd one, is taken for."""

from __future__ import annotations

import gzip
import socket
from contextlib import ExitStack
from datetime import timedelta

import pytest

from services.instagram import calling
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from tests.services.instagram.neighbour import (
    Answer,
    Neighbour,
    goes_on,
    hangs_up,
    raw,
    says,
    stops_short,
    thinks,
)
from tests.services.instagram.operations import ACCESS, OPERATIONS, READS, WRITES, Call

NONE: dict[str, Answer] = {
    "a proxy's page": raw("<html>Bad Gateway</html>", 502),
    "a proxy's page of success": raw("<html>Welcome</html>"),
    "a throttling proxy": raw("slow down", 429),
    "nothing": raw(""),
    "half an object": raw('{"id": "1'),
    "less than announced": stops_short,
    "gone without a word": hangs_up,
    "bytes": raw(b"\xff\xfe\x00"),
    "a list": says([]),
    "a word": says("true"),
    "brackets": raw("[" * 100_000),
    "a number without end": raw('{"id": ' + "1" * 5_000 + "}"),
    "an object with status 500": says({"id": "1"}, 500),
    "elsewhere": says({"id": "1"}, 302, {"Location": "/elsewhere"}),
    "no gzip": raw(b"plain", headers={"Content-Encoding": "gzip"}),
    "without end": goes_on,
    "a small parcel with a large content": raw(
        gzip.compress(b'{"id": "' + b"x" * 8 * 1024 * 1024 + b'"}'), headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("answer", NONE.values(), ids=NONE)
async def test_a_read_without_an_answer_may_be_repeated(
    told: InstagramClient, neighbour: Neighbour, answer: Answer
) -> None:
    neighbour.will(answer)
    with pytest.raises(GraphError) as caught:
        await told.comment(ACCESS, "1")

    assert (caught.value.trouble, caught.value.code) == (Trouble.TRANSIENT, None)


@pytest.mark.parametrize("answer", NONE.values(), ids=NONE)
async def test_a_write_without_an_answer_may_have_happened_and_is_sent_once(
    told: InstagramClient, neighbour: Neighbour, answer: Answer
) -> None:
    neighbour.will(answer)
    with pytest.raises(GraphError) as caught:
        await told.reply(ACCESS, "1", "Да")

    assert caught.value.trouble is Trouble.AMBIGUOUS
    assert len(neighbour.asked) == 1


@pytest.mark.parametrize("call", READS.values(), ids=READS)
async def test_every_read_is_one(told: InstagramClient, neighbour: Neighbour, call: Call) -> None:
    neighbour.will(raw("<html>", 502))
    with pytest.raises(GraphError) as caught:
        await call(told)

    assert caught.value.trouble is Trouble.TRANSIENT
    assert neighbour.last.method == "GET"


@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
async def test_every_write_is_one(told: InstagramClient, neighbour: Neighbour, call: Call) -> None:
    neighbour.will(raw("<html>", 502))
    with pytest.raises(GraphError) as caught:
        await call(told)

    assert caught.value.trouble is Trouble.AMBIGUOUS
    assert neighbour.last.method in {"POST", "DELETE"}


async def test_a_call_has_a_deadline(neighbour: Neighbour) -> None:
    neighbour.will(thinks)
    async with InstagramClient(neighbour.base, "v26.0", deadline=timedelta(seconds=0.2)) as client:
        with pytest.raises(GraphError) as reading:
            await client.comment(ACCESS, "1")
        with pytest.raises(GraphError) as writing:
            await client.reply(ACCESS, "1", "Да")

    assert (reading.value.trouble, writing.value.trouble) == (Trouble.TRANSIENT, Trouble.AMBIGUOUS)


async def test_where_nobody_listens_not_even_a_write_is_in_doubt() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        async with InstagramClient(base, "v26.0") as client:
            with pytest.raises(GraphError) as caught:
                await client.reply(ACCESS, "1", "Да")

    assert caught.value.trouble is Trouble.TRANSIENT
    assert str(caught.value) == "reply: transient cannot be reached"


async def test_where_nobody_opens_the_door_in_time_not_even_a_write_is_in_doubt() -> None:
    with ExitStack() as sockets:
        full = sockets.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(2):  # the system accepts so many for us; whoever comes now waits outside
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        base = f"http://127.0.0.1:{full.getsockname()[1]}"
        async with InstagramClient(base, "v26.0", deadline=timedelta(seconds=0.4)) as client:
            with pytest.raises(GraphError) as caught:
                await client.reply(ACCESS, "1", "Да")

    assert caught.value.trouble is Trouble.TRANSIENT


@pytest.mark.parametrize(
    "body", [{}, {"id": None}, {"id": True}, {"id": ""}, {"id": 0}, {"id": [1]}], ids=str
)
@pytest.mark.parametrize("operation", ["reply", "answer_mention"])
async def test_a_write_that_brings_no_id_is_in_doubt(
    told: InstagramClient, neighbour: Neighbour, operation: str, body: dict[str, object]
) -> None:
    neighbour.will(says(body))
    with pytest.raises(GraphError) as caught:
        await OPERATIONS[operation](told)

    assert caught.value.trouble is Trouble.AMBIGUOUS


async def test_a_number_is_an_id_too(told: InstagramClient, neighbour: Neighbour) -> None:
    neighbour.will(says({"id": 181}))

    assert await told.reply(ACCESS, "1", "Да") == "181"


@pytest.mark.parametrize("operation", ["set_hidden", "delete", "subscribe", "unsubscribe"])
async def test_no_success_is_a_refusal(told: InstagramClient, neighbour: Neighbour, operation: str) -> None:
    neighbour.will(says({"success": True}), says({}), says({"success": False}))
    await OPERATIONS[operation](told)
    await OPERATIONS[operation](told)
    with pytest.raises(GraphError) as caught:
        await OPERATIONS[operation](told)

    assert caught.value.trouble is Trouble.REFUSED


@pytest.mark.parametrize(
    "answer",
    [{}, {"data": None}, {"data": [{"text": "an element without an id"}]}, {"data": ["no object"]}],
    ids=str,
)
@pytest.mark.parametrize("operation", ["replies", "replies_page", "comments_page", "posts_page"])
async def test_a_list_of_another_shape_is_no_list(
    told: InstagramClient, neighbour: Neighbour, operation: str, answer: dict[str, object]
) -> None:
    neighbour.will(says(answer))
    with pytest.raises(GraphError) as caught:
        await OPERATIONS[operation](told)

    assert caught.value.trouble is Trouble.TRANSIENT


async def test_what_is_missing_or_odd_does_not_lose_a_reply(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    data = [
        {"id": 1, "timestamp": "yesterday", "text": None, "from": {"id": None}},
        {"id": "2", "timestamp": None, "from": {}, "text": "\x00\ud83d"},
        {"id": "3", "timestamp": 5, "from": {"id": 77, "username": "anna_k"}},
        {"id": "4", "timestamp": "9999-12-31T23:59:59-1200"},
    ]
    neighbour.will(says({"data": data, "paging": {"cursors": None}}))

    replies = await told.replies(ACCESS, "1")

    assert [(reply.id, reply.text, reply.timestamp) for reply in replies] == [
        ("1", "", None),
        ("2", "\ufffd\ufffd", None),
        ("3", "", None),
        ("4", "", None),
    ]
    assert [reply.author_id for reply in replies] == [None, None, "77", None]
    assert replies[2].author_name == "anna_k"


async def test_pages_without_end_end(
    told: InstagramClient, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.instagram.comments.REPLY_PAGES", 3)
    neighbour.will(says({"data": [{"id": "1"}], "paging": {"cursors": {"after": "x"}}}))

    assert len(await told.replies(ACCESS, "1")) == 3
    assert [asked.query.get("after") for asked in neighbour.asked] == [None, "x", "x"]


async def test_an_empty_page_is_the_last_whatever_its_cursor_says(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"data": [], "paging": {"cursors": {"after": "x"}}}))

    assert await told.replies(ACCESS, "1") == []
    assert (await told.comments_page(ACCESS, "1")).after is None


@pytest.mark.parametrize(
    "odd", ["", "../me", "..", ".", "1/subscribed_apps", "1?hide=true", "1 2", "ё", "1)"]
)
async def test_what_cannot_be_an_id_is_not_asked_for(
    told: InstagramClient, facebook: InstagramClient, neighbour: Neighbour, odd: str
) -> None:
    neighbour.will(says({"success": True}))
    calls = [
        told.comment(ACCESS, odd),
        told.delete(ACCESS, odd),
        told.post(ACCESS, odd),
        told.message_by_id(ACCESS, odd),
        facebook.mentioned_comment(ACCESS, odd),
        facebook.mentioned_media(ACCESS, odd),
    ]
    for call in calls:
        with pytest.raises(GraphError) as caught:
            await call
        assert caught.value.trouble is Trouble.GONE

    assert neighbour.asked == []


async def test_an_id_in_base64_is_one(told: InstagramClient, neighbour: Neighbour) -> None:
    message_id = "aWdfZAG1faXRlbTox-_+=="
    neighbour.will(says({"id": message_id}))

    assert (await told.message_by_id(ACCESS, message_id)).id == message_id
    assert neighbour.last.path == f"/v26.0/{message_id}"


async def test_a_token_that_no_header_can_hold_is_no_crash(neighbour: Neighbour) -> None:
    async with InstagramClient(neighbour.base, "v26.0") as client:
        with pytest.raises(GraphError) as caught:
            await client.profile("IGAA\r\nX-Evil: 1")

    assert caught.value.trouble is Trouble.TRANSIENT
    assert neighbour.asked == []


async def test_no_cookie_is_kept_and_no_redirect_followed(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"id": "1"}, 307, {"Location": "/elsewhere", "Set-Cookie": "a=b"}), says({"id": "1"}))
    with pytest.raises(GraphError):
        await told.comment(ACCESS, "1")
    await told.comment(ACCESS, "1")

    assert [asked.path for asked in neighbour.asked] == ["/v26.0/1", "/v26.0/1"]
    assert "Cookie" not in neighbour.last.headers


async def test_a_closed_client_does_not_call() -> None:
    client = InstagramClient("http://127.0.0.1:1", "v26.0")
    with pytest.raises(RuntimeError, match="not open"):
        await client.comment(ACCESS, "1")
    await client.__aexit__(None, None, None)


def test_the_deadline_is_the_ruled_one() -> None:
    assert timedelta(seconds=10) == calling.DEADLINE
