"""No token, secret, code or address in any error, representation or log line, whatever fails and how."""

from __future__ import annotations

import inspect
import json
import logging
import socket
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from urllib.parse import quote, quote_plus

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from services.instagram.access import Login
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError
from tests.services.instagram.neighbour import (
    Answer,
    Neighbour,
    goes_on,
    hangs_up,
    says,
    stops_short,
    thinks,
)
from tests.services.instagram.operations import ACCESS, CODE, OPERATIONS, SECRET, TOKEN, Call, app

CANARIES = {
    shape
    for secret in (TOKEN, SECRET, CODE)
    for shape in (secret, quote(secret, safe=""), quote_plus(secret))
} | {"canary"}


def _everything(request: web.Request, raw: str) -> str:
    """All that the request brought, as it came and as it was meant."""
    meant = [*request.query.values(), request.headers.get("Authorization", "")]
    return " ".join(
        [f"{request.url} {request.path_qs} {raw}", *meant, *(quote(one, safe="") for one in meant)]
    )


async def enveloped(request: web.Request) -> web.Response:
    """An error that repeats everything."""
    said = _everything(request, await request.text())
    return web.json_response({"error": {"code": 190, "message": said, "error_user_msg": said}}, status=400)


async def cut_in_the_middle(request: web.Request) -> web.Response:
    """An error long enough to be cut just inside a token."""
    return web.json_response({"error": {"code": 190, "message": "x" * 285 + " " + TOKEN}}, status=400)


async def flat(request: web.Request) -> web.Response:
    """The other shape of errors."""
    said = _everything(request, await request.text())
    return web.json_response({"code": 400, "error_message": said, "error_type": said}, status=400)


async def paged(request: web.Request) -> web.Response:
    """A page of a proxy that repeats everything."""
    return web.Response(text=_everything(request, await request.text()), status=502)


async def sent_on(request: web.Request) -> web.Response:
    """A redirect to an address with everything in it."""
    said = quote(_everything(request, await request.text()))
    return web.Response(status=302, headers={"Location": f"http://127.0.0.1:1/{said}"})


async def misshapen(request: web.Request) -> web.Response:
    """An answer of another shape, in which the secrets stand where something else should."""
    said = _everything(request, await request.text())
    places = ("id", "data", "children", "messages", "user_id", "expires_in", "from")
    wrong: dict[str, object] = {place: {said: said} for place in places}
    wrong |= {"access_token": [said], "mentioned_comment": said, "mentioned_media": said}
    return web.json_response({**wrong, "message_id": [said]})


FAILURES: dict[str, Answer] = {
    "envelope": enveloped,
    "cut": cut_in_the_middle,
    "flat": flat,
    "page": paged,
    "redirect": sent_on,
    "shape": misshapen,
    "hang-up": hangs_up,
    "short": stops_short,
    "endless": goes_on,
    "silence": thinks,
    "array": says([TOKEN]),
}


def shown(error: BaseException) -> Iterator[str]:
    """All that anybody could print of an error, and of whatever led to it."""
    yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
    yield "".join(traceback.format_exception(error))
    for other in (error.__cause__, error.__context__):
        if other is not None:
            yield from shown(other)


def test_every_operation_is_tried() -> None:
    public = {
        name
        for name, _ in inspect.getmembers(InstagramClient, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }

    assert public == set(OPERATIONS)


@pytest.mark.parametrize("login", Login, ids=str)
@pytest.mark.parametrize("call", OPERATIONS.values(), ids=OPERATIONS)
async def test_nothing_secret_is_told(
    neighbour: Neighbour,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    login: Login,
    call: Call,
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    with capture_logs() as logs:
        for failure, answer in FAILURES.items():
            neighbour.will(answer)
            deadline = timedelta(seconds=0.1 if failure == "silence" else 10)
            async with InstagramClient(neighbour.base, "v26.0", login, deadline) as client:
                try:
                    await call(client)
                except GraphError as error:
                    told += shown(error)
                told += [repr(client), repr(app(client)), repr(vars(client))]
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            async with InstagramClient(
                f"http://127.0.0.1:{closed.getsockname()[1]}", "v26.0", login
            ) as client:
                with pytest.raises(GraphError) as refused:
                    await call(client)
                told += shown(refused.value)
    told += [record.getMessage() for record in caplog.records if record.name != "asyncio"]
    told += [json.dumps(logs, default=repr), *capsys.readouterr()]

    assert len(told) > 5 * len(FAILURES)
    leaks = {canary: text for canary in CANARIES for text in told if canary in text}
    assert leaks == {}


@pytest.mark.parametrize("call", OPERATIONS.values(), ids=OPERATIONS)
async def test_errors_hold_no_address(neighbour: Neighbour, call: Call) -> None:
    for answer in FAILURES.values():
        if answer is thinks:
            continue
        neighbour.will(answer)
        async with InstagramClient(neighbour.base, "v26.0") as client:
            told: list[str] = []
            try:
                await call(client)
            except GraphError as error:
                told += shown(error)
            assert not [text for text in told if "127.0.0.1" in text or "http://" in text]


async def test_the_token_stands_in_a_header_except_where_meta_wants_it_otherwise(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"id": "1"}))
    for name, call in OPERATIONS.items():
        neighbour.asked.clear()
        with suppress(GraphError):
            await call(told)
        for asked in neighbour.asked:
            in_query = TOKEN in asked.query.values()
            assert in_query == (name in {"long_lived", "refresh"}), name
            assert TOKEN not in asked.raw
            if name not in {"exchange_code", "long_lived", "refresh"}:
                assert asked.headers["Authorization"] == f"Bearer {TOKEN}"


def test_what_holds_secrets_does_not_show_them() -> None:
    told = repr(ACCESS)

    assert "canary" not in told
    assert ACCESS.account in told
