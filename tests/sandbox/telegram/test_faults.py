"""Trouble on request: refusals, lost answers, flood limits, and the record of calls."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import BufferedInputFile

from sandbox.telegram import acts, network
from tests.sandbox.telegram.driver import GROUP, OLGA, TOKEN, Driver


async def texts(driver: Driver) -> list[str]:
    return [message["text"] for message in await driver.look("messages")]


async def test_a_planned_429_carries_retry_after(driver: Driver, bot: Bot) -> None:
    await driver.control("faults", operation="sendMessage", kind="status", code=429, retry_after=7, times=2)
    with pytest.raises(TelegramRetryAfter) as refused:
        await bot.send_message(GROUP, "x")
    assert refused.value.retry_after == 7
    status, body = await driver.call("sendMessage", chat_id=GROUP, text="x")
    assert status == 429
    assert body["description"] == "Too Many Requests: retry after 7"
    assert body["parameters"] == {"retry_after": 7}
    await bot.send_message(GROUP, "y")
    assert await texts(driver) == ["y"]


async def test_a_planned_error_has_the_given_code_and_words(driver: Driver, bot: Bot) -> None:
    says = "Forbidden: user is deactivated"
    await driver.control("faults", operation="*", kind="status", code=403, message=says)
    assert await driver.refusal("sendMessage", chat_id=GROUP, text="x") == f"403 {says}"
    await driver.control("faults", operation="sendMessage", kind="status_after")
    with pytest.raises(TelegramServerError):
        await bot.send_message(GROUP, "вышло")
    await driver.control("faults", operation="sendMessage", kind="garbage")
    with pytest.raises(ClientDecodeError):
        await bot.send_message(GROUP, "тоже вышло")
    assert await texts(driver) == ["вышло", "тоже вышло"]
    calls = await driver.look("calls")
    assert [(call["ok"], call["error_code"], call["executed"]) for call in calls] == [
        (False, 403, False),
        (False, 500, True),
        (True, None, True),
    ]


async def test_dropped_connections(driver: Driver, bot: Bot) -> None:
    await driver.control("faults", operation="sendMessage", kind="drop_before")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(GROUP, "не вышло")
    await driver.control("faults", operation="sendMessage", kind="drop_after")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(GROUP, "вышло")
    assert await texts(driver) == ["вышло"]
    before, after = await driver.look("calls")
    assert (before["ok"], before["executed"]) == (None, False)
    assert after["executed"] is True


async def test_a_call_is_carried_out_though_the_caller_hung_up(driver: Driver, bot: Bot) -> None:
    await driver.control("faults", operation="sendMessage", kind="delay", seconds=0.05)
    call = asyncio.create_task(bot.send_message(GROUP, "поздно"))
    await driver.waits("sendMessage")
    call.cancel()

    async def written() -> bool:
        return await texts(driver) == ["поздно"]

    await driver.until(written)


async def test_faults_are_listed_and_forgotten(driver: Driver) -> None:
    await driver.control("faults", operation="getMe", kind="status", code=500)
    assert [fault["operation"] for fault in await driver.look("faults")] == ["getMe"]
    async with driver.http.delete(f"{driver.address}/_control/faults") as answer:
        assert answer.status == 200
    await driver.result("getMe")


async def test_the_flood_limit_counts_writes_in_a_group(driver: Driver, bot: Bot) -> None:
    await driver.control("switches", flood_per_minute=3)
    card = await bot.send_message(GROUP, "раз")
    await bot.edit_message_text("два", chat_id=GROUP, message_id=card.message_id)
    await bot.create_forum_topic(GROUP, "три")
    with pytest.raises(TelegramRetryAfter) as refused:
        await bot.edit_message_text("четыре", chat_id=GROUP, message_id=card.message_id)
    assert 1 <= refused.value.retry_after <= 60
    assert "429" in await driver.refusal("sendMessage", chat_id=GROUP, text="x")
    await bot.delete_message(GROUP, card.message_id)
    await bot.send_message(OLGA.id, "в личке можно")
    await driver.control("switches", flood_per_minute=None)
    await bot.send_message(GROUP, "снова можно")


async def test_a_full_minute_passes(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    await driver.control("switches", flood_per_minute=1)
    await driver.result("sendMessage", chat_id=GROUP, text="раз")
    assert "429" in await driver.refusal("sendMessage", chat_id=GROUP, text="два")
    monkeypatch.setattr(network, "MINUTE", 0.0)
    await driver.result("sendMessage", chat_id=GROUP, text="два")


async def test_the_oldest_taps_and_files_are_forgotten(
    driver: Driver, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "TAP_LIMIT", 1)
    monkeypatch.setattr(network, "FILE_LIMIT", 1)
    monkeypatch.setattr(acts, "PRESS_PATIENCE", 0.001)
    card = await bot.send_message(GROUP, "карточка")
    for _ in range(2):
        await driver.try_control("press", user_id=OLGA.id, message_id=card.message_id, data="x")
    old, new = [one["callback_query"]["id"] for one in await driver.updates()]
    assert "too old" in await driver.refusal("answerCallbackQuery", callback_query_id=old)
    await driver.result("answerCallbackQuery", callback_query_id=new)
    sent = [await bot.send_document(OLGA.id, BufferedInputFile(b"x", "x.csv")) for _ in range(2)]
    first, second = [one.document.file_id for one in sent if one.document is not None]
    assert "wrong file" in await driver.refusal("sendDocument", chat_id=OLGA.id, document=first)
    await driver.result("sendDocument", chat_id=OLGA.id, document=second)


async def test_the_record_shows_parameters_and_never_the_token(driver: Driver, bot: Bot) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
    await driver.result("sendMessage", chat_id=GROUP, text="x", reply_markup=keyboard)
    await driver.refusal("sendMessage", chat_id=GROUP)
    await driver.call("getMe", token=TOKEN + "x")
    await driver.result("setWebhook", url="http://127.0.0.1:1/", secret_token="hush")
    await driver.result("deleteWebhook")
    calls = await driver.look("calls")
    assert [(call["method"], call["ok"], call["error"]) for call in calls] == [
        ("sendMessage", True, None),
        ("sendMessage", False, "Bad Request: message text is empty"),
        ("getMe", False, "Unauthorized"),
        ("setWebhook", True, None),
        ("deleteWebhook", True, None),
    ]
    assert calls[0]["params"] == {"chat_id": GROUP, "text": "x", "reply_markup": keyboard}
    assert calls[0]["at"].endswith("+00:00")
    assert TOKEN not in str(calls)
    assert "hush" not in str(calls)
