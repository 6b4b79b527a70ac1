"""`POST /webhooks/telegram`: stored before it is acknowledged, and only from Telegram."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from db.engine import Database
from db.models import TelegramUpdate
from sandbox.server import serve
from sandbox.telegram import Person, Telegram, TelegramConfig
from tests.db.cable import cable_to
from webhook.admission import Bodies
from webhook.server import application, listening
from webhook.telegram import LARGEST, PATH, SECRET_HEADER, SecretMissing, telegram_routes

SECRET = "a-secret_of_tests"
UPDATE = {"update_id": 41, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}}


class Sender:
    """Somebody who posts to the address."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self.http = http
        self.address = address

    async def post(self, body: Any, secret: str | None = SECRET) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if secret is None else {SECRET_HEADER: secret}
        async with self.http.post(self.address, data=io.BytesIO(data), headers=headers) as answer:
            return answer.status


@asynccontextmanager
async def webhook(db: Database, bodies: Bodies | None = None) -> AsyncIterator[Sender]:
    app = application(telegram_routes(db, SECRET, bodies=bodies))
    async with listening(app, "127.0.0.1", 0) as port, aiohttp.ClientSession() as http:
        yield Sender(http, f"http://127.0.0.1:{port}{PATH}")


@pytest.fixture
async def sender(db: Database) -> AsyncIterator[Sender]:
    async with webhook(db) as sender:
        yield sender


async def stored(db: Database) -> dict[int, Any]:
    async with db.transaction() as tx:
        rows = await tx.session.execute(text("SELECT id, payload FROM telegram_updates ORDER BY id"))
        return {row[0]: row[1] for row in rows}


async def jobs(db: Database) -> int:
    async with db.transaction() as tx:
        return await tx.session.scalar(text("SELECT count(*) FROM pgqueuer")) or 0


async def test_the_update_and_its_job_are_there_when_the_answer_is(sender: Sender, db: Database) -> None:
    assert await sender.post(UPDATE) == 200
    assert await stored(db) == {41: UPDATE}
    assert await jobs(db) == 1


async def test_a_repeated_update_is_taken_and_stored_once(sender: Sender, db: Database) -> None:
    assert await sender.post(UPDATE) == 200
    assert set(await asyncio.gather(*(sender.post(UPDATE) for _ in range(20)))) == {200}
    assert list(await stored(db)) == [41]
    assert await jobs(db) == 1


@pytest.mark.parametrize(
    "secret", [None, "", "a-secret_of_test", "a-secret_of_testz", "другой", SECRET.upper()]
)
async def test_without_the_secret_nothing_is_read(sender: Sender, db: Database, secret: str | None) -> None:
    assert await sender.post(UPDATE, secret) == 403
    assert await stored(db) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\x00",
        {},
        {"update_id": "41"},
        {"update_id": True},
        {"update_id": 1.5},
        {"update_id": -1},
        {"update_id": 2**63},
    ],
)
async def test_what_is_no_update_is_refused(sender: Sender, db: Database, body: Any) -> None:
    assert await sender.post(body) == 400
    assert await stored(db) == {}


async def test_a_body_beyond_the_limit_is_refused(sender: Sender, db: Database) -> None:
    assert await sender.post(UPDATE | {"padding": "x" * LARGEST}) == 413
    assert await stored(db) == {}


async def test_a_body_within_the_limit_is_taken(sender: Sender, db: Database) -> None:
    assert await sender.post(UPDATE | {"padding": "я" * 100_000}) == 200
    assert list(await stored(db)) == [41]


async def test_telegram_is_told_to_come_again_while_the_database_is_away(database_url: str) -> None:
    async with cable_to(database_url) as cable:
        db = Database(cable.url)
        async with webhook(db) as sender:
            await cable.pull()
            assert await sender.post(UPDATE) == 503
            await cable.plug()
            assert await sender.post(UPDATE) == 200
            assert list(await stored(db)) == [41]
        await db.close()


def test_an_empty_secret_is_no_secret(db: Database) -> None:
    with pytest.raises(SecretMissing):
        telegram_routes(db, "")


async def test_telegram_itself_delivers_to_it(sender: Sender, db: Database) -> None:
    olga = Person(501, "Ольга", "olga")
    config = TelegramConfig("7:token", "shop_bot", -1001, "Менеджеры", (olga,), Person(6, "Чужой", "who"))
    async with serve(Telegram(config).application()) as address:
        call = f"{address}/bot7:token/setWebhook"
        async with sender.http.post(call, json={"url": sender.address, "secret_token": SECRET}) as answer:
            assert answer.status == 200
        sent = {"user_id": olga.id, "chat_id": olga.id, "text": "/start"}
        async with sender.http.post(f"{address}/_control/send", json=sent) as answer:
            update_id = (await answer.json())["update_id"]
        async with asyncio.timeout(10):
            while update_id not in await stored(db):  # noqa: ASYNC110 - Telegram delivers when it likes
                await asyncio.sleep(0.01)
    async with db.transaction() as tx:
        row = await tx.session.get(TelegramUpdate, update_id)
        assert row is not None
        assert row.payload["message"]["text"] == "/start"
