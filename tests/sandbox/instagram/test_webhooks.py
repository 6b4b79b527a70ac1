"""Sending webhooks: what, to whom, how often."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from itertools import islice
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.instagram import Instagram, webhooks
from sandbox.instagram.webhooks import retry_pauses
from sandbox.server import serve
from tests.sandbox.instagram.player import (
    ACCOUNT,
    AD,
    ALBUM,
    APP_SECRET,
    LIVE,
    POST,
    VERIFY_TOKEN,
    Player,
    Receiver,
)


async def delivered(player: Player, count: int = 1) -> list[dict[str, Any]]:
    """All deliveries, once `count` of them are settled."""
    async with asyncio.timeout(10):
        while True:
            deliveries: list[dict[str, Any]] = await player.control("deliveries", method="GET")
            if sum(one["state"] != "pending" for one in deliveries) >= count:
                return deliveries


async def test_a_comment_is_told_signed_to_the_configured_address(player: Player, receiver: Receiver) -> None:
    comment = await player.comment("Сколько стоит саше?")

    told = await receiver.next()

    expected = hmac.new(APP_SECRET.encode(), told.body, hashlib.sha256).hexdigest()
    assert told.headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert told.headers["X-Hub-Signature"].startswith("sha1=")
    assert told.headers["Content-Type"] == "application/json"
    assert receiver.user_agents == ["Webhooks/1.0 (https://fb.me/webhooks)"]
    entry = told.json["entry"][0]
    assert entry["id"] == ACCOUNT
    assert entry["time"] < 10**11
    assert entry["changes"][0]["field"] == "comments"
    person = told.value["from"]["id"]
    assert told.value == {
        "from": {"id": person, "username": "anna_k"},
        "media": {"id": POST, "media_product_type": "FEED"},
        "id": comment,
        "text": "Сколько стоит саше?",
    }


async def test_comments_on_advertisements_and_live_video_are_told_as_such(
    player: Player, receiver: Receiver
) -> None:
    await player.comment(media_id=AD)
    advertisement = await receiver.next()
    await player.comment(media_id=LIVE)
    live = await receiver.next()

    assert advertisement.value["media"] == {
        "id": AD,
        "ad_id": "120250000000000001",
        "ad_title": "Набор «Вечер»",
        "original_media_id": ALBUM,
        "media_product_type": "AD",
    }
    assert live.json["entry"][0]["changes"][0]["field"] == "live_comments"


async def test_the_shape_of_comment_events_can_be_switched(player: Player, receiver: Receiver) -> None:
    bodies: dict[str, Any] = {}
    for envelope in ("flat", "bare", "array"):
        await player.control("switches", {"envelope": envelope, "id_key": "comment_id", "drop_from_id": True})
        comment = await player.comment()
        bodies[envelope] = (await receiver.next()).json
        value = {
            "from": {"username": "anna_k"},
            "media": {"id": POST, "media_product_type": "FEED"},
            "comment_id": comment,
            "text": "Сколько стоит?",
        }
        match envelope:
            case "flat":
                entry = bodies[envelope]["entry"][0]
                assert (entry["id"], entry["field"], entry["value"]) == (ACCOUNT, "comments", value)
            case "bare":
                assert bodies[envelope] == {"value": value, "field": "comments"}
            case _:
                assert bodies[envelope][0]["entry"][0]["changes"][0]["value"] == value


async def test_a_refused_delivery_is_repeated_with_the_same_bytes(player: Player, receiver: Receiver) -> None:
    await player.control("switches", {"retry_scale": 0})
    receiver.statuses = [500, 204, 404]
    comment = await player.comment()

    received = [await receiver.next() for _ in range(4)]
    (delivery,) = await delivered(player)

    assert len({one.body for one in received}) == 1
    assert (delivery["about"], delivery["state"], delivery["status"]) == (comment, "delivered", 200)
    assert [one["status"] for one in delivery["attempts"]] == [500, 204, 404, 200]


def test_retries_slow_down_and_end_after_36_hours() -> None:
    pauses = list(retry_pauses())

    assert pauses[:8] == [1, 2, 5, 10, 20, 40, 60, 60]
    assert 36 * 3600 - 60 < sum(pauses) <= 36 * 3600


async def test_a_delivery_that_is_always_refused_is_abandoned(
    player: Player, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await player.control("switches", {"retry_scale": 0})
    monkeypatch.setattr(webhooks, "retry_pauses", lambda: islice(retry_pauses(), 2))
    receiver.statuses = [503] * 3

    await player.comment()

    (delivery,) = await delivered(player)
    assert (delivery["state"], len(delivery["attempts"])) == ("abandoned", 3)


async def test_redirects_are_not_followed(player: Player, receiver: Receiver) -> None:
    await player.control("switches", {"retry_scale": 0})
    receiver.statuses = [307]

    await player.comment()

    (delivery,) = await delivered(player)
    assert [one["status"] for one in delivery["attempts"]] == [307, 200]
    assert receiver.received.qsize() == 2


async def test_a_receiver_that_does_not_answer_in_time_gets_it_again(
    player: Player, instagram: Instagram, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert webhooks.TIMEOUT.total == 5
    monkeypatch.setattr(webhooks, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    await player.control("switches", {"retry_scale": 0})
    calls = 0

    async def hang_once(_request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        if calls == 1:
            await asyncio.Event().wait()
        return web.Response()

    application = web.Application()
    application.router.add_post("/hook", hang_once)
    async with serve(application) as base:
        instagram.webhook_url = f"{base}/hook"
        await player.comment()
        (delivery,) = await delivered(player)

    assert [one["status"] for one in delivery["attempts"]][-1] == 200
    assert "Timeout" in delivery["attempts"][0]["error"]


async def test_a_receiver_that_is_started_later_gets_what_was_written_before(
    player: Player, receiver: Receiver
) -> None:
    address = receiver.url
    await player.control("webhook", {"url": "http://127.0.0.1:9/hook"})
    await player.control("switches", {"retry_scale": 0.001})
    comment = await player.comment()
    await player.control("webhook", {"url": address})

    assert (await receiver.next()).value["id"] == comment


async def test_nothing_is_sent_without_an_address_or_a_subscription(
    player: Player, receiver: Receiver
) -> None:
    await player.call("DELETE", "/me/subscribed_apps")
    unsubscribed = await player.comment()
    await player.post("/me/subscribed_apps", subscribed_fields="messages")
    await player.control("webhook", {"url": None})
    nowhere = await player.comment()

    deliveries = await player.control("deliveries", method="GET")

    assert [(one["about"], one["state"], one["attempts"]) for one in deliveries] == [
        (unsubscribed, "unsent", []),
        (nowhere, "unsent", []),
    ]


@pytest.mark.parametrize("concurrent", [False, True])
async def test_a_delivery_can_be_repeated_by_its_id_or_its_comment(
    player: Player, receiver: Receiver, concurrent: bool
) -> None:
    comment = await player.comment()
    first = await receiver.next()
    (delivery,) = await delivered(player)

    by_comment = await player.control("redeliver", {"id": comment, "times": 3, "concurrent": concurrent})
    by_id = await player.control("redeliver", {"id": delivery["id"]})

    assert by_comment == {"id": delivery["id"], "statuses": [200, 200, 200]}
    assert by_id["statuses"] == [200]
    assert {(await receiver.next()).body for _ in range(4)} == {first.body}
    (repeated,) = await player.control("deliveries", method="GET")
    assert [one["again"] for one in repeated["attempts"]] == [False, True, True, True, True]


async def test_an_imported_comment_can_be_delivered(player: Player, receiver: Receiver) -> None:
    body = {"field": "comments", "value": {"id": "77", "media": {"id": POST}, "text": "?"}}
    await player.control("import", body)

    await player.control("redeliver", {"id": "77"})

    assert (await receiver.next()).value["id"] == "77"


async def test_the_address_is_verified_as_meta_does_it(player: Player, receiver: Receiver) -> None:
    good = await player.control("verify")
    receiver.challenge_prefix = "challenge: "
    bad = await player.control("verify")
    await player.control("webhook", {"url": "http://127.0.0.1:9/hook"})
    unreachable = await player.control("verify")

    assert good == {"ok": True, "status": 200, "error": None}
    assert (bad["ok"], bad["status"]) == (False, 200)
    assert unreachable["ok"] is False
    asked = receiver.verifications[0]
    assert (asked["hub.mode"], asked["hub.verify_token"]) == ("subscribe", VERIFY_TOKEN)
    assert asked["hub.challenge"].isdigit()


async def test_what_is_unsent_at_the_end_does_not_hold_it_up(instagram: Instagram) -> None:
    async with serve(instagram.application()) as base, aiohttp.ClientSession() as session:
        instagram.webhook_url = "http://127.0.0.1:9/hook"
        await Player(session, base).comment()

    assert [one.state.value for one in instagram.account.sender.deliveries.values()] == ["pending"]
    async with serve(instagram.application()) as base, aiohttp.ClientSession() as session:
        assert (await Player(session, base).get("/me")).status == 200
