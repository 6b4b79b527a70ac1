"""Failures are counted against an address, and only failures."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from db.engine import Database
from tests.webhook.conftest import door_to
from tests.webhook.door import Door, change, delivery
from webhook import admission
from webhook.admission import FAILURES_PER_MINUTE, Penalties, client_address

BODY = delivery(change("18100000000000001"))


async def test_a_flood_is_cut_off_while_signed_traffic_from_the_same_address_passes(door: Door) -> None:
    statuses = [(await door.post(BODY, [])).status for _ in range(FAILURES_PER_MINUTE + 5)]

    assert statuses[:FAILURES_PER_MINUTE] == [401] * FAILURES_PER_MINUTE
    assert statuses[-1] == 429
    assert (await door.deliver(BODY)).status == 200
    assert (await door.post(BODY, [])).headers["Retry-After"] == "60"


async def test_wrong_signatures_count_too_but_are_always_checked(door: Door) -> None:
    wrong = [("X-Hub-Signature-256", "sha256=" + "0" * 64)]
    flood = await asyncio.gather(*(door.post(BODY, wrong) for _ in range(FAILURES_PER_MINUTE * 2)))

    assert {answer.status for answer in flood} == {401}
    assert (await door.post(BODY, [])).status == 429
    assert (await door.deliver(BODY)).status == 200


async def test_a_thousand_invented_addresses_are_one(door: Door) -> None:
    statuses = {
        (await door.post(BODY, [("X-Forwarded-For", f"198.51.100.{number}")])).status
        for number in range(FAILURES_PER_MINUTE + 2)
    }

    assert statuses == {401, 429}


async def test_behind_a_trusted_proxy_each_client_has_its_own_bucket(db: Database) -> None:
    async with door_to(db, trusted=["127.0.0.0/8"]) as door:
        for _ in range(FAILURES_PER_MINUTE + 2):
            await door.post(BODY, [("X-Forwarded-For", "1.1.1.1, 198.51.100.1")])

        assert (await door.post(BODY, [("X-Forwarded-For", "198.51.100.1")])).status == 429
        assert (await door.post(BODY, [("X-Forwarded-For", "198.51.100.1, 198.51.100.2")])).status == 401


def seen(peer: str, *forwarded: str, trusted: tuple[str, ...] = ("10.0.0.0/8", "fd00::/8")) -> str:
    request = make_mocked_request("POST", "/", headers=[("X-Forwarded-For", value) for value in forwarded])
    cloned: web.BaseRequest = request.clone(remote=peer)
    assert isinstance(cloned, web.Request)
    return client_address(cloned, [ip_network(network) for network in trusted])


def test_the_rightmost_hop_that_nobody_vouches_for_is_the_client() -> None:
    assert seen("203.0.113.9", "198.51.100.1") == "203.0.113.9"
    assert seen("10.1.1.1", "198.51.100.1, 198.51.100.2") == "198.51.100.2"
    assert seen("10.1.1.1", "198.51.100.1, 10.2.2.2") == "198.51.100.1"
    assert seen("10.1.1.1", "198.51.100.1", "10.2.2.2,, ") == "198.51.100.1"
    assert seen("10.1.1.1") == "10.1.1.1"
    assert seen("10.1.1.1", "10.2.2.2") == "10.2.2.2"
    assert seen("10.1.1.1", "198.51.100.1, unknown") == "unknown"
    assert seen("fd00::1", "2001:db8::1") == "2001:db8::1"


def test_a_proxy_is_known_by_its_mapped_address_too() -> None:
    assert seen("::ffff:10.1.1.1", "198.51.100.1") == "198.51.100.1"
    assert seen("::ffff:203.0.113.9", "198.51.100.1") == "::ffff:203.0.113.9"


def test_a_bucket_leaks() -> None:
    penalties = Penalties(limit=2)
    penalties.fail("a")
    assert not penalties.exceeded("a")
    penalties.fail("a")
    penalties.fail("a")
    assert penalties.exceeded("a")
    assert not penalties.exceeded("b")

    level, at = penalties._levels["a"]
    penalties._levels["a"] = (level, at - admission.WINDOW)
    assert not penalties.exceeded("a")


def test_only_so_many_addresses_are_remembered() -> None:
    penalties = Penalties(limit=1)
    for number in range(admission.REMEMBERED + 1):
        penalties.fail(str(number))

    assert len(penalties._levels) == admission.REMEMBERED
    assert next(iter(penalties._levels)) == "1"
