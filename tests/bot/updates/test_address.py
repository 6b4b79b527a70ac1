"""Where Telegram delivers when updates come by webhook."""

from __future__ import annotations

import pytest

from bot.connect import connect
from bot.updates.address import announce
from bot.updates.polling import ALLOWED_UPDATES, BotTokenRefused
from tests.bot.builders import OLGA
from tests.bot.conftest import World, closed

URL = "http://127.0.0.1:1/webhooks/telegram"


async def test_the_address_is_set_with_what_we_read_and_nothing_pending_is_lost(world: World) -> None:
    await world.write(OLGA, "/start", chat_id=OLGA.id)
    await announce(world.bot, URL, "a-secret")
    info = await world.call("getWebhookInfo")
    assert info["url"] == URL
    assert set(info["allowed_updates"]) == set(ALLOWED_UPDATES)
    assert info["pending_update_count"] == 1


async def test_it_is_tried_again_while_telegram_is_away(world: World) -> None:
    await world.control("faults", operation="setWebhook", kind="status", code=502)
    await announce(world.bot, URL, "a-secret")
    assert (await world.call("getWebhookInfo"))["url"] == URL


async def test_a_refused_token_is_told(world: World) -> None:
    bot = connect("1:wrong", world.address)
    with pytest.raises(BotTokenRefused):
        await announce(bot, URL, "a-secret")
    await closed(bot)
