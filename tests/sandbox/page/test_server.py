"""What the page's server serves, passes on, and refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, ClientTimeout, FormData, web

from sandbox.page import Page, forwarding, streaming
from sandbox.page.server import BODY_LIMIT, STATIC
from sandbox.server import serve
from tests.sandbox.page.surroundings import GROUP, IVAN, POST, PRODUCT_TOKEN, TELEGRAM, Surroundings

BUTTON = {"inline_keyboard": [[{"text": "✅", "callback_data": "d:ap:x:1"}]]}


async def get(around: Surroundings, path: str, **more: Any) -> ClientResponse:
    """An answer of any status, with its body read."""
    async with around.http.get(f"{around.page}{path}", allow_redirects=False, **more) as answer:
        await answer.read()
        return answer


@asynccontextmanager
async def beside(around: Surroundings, neighbour: str) -> AsyncIterator[str]:
    """Another page, for which Telegram and the product are at this address."""
    config = replace(around.config, telegram=neighbour, product=neighbour)
    async with serve(Page(config).application()) as page:
        yield page


async def test_the_page_loads_nothing_but_its_own_files(around: Surroundings) -> None:
    index = await get(around, "/")
    assert index.status == 200
    assert index.content_type == "text/html"
    assert index.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert index.headers["X-Content-Type-Options"] == "nosniff"
    types = {".css": "css", ".js": "javascript", ".svg": "svg+xml", ".html": "html"}
    for file in STATIC.iterdir():
        served = await get(around, f"/{file.name}")
        assert served.status == 200
        assert served.content_type.endswith(f"/{types[file.suffix]}")
        assert await served.text() == file.read_text()
        assert "http://" not in file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in file.read_text()


async def test_the_browser_learns_who_plays_and_no_secret(around: Surroundings) -> None:
    answer = await get(around, "/api/config")
    told = await answer.json()
    assert told["chat_id"] == GROUP
    assert told["people"][1] == {"id": IVAN.id, "name": "Иван", "role": "manager"}
    assert PRODUCT_TOKEN not in await answer.text()
    assert PRODUCT_TOKEN not in repr(around.config)


async def test_a_customer_writes_edits_and_deletes_a_comment(around: Surroundings) -> None:
    async def comments() -> list[tuple[str, str]]:
        state = await around.ask("instagram/state")
        return [(one["username"], one["text"]) for one in state["posts"][0]["comments"]]

    body = {"media_id": POST, "username": "anna_k", "text": "Сколько стоит?"}
    comment_id = (await around.ask("instagram/comments", body))["id"]
    assert await comments() == [("anna_k", "Сколько стоит?")]
    await around.ask(f"instagram/comments/{comment_id}", {"text": "Сколько стоит саше?"}, "PATCH")
    assert await comments() == [("anna_k", "Сколько стоит саше?")]
    await around.ask(f"instagram/comments/{comment_id}", method="DELETE")
    assert await comments() == []


async def test_pictures_of_posts_are_shown(around: Surroundings) -> None:
    async with around.http.get(f"{around.page}/api/pictures/{POST}.png") as answer:
        assert answer.content_type == "image/png"
        assert (await answer.read()).startswith(b"\x89PNG")


async def test_a_manager_presses_and_sees_the_answer(around: Surroundings) -> None:
    message = await around.bot("sendMessage", chat_id=GROUP, text="Карточка", reply_markup=BUTTON)
    press = {"user_id": IVAN.id, "message_id": message["message_id"], "data": "d:ap:x:1"}
    query, answer = await asyncio.gather(
        around.answer_next_press("Одобрено", alert=True), around.ask("telegram/press", press)
    )
    assert query["from"]["id"] == IVAN.id
    assert (answer["text"], answer["alert"]) == ("Одобрено", True)


async def test_the_query_reaches_the_neighbour(around: Surroundings) -> None:
    await around.ask("telegram/send", {"user_id": IVAN.id, "text": "Привет"})
    assert len(await around.ask(f"telegram/messages?chat_id={GROUP}")) == 1
    assert await around.ask(f"telegram/messages?chat_id={IVAN.id}") == []


async def test_a_neighbours_refusal_comes_back_with_its_words(around: Surroundings) -> None:
    body = {"user_id": 1, "text": "Кто я?"}
    async with around.http.post(f"{around.page}/api/telegram/send", json=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"] == "there is no person 1"


async def test_requests_of_the_model_can_be_read(around: Surroundings) -> None:
    assert await around.ask("llm/requests") == []


async def test_changes_in_telegram_are_streamed(around: Surroundings) -> None:
    async with around.http.get(f"{around.page}/api/telegram/events") as stream, asyncio.timeout(10):
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readline() == b": watching\n"
        await around.bot("sendMessage", chat_id=GROUP, text="Карточка")
        while not (line := await stream.content.readline()).startswith(b"data: "):
            pass
    change = json.loads(line.removeprefix(b"data: "))
    assert (change["type"], change["message"]["text"]) == ("message", "Карточка")


async def test_a_stopping_page_ends_its_streams_properly(around: Surroundings) -> None:
    async with asyncio.timeout(10), serve(Page(around.config).application()) as page:
        stream = await around.http.get(f"{page}/api/telegram/events")
        assert await stream.content.readline() == b": watching\n"
    assert await stream.content.read() == b"\n"  # up to the last chunk, not torn off


async def test_streams_are_limited_and_given_back(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MOST_OPEN", 1)
    async with asyncio.timeout(10), beside(around, around.config.telegram) as page:
        async with around.http.get(f"{page}/api/telegram/events") as first:
            await first.content.readline()
            async with around.http.get(f"{page}/api/telegram/events") as second:
                assert second.status == 503
        while True:  # the first is given back as soon as the page notices that it was left
            async with around.http.get(f"{page}/api/telegram/events") as third:
                if third.status == 200:
                    return


async def test_the_product_is_read_with_the_token_that_the_browser_never_sees(around: Surroundings) -> None:
    overview = await get(around, "/api/product/overview")
    assert (await overview.json())["states"]["drafts"] == {"pending": 2}
    missing = await get(around, "/api/product/comments/42/timeline")
    assert missing.status == 404
    assert around.product.asked == [
        ("/internal/overview", f"Bearer {PRODUCT_TOKEN}"),
        ("/internal/comments/42/timeline", f"Bearer {PRODUCT_TOKEN}"),
    ]
    for answer in (overview, missing):
        assert PRODUCT_TOKEN not in f"{answer.headers} {await answer.text()}"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_of_the_product_can_be_changed(around: Surroundings, method: str) -> None:
    async with around.http.request(method, f"{around.page}/api/product/overview", json={}) as answer:
        assert answer.status == 405
    assert around.product.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/product/../metrics",
        "/api/product/%2e%2e/metrics",
        "/api/product/..%2fmetrics",
        "/api/product/x%3f/metrics",
        "/api/product//metrics",
        "/api/product/",
        "/api/instagram/..%2f..%2fme",
        "/api/pictures/..%2f_control%2fstate.png",
        "/api/unknown/state",
        "/..%2fserver.py",
        "/%2e%2e/server.py",
    ],
)
async def test_no_path_leads_elsewhere(around: Surroundings, path: str) -> None:
    host = around.page.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    answered = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answered.startswith((b"HTTP/1.1 404", b"HTTP/1.1 403"))
    assert around.product.asked == []


async def test_a_redirect_does_not_carry_the_token_away(around: Surroundings) -> None:
    around.product.moved_to = f"{around.config.instagram}/_control/state"
    assert (await get(around, "/api/product/overview")).status == 302
    assert len(around.product.asked) == 1


async def test_a_body_beyond_the_limit_is_refused(around: Surroundings) -> None:
    too_much = {"user_id": IVAN.id, "text": "x" * BODY_LIMIT}
    async with around.http.post(f"{around.page}/api/telegram/send", json=too_much) as answer:
        assert answer.status == 413
    assert await around.ask("telegram/messages") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.example:80"},
        {"Host": "[::bad"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_other_sites_cannot_press_through_a_browser(
    around: Surroundings, headers: dict[str, str]
) -> None:
    body = {"user_id": IVAN.id, "text": "Привет"}
    address = f"{around.page}/api/telegram/send"
    async with around.http.post(address, json=body, headers=headers) as answer:
        assert answer.status in {400, 403}
    assert await around.ask("telegram/messages") == []


async def test_the_page_itself_may_press_and_a_link_may_open_it(around: Surroundings) -> None:
    ours = {"Origin": around.page, "Sec-Fetch-Site": "same-origin"}
    assert (await get(around, "/api/config", headers=ours)).status == 200
    assert (await get(around, "/", headers={"Sec-Fetch-Site": "cross-site"})).status == 200


async def test_what_the_bot_uploaded_is_never_shown_as_a_page(around: Surroundings) -> None:
    form = FormData({"chat_id": str(GROUP)})
    form.add_field("document", b"<script>alert(1)</script>", filename="x.html", content_type="text/html")
    address = f"{around.config.telegram}/bot{TELEGRAM.bot_token}/sendDocument"
    async with around.http.post(address, data=form) as answer:
        file_id = (await answer.json())["result"]["document"]["file_id"]
    served = await get(around, f"/api/telegram/files/{file_id}")
    assert served.content_type == "application/octet-stream"
    assert served.headers["Content-Disposition"] == "attachment"


async def test_a_product_that_is_not_there_is_told_without_its_address(around: Surroundings) -> None:
    async with serve(web.Application()) as gone:
        pass
    async with beside(around, gone) as page:
        for path in ("product/overview", "telegram/events"):
            async with around.http.get(f"{page}/api/{path}") as answer:
                assert answer.status == 502
                assert (await answer.json())["error"] == f"{path.split('/')[0]} cannot be reached"


async def test_a_product_that_hangs_does_not_hang_the_page(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    monkeypatch.setattr(forwarding, "CALL", ClientTimeout(total=0.05))
    hanging = web.Application()
    hanging.router.add_get("/internal/overview", hang)
    async with serve(hanging) as product, beside(around, product) as page, ClientSession() as http:
        async with http.get(f"{page}/api/product/overview") as answer:
            assert answer.status == 504
            assert await answer.json() == {"error": "product did not answer in time"}
        never.set()


async def test_an_answer_too_large_to_hold_is_refused(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "MOST_RECEIVED", 100)
    answer = await get(around, "/api/instagram/state")
    assert answer.status == 502
    assert await answer.json() == {"error": "instagram answers more than the page can hold"}
