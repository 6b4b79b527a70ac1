"""How events travel: together, late, twice, out of order or not at all; and what if nobody answers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from sandbox.instagram.webhooks import retry_pauses
from tests.sandbox.instagram.player import ACCOUNT, APP_SECRET, POST, Player, Received, Receiver

HOUR = 3600
META_SECRET = "stand-in-meta-app-secret"


async def still(player: Player, **switches: Any) -> None:
    """Stop the clock, so that nothing goes before it is advanced; one request at a time keeps the order."""
    await player.control("clock", {"scale": 0})
    await player.control("switches", {"at_once": 1, **switches})


async def advance(player: Player, seconds: float) -> None:
    await player.control("clock", {"advance": seconds})


async def deliveries(player: Player) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await player.control("deliveries", method="GET")
    return found


async def sending(player: Player) -> dict[str, Any]:
    found: dict[str, Any] = (await player.control("state", method="GET"))["sending"]
    return found


async def message(player: Player, text: str = "Где заказ?") -> str:
    body = {"username": "anna_k", "text": text}
    return str((await player.control("messages", body))["id"])


def taken(receiver: Receiver) -> list[Received]:
    """What has arrived since the last time."""
    return [receiver.received.get_nowait() for _ in range(receiver.received.qsize())]


def texts(bodies: list[Received]) -> list[str]:
    """The texts of comments, in the order they came."""
    return [
        change["value"]["text"]
        for body in bodies
        for entry in body.json["entry"]
        for change in entry["changes"]
    ]


# Together


async def test_events_that_come_close_together_travel_together(player: Player, receiver: Receiver) -> None:
    await still(player, batch_size=4, batch_wait=2, entry_size=3)
    for number in range(5):
        await player.comment(f"{number}")
        await advance(player, 0.1)
    await advance(player, 5)

    full, rest = taken(receiver)

    assert [len(entry["changes"]) for entry in full.json["entry"]] == [3, 1]
    assert {entry["id"] for entry in full.json["entry"]} == {ACCOUNT}
    assert texts([full, rest]) == ["0", "1", "2", "3", "4"]
    assert [len(one["events"]) for one in await deliveries(player)] == [4, 1]


async def test_a_batch_waits_for_others_only_so_long(player: Player, receiver: Receiver) -> None:
    await still(player, batch_size=10, batch_wait=30)
    comment = await player.comment()

    await advance(player, 29)
    before, told = taken(receiver), (await deliveries(player))[0]
    await advance(player, 1)

    assert before == []
    assert (told["about"], told["state"], told["body"]) == (comment, "pending", "")
    assert len(taken(receiver)) == 1


async def test_messages_and_comments_never_share_a_body(player: Player, receiver: Receiver) -> None:
    await still(player, batch_size=10)
    await player.comment()
    await message(player)
    await player.comment()
    await advance(player, 1)

    parts = [list(entry)[-1] for body in taken(receiver) for entry in body.json["entry"]]

    assert parts == ["changes", "messaging"]


async def test_events_of_several_accounts_share_a_body(player: Player, receiver: Receiver) -> None:
    other = await player.control("accounts", {"username": "second_shop"})
    await still(player, batch_size=10)
    for account in (ACCOUNT, other["account_id"], other["account_id"]):
        await player.control("events", {"kind": "comment", "account_id": account})
    await advance(player, 1)

    (body,) = taken(receiver)

    told = [(entry["id"], len(entry["changes"])) for entry in body.json["entry"]]
    assert told == [(ACCOUNT, 1), (other["account_id"], 2)]


@pytest.mark.parametrize("envelope", ["flat", "bare", "array"])
async def test_every_envelope_takes_a_batch(player: Player, receiver: Receiver, envelope: str) -> None:
    await still(player, batch_size=10, entry_size=2, envelope=envelope)
    for number in range(3):
        await player.comment(f"{number}")
    await advance(player, 1)

    (told,) = taken(receiver)

    match envelope:
        case "flat":
            changes = told.json["entry"]
        case "bare":
            changes = told.json
        case _:
            assert len(told.json) == 2
            changes = [change for one in told.json for change in one["entry"][0]["changes"]]
    assert [change["value"]["text"] for change in changes] == ["0", "1", "2"]


async def test_a_thousand_comments_travel_in_one_body_and_one_of_them_is_poisoned(
    player: Player, receiver: Receiver
) -> None:
    made = await player.control("batch", {"count": 1000, "poison": 417})

    told = await receiver.next()

    entries = told.json["entry"]
    changes = [change for entry in entries for change in entry["changes"]]
    assert (len(entries), len(changes), len(made["ids"])) == (100, 1000, 1000)
    ids = [change["value"]["id"] for change in changes]
    assert [one for one in ids if isinstance(one, str)] == [
        one for one in made["ids"] if one != made["poisoned"]
    ]
    assert ids[417] == [made["poisoned"]]
    assert (await deliveries(player))[0]["id"] == made["delivery_id"]
    for comment in (made["ids"][0], made["poisoned"]):
        assert (await player.get(f"/{comment}", fields="text")).json["text"].startswith("Вопрос")
    listed = await player.get(f"/{POST}/comments")
    assert len(listed.json["data"]) == 50


async def test_a_batch_may_be_worded(player: Player, receiver: Receiver) -> None:
    body = {"count": 2, "username": "fan_{n}", "text": "Цена {n}?"}
    made = await player.control("batch", body)
    nonsense = await player.call("POST", "/_control/batch", json={"count": 2, "poison": 2}, token=None)
    nowhere = await player.call("POST", "/_control/batch", json={"count": 2, "media_id": "5"}, token=None)

    told = await receiver.next()

    assert made["poisoned"] is None
    assert texts([told]) == ["Цена 0?", "Цена 1?"]
    assert (nonsense.status, nowhere.status) == (400, 404)


# Astray


async def test_a_lost_event_is_never_sent_and_still_known(player: Player, receiver: Receiver) -> None:
    await still(player, lose=1)
    comment = await player.comment()
    await advance(player, 36 * HOUR)

    (lost,) = await deliveries(player)

    assert (lost["about"], lost["state"], lost["attempts"]) == (comment, "lost", [])
    assert comment in lost["body"]
    assert receiver.received.empty()
    assert (await player.get(f"/{comment}")).status == 200
    assert (await sending(player))["deliveries"]["lost"] == 1


async def test_a_doubled_event_comes_twice(player: Player, receiver: Receiver) -> None:
    await still(player, duplicate=1)
    await player.comment()
    await advance(player, 1)

    first, second = taken(receiver)

    assert first.body == second.body
    assert len(await deliveries(player)) == 2


async def test_every_event_may_be_late(player: Player, receiver: Receiver) -> None:
    await still(player, delay=90)
    comment = await player.control("comments", {"media_id": POST, "username": "anna_k", "text": "?"})
    await advance(player, 89)
    early = taken(receiver)
    await advance(player, 2)

    (told,) = taken(receiver)

    assert early == []
    assert comment["delivery_id"] is None
    assert (await deliveries(player))[0]["about"] == comment["id"] == told.value["id"]


async def ride(player: Player, receiver: Receiver, seed: int | str) -> tuple[list[str], list[str]]:
    """What arrived of forty comments, and what was lost."""
    await player.control("switches", {"seed": seed})
    known = len(await deliveries(player))
    for number in range(40):
        await player.comment(f"{number}")
        await advance(player, 1)
    await advance(player, 60)
    lost = [one["body"] for one in (await deliveries(player))[known:] if one["state"] == "lost"]
    return texts(taken(receiver)), [one.rpartition('"text":"')[2].partition('"')[0] for one in lost]


async def test_a_seed_decides_what_goes_astray_and_setting_it_again_replays_the_run(
    player: Player, receiver: Receiver
) -> None:
    await still(player, lose=0.2, duplicate=0.2, reorder=0.3, batch_size=5, batch_wait=3)

    first = await ride(player, receiver, 7)
    again = await ride(player, receiver, 7)
    other = await ride(player, receiver, "another")

    assert first == again
    assert first != other
    for arrived, lost in (first, other):
        assert {*arrived, *lost} == {str(number) for number in range(40)}
        assert not set(arrived) & set(lost)
        assert lost
        assert len(arrived) > len(set(arrived))  # some came twice
        assert any(int(one) > int(two) for one, two in pairwise(arrived))  # and some were overtaken


async def test_one_switch_more_does_not_change_what_the_others_decided(
    player: Player, receiver: Receiver
) -> None:
    await still(player, lose=0.3)
    _, lost = await ride(player, receiver, 1)
    await player.control("switches", {"duplicate": 0.5, "reorder": 0.5})

    _, lost_too = await ride(player, receiver, 1)

    assert lost == lost_too


# Signed


@pytest.mark.parametrize(
    ("signing", "secret"), [("app", APP_SECRET), ("meta", META_SECRET), ("wrong", None)], ids=str
)
async def test_the_secret_that_signs_can_be_switched(
    player: Player, receiver: Receiver, signing: str, secret: str | None
) -> None:
    await player.control("switches", {"signing": signing, "user_agent": "facebookexternalua"})
    await player.comment()

    told = await receiver.next()

    good = {
        one: f"sha256={hmac.new(one.encode(), told.body, hashlib.sha256).hexdigest()}"
        for one in (APP_SECRET, META_SECRET)
    }
    matching = [one for one, expected in good.items() if told.headers["X-Hub-Signature-256"] == expected]
    assert matching == ([secret] if secret else [])
    assert told.headers["X-Hub-Signature"].startswith("sha1=")
    assert receiver.user_agents == ["facebookexternalua"]


# Nobody answers


async def test_a_comment_is_repeated_for_36_hours_of_the_clock(player: Player, receiver: Receiver) -> None:
    receiver.statuses = [503] * 10_000
    await player.control("clock", {"scale": 0})
    await player.comment()

    await advance(player, 35 * HOUR)
    (pending,) = await deliveries(player)
    await advance(player, 2 * HOUR)

    (abandoned,) = await deliveries(player)
    times = [datetime.fromisoformat(one["at"]) for one in abandoned["attempts"]]
    assert (pending["state"], abandoned["state"]) == ("pending", "abandoned")
    assert [(two - one).total_seconds() for one, two in pairwise(times)] == list(retry_pauses())
    assert timedelta(hours=35, minutes=59) < times[-1] - times[0] <= timedelta(hours=36)
    assert (await sending(player))["alerts"] == []


async def test_a_comment_reaches_a_receiver_that_comes_back_after_a_day(
    player: Player, receiver: Receiver
) -> None:
    await player.control("clock", {"scale": 0})
    address = receiver.url
    await player.control("webhook", {"url": "http://127.0.0.1:9/hook"})
    comment = await player.comment()
    await advance(player, 24 * HOUR)

    await player.control("webhook", {"url": address})
    await advance(player, 60)

    assert [one.value["id"] for one in taken(receiver)] == [comment]


async def test_messages_that_nobody_takes_for_an_hour_end_the_subscription(
    player: Player, receiver: Receiver
) -> None:
    receiver.statuses = [500] * 10_000
    await still(player)
    told, comment = await message(player), await player.comment()

    await advance(player, 14 * 60)
    early = await sending(player)
    await advance(player, 2 * 60)
    warned = await sending(player)
    await advance(player, 45 * 60)
    ended = await sending(player)

    assert early["alerts"] == []
    assert list(early["failing_since"]) == [ACCOUNT]
    assert [one["kind"] for one in warned["alerts"]] == ["failing"]
    assert [(one["kind"], one["account_id"]) for one in ended["alerts"]] == [
        ("failing", ACCOUNT),
        ("disabled", ACCOUNT),
    ]
    assert (await player.control("state", method="GET"))["subscribed"] == []
    assert (await player.get("/me/subscribed_apps")).json == {"data": []}

    receiver.statuses = []
    taken(receiver)
    silent = await player.comment()
    await advance(player, HOUR)
    states = {one["about"]: one["state"] for one in await deliveries(player)}
    assert receiver.received.empty()
    assert states == {told: "abandoned", comment: "pending", silent: "unsent"}

    await player.post("/me/subscribed_apps", subscribed_fields="comments,messages")
    await advance(player, 60)
    assert [one.value["id"] for one in taken(receiver)] == [comment]


async def test_a_message_that_is_taken_ends_the_count_of_failures(player: Player, receiver: Receiver) -> None:
    await still(player)
    for _ in range(4):
        receiver.statuses = [500] * 15  # a little less than ten minutes
        await message(player)
        await advance(player, 12 * 60)

    assert (await sending(player))["alerts"] == []
    assert (await sending(player))["failing_since"] == {}
    assert {one["state"] for one in await deliveries(player)} == {"delivered"}


async def test_the_regime_of_a_field_can_be_switched(player: Player, receiver: Receiver) -> None:
    receiver.statuses = [500] * 10_000
    await still(player, messaging_regime=["comments"])
    await message(player)
    await advance(player, 2 * HOUR)
    patient = await sending(player)
    await player.comment()
    await advance(player, 2 * HOUR)

    assert patient["alerts"] == []
    assert [one["kind"] for one in (await sending(player))["alerts"]] == ["failing", "disabled"]


async def test_a_clock_that_is_moved_waits_for_what_is_on_its_way(player: Player, receiver: Receiver) -> None:
    """Without a stopped clock: the first attempt is made at once, and an advance counts from its end."""
    receiver.statuses = [500, 500]
    await player.comment()

    async with asyncio.timeout(10):
        while not (await deliveries(player))[0]["status"]:
            pass
        await advance(player, 3)

    (delivery,) = await deliveries(player)
    assert (delivery["state"], len(delivery["attempts"])) == ("delivered", 3)
