"""A comment becomes an approved reply, driven from outside."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from tests.acceptance.installation import Installation, buttons, eventually

PRICE = "Сколько стоит свеча «Прованс»?"
PRODUCTS = (
    "саше «Лаванда»",
    "саше «Кедр»",
    "свеча «Прованс»",
    "свеча «Зимний сад»",
    "подарочный набор «Вечер»",
    "диффузор «Луг»",
    "мыло «Ромашка»",
    "соль для ванны «Тихий час»",
)


def _body(comment_id: str, media_id: str, account_id: str, text: str) -> str:
    value = {
        "id": comment_id,
        "from": {"id": "900000000000777", "username": "kate_m"},
        "media": {"id": media_id, "media_product_type": "FEED"},
        "text": text,
    }
    entry = {"id": account_id, "time": 1790000000, "changes": [{"field": "comments", "value": value}]}
    return json.dumps({"object": "instagram", "entry": [entry]})


async def test_a_replayed_webhook_becomes_a_card_and_an_approval_exactly_one_reply(
    service: Installation,
) -> None:
    recorded = service.folder / "recorded.jsonl"
    media, account = service.info["media_ids"][0], service.info["account_id"]
    recorded.write_text(_body("18155500000000001", media, account, PRICE) + "\n", encoding="utf-8")
    printed = await service.command("replay", recorded, "--env-file", service.env_file)
    assert printed.strip() == "200: 1"
    message_id, data = await service.button(PRICE, "ap")
    olga = service.info["managers"][0]["id"]
    assert (await service.press(olga, message_id, data))["text"]

    async def replied() -> list[dict[str, object]] | None:
        return await service.replies() or None

    replies = await eventually("the reply is on Instagram", replied)
    assert [reply["comment_id"] for reply in replies] == ["18155500000000001"]
    assert "290 ₽" in str(replies[0]["text"])
    await service.quiet()
    assert len(await service.replies()) == 1


async def test_the_same_webhook_a_hundred_times_makes_one_comment_and_one_card(service: Installation) -> None:
    comment_id = await service.comment(PRICE)
    await service.card(PRICE)
    again = {"id": comment_id, "times": 100, "concurrent": True}
    statuses = await service.post("instagram", "redeliver", again)
    assert set(statuses["statuses"]) == {200}
    await service.quiet()
    assert len(await service.cards(PRICE)) == 1
    found = Counter(entry["type"] for entry in await service.audit())
    assert (found["comment"], found["event"]) == (1, 1)


async def test_our_own_reply_that_comes_back_makes_no_card(service: Installation) -> None:
    comment_id = await service.comment(PRICE)
    message_id, data = await service.button(PRICE, "ap")
    await service.press(service.info["managers"][0]["id"], message_id, data)

    async def echoed() -> bool | None:
        own = [
            entry for entry in await service.audit() if entry["type"] == "comment" and entry["state"] == "own"
        ]
        return True if own else None

    await eventually("our own words came back", echoed)
    states = await service.quiet()
    assert states["comments"] == {"answered": 1, "own": 1}
    assert states["deliveries"] == {"sent": 1}
    bots = [message for message in await service.get("telegram", "messages") if "reply_markup" in message]
    assert len(bots) <= 1
    assert await service.timeline(comment_id)


async def test_a_reply_whose_answer_is_lost_is_found_and_not_sent_twice(service: Installation) -> None:
    await service.post("instagram", "switches", {"own_reply_echo": False})
    await service.fault("instagram", "reply", "drop_after")
    await service.comment(PRICE)
    message_id, data = await service.button(PRICE, "ap")
    await service.press(service.info["managers"][0]["id"], message_id, data)

    async def sent() -> dict[str, object] | None:
        return next(
            (e for e in await service.audit() if e["type"] == "delivery" and e["state"] == "sent"), None
        )

    delivery = await eventually("the delivery ends as sent", sent)
    replies = await service.replies()
    assert [reply["id"] for reply in replies] == [delivery["external_id"]]


async def test_two_hundred_races_of_approve_and_reject_have_one_winner_each(service: Installation) -> None:
    olga, ivan = (manager["id"] for manager in service.info["managers"][:2])
    races = 200
    for number in range(races):  # about different things: many equal answers in a row would have to wait
        product = PRODUCTS[number % len(PRODUCTS)]
        await service.comment(f"Сколько стоит {product}? №{number:03d}", f"customer{number:03d}")

    async def all_there() -> list[dict[str, Any]] | None:
        found = [card for card in await service.cards("№") if "d:ap:" in "".join(buttons(card))]
        return found if len(found) == races else None

    cards = await eventually("all cards are there", all_there)
    for number, card in enumerate(cards):
        approve = next(data for data in buttons(card) if data.startswith("d:ap:"))
        pair = [(olga, approve), (ivan, approve.replace("d:ap:", "d:rjs:"))]
        if number % 2:
            pair.reverse()
        answers = await asyncio.gather(*(service.press(who, card["message_id"], data) for who, data in pair))
        told = [answer for answer in answers if answer["alert"]]
        assert len(told) == 1, answers
        assert "Ольга" in told[0]["text"] or "Иван" in told[0]["text"]
    states = await service.quiet()
    approved, rejected = states["drafts"].get("approved", 0), states["drafts"].get("rejected", 0)
    assert approved + rejected == races
    assert states["deliveries"].get("sent", 0) == approved == len(await service.replies())


async def test_updates_of_telegram_come_by_webhook_as_well(installation: Installation) -> None:
    port = installation.settings()["HTTP_PORT"]
    installation.settings(
        TELEGRAM_MODE="webhook",
        TELEGRAM_WEBHOOK_SECRET="a-secret-of-the-webhook-0123456789",
        PUBLIC_URL=f"http://127.0.0.1:{port}",
    )
    await installation.start()
    await installation.comment(PRICE)
    message_id, data = await installation.button(PRICE, "ap")

    async def announced() -> bool | None:
        methods = {call["method"] for call in await installation.get("telegram", "calls")}
        assert "getUpdates" not in methods
        return True if "setWebhook" in methods else None

    await eventually("the webhook is announced", announced)
    assert (await installation.press(installation.info["managers"][0]["id"], message_id, data))["text"]
    await installation.quiet()
    assert len(await installation.replies()) == 1


async def test_a_dry_run_publishes_nothing(installation: Installation) -> None:
    installation.settings(DRY_RUN="true")
    await installation.start()
    await installation.comment(PRICE)
    message_id, data = await installation.button(PRICE, "ap")
    await installation.press(installation.info["managers"][0]["id"], message_id, data)
    states = await installation.quiet()
    assert states["deliveries"] == {"cancelled": 1}
    assert await installation.get("instagram", "ledger") == []


async def test_cards_follow_the_chat_of_the_settings(installation: Installation) -> None:
    await installation.start()
    await installation.comment(PRICE)
    await installation.card(PRICE)
    assert await installation.stop() == 0
    olga = installation.info["managers"][0]["id"]
    installation.settings(TELEGRAM_CHAT_ID=str(olga))
    await installation.start()

    async def moved() -> bool | None:
        messages = await installation.get("telegram", f"messages?chat_id={olga}")
        return True if any(PRICE in message["text"] for message in messages) else None

    await eventually("the card is in the new chat", moved)


async def test_a_refused_bot_token_stops_the_bot_and_not_the_webhooks(service: Installation) -> None:
    await service.fault("telegram", "getUpdates", "status", code=401)
    await service.comment(PRICE)
    message_id, _data = await service.button(PRICE, "ap")  # the comment and its card came all the same
    assert message_id
    assert (await service.overview())["states"]["comments"] == {"waiting": 1}
