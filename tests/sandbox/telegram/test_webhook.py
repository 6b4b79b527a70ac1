"""Webhook delivery: signed, in order, repeated until taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiohttp import web

from sandbox.server import serve
from sandbox.telegram import Telegram
from tests.sandbox.telegram.driver import GROUP, OLGA, Driver

SECRET = "s3cret_token-"


@dataclass
class Receiver:
    """A webhook of a bot: answers what it is told, 200 when it is told nothing."""

    address: str = ""
    answers: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    received: asyncio.Queue[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=asyncio.Queue)

    async def take(self, request: web.Request) -> web.Response:
        self.received.put_nowait((dict(request.headers), await request.json()))
        status, headers, text = self.answers.pop(0) if self.answers else (200, {}, "")
        return web.Response(status=status, headers=headers, text=text)

    async def texts(self, count: int) -> list[str]:
        async with asyncio.timeout(10):
            return [(await self.received.get())[1]["message"]["text"] for _ in range(count)]


@pytest.fixture
async def receiver(stand_in: Telegram) -> AsyncIterator[Receiver]:
    stand_in._network.webhook.first_delay = 0.001
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/webhooks/telegram", receiver.take)
    async with serve(application) as address:
        receiver.address = f"{address}/webhooks/telegram"
        yield receiver


async def test_updates_arrive_with_the_secret(driver: Driver, bot: Bot, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.address, secret_token=SECRET, allowed_updates=["message"])
    sent = await driver.control("send", user_id=OLGA.id, text="/start")
    async with asyncio.timeout(10):
        headers, body = await receiver.received.get()
    assert headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
    assert headers["Content-Type"].startswith("application/json")
    assert body["update_id"] == sent["update_id"]
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections) == (receiver.address, 40)
    assert info.allowed_updates == ["message"]


async def test_a_refused_delivery_is_repeated_in_order(driver: Driver, bot: Bot, receiver: Receiver) -> None:
    receiver.answers = [(500, {}, ""), (302, {"Location": "/"}, ""), (429, {"Retry-After": "0.001"}, "")]
    for text in ("/one", "/two"):
        await driver.control("send", user_id=OLGA.id, text=text)
    await bot.set_webhook(receiver.address)
    assert await receiver.texts(5) == ["/one", "/one", "/one", "/one", "/two"]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 429 Too Many Requests"


async def test_an_address_where_nobody_listens_is_tried_until_the_webhook_goes(
    driver: Driver, bot: Bot, receiver: Receiver
) -> None:
    async with serve(web.Application()) as closed:
        pass
    await bot.set_webhook(closed)
    await driver.control("send", user_id=OLGA.id, text="/start")

    async def failed() -> bool:
        return (await bot.get_webhook_info()).last_error_message is not None

    await driver.until(failed)
    info = await bot.get_webhook_info()
    assert (info.last_error_message, info.pending_update_count) == ("Connection failed", 1)
    await bot.set_webhook(receiver.address)
    assert await receiver.texts(1) == ["/start"]


async def test_a_call_in_the_answer_is_carried_out(driver: Driver, bot: Bot, receiver: Receiver) -> None:
    receiver.answers = [(200, {}, f'{{"method": "sendMessage", "chat_id": {GROUP}, "text": "готово"}}')]
    await bot.set_webhook(receiver.address)
    await driver.control("send", user_id=OLGA.id, text="/start")
    await receiver.texts(1)

    async def done() -> bool:
        return "готово" in [message["text"] for message in await driver.look("messages")]

    await driver.until(done)


async def test_repeated_updates_come_by_webhook_too(driver: Driver, bot: Bot, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.address)
    sent = await driver.control("send", user_id=OLGA.id, text="/start")
    await driver.control("redeliver", update_id=sent["update_id"], times=2)
    assert await receiver.texts(3) == ["/start"] * 3


async def test_polling_and_a_webhook_exclude_each_other(driver: Driver, bot: Bot, receiver: Receiver) -> None:
    poll = asyncio.create_task(driver.refusal("getUpdates", timeout=50))
    await driver.waits("getUpdates")
    await bot.set_webhook(receiver.address)
    assert await poll == "409 Conflict: terminated by setWebhook request"
    await driver.control("send", user_id=OLGA.id, text="/one")
    assert await receiver.texts(1) == ["/one"]
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""
    await driver.control("send", user_id=OLGA.id, text="/two")
    assert (await driver.updates())[-1]["message"]["text"] == "/two"
    await bot.delete_webhook(drop_pending_updates=True)
    assert await driver.updates() == []


async def test_polling_with_a_webhook_is_refused(driver: Driver, bot: Bot, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.address)
    with pytest.raises(TelegramConflictError) as refused:
        await bot.get_updates()
    assert refused.value.message == (
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )


async def test_wrong_webhooks_are_refused(driver: Driver) -> None:
    url = "http://127.0.0.1:1/x"
    invalid = "400 Bad Request: secret token contains unallowed characters"
    assert await driver.refusal("setWebhook", url=url, secret_token="ключ") == invalid
    long = "400 Bad Request: secret token is too long"
    assert await driver.refusal("setWebhook", url=url, secret_token="x" * 257) == long
    assert await driver.refusal("setWebhook", url="ftp://x") == (
        "400 Bad Request: invalid webhook URL specified"
    )
