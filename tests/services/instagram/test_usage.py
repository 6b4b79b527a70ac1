"""What the answers' headers say of an account's share of its rate limit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.instagram.newest import ACCOUNTS
from services.instagram.usage import APP_USAGE, BUSINESS_USAGE, Usage, usage_of
from tests.services.instagram.neighbour import Neighbour, refuses, says
from tests.services.instagram.operations import ACCESS

DOCUMENTED = {
    "17841400000000001": [
        {
            "type": "instagram",
            "call_count": 95,
            "total_cputime": 20,
            "total_time": 20,
            "estimated_time_to_regain_access": 0,
        }
    ]
}


def minutes(*values: object) -> str:
    return json.dumps({"1": [{"estimated_time_to_regain_access": value} for value in values]})


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({}, None),
        ({BUSINESS_USAGE: ""}, None),
        ({BUSINESS_USAGE: "{"}, None),
        ({BUSINESS_USAGE: "[]"}, None),
        ({BUSINESS_USAGE: '"95"'}, None),
        ({BUSINESS_USAGE: "[" * 10_000}, None),
        ({BUSINESS_USAGE: '{"1": {}}'}, None),
        ({BUSINESS_USAGE: '{"1": [null, "a"]}'}, None),
        ({BUSINESS_USAGE: json.dumps(DOCUMENTED)}, Usage(95, None)),
        ({APP_USAGE: '{"call_count":28,"total_time":25,"total_cputime":29}'}, Usage(29, None)),
        ({APP_USAGE: "100"}, None),
        ({BUSINESS_USAGE: json.dumps(DOCUMENTED), APP_USAGE: '{"call_count": 100}'}, Usage(100, None)),
        ({BUSINESS_USAGE: json.dumps(DOCUMENTED), APP_USAGE: "broken"}, Usage(95, None)),
        ({BUSINESS_USAGE: minutes(0)}, Usage(0, None)),
        ({BUSINESS_USAGE: minutes(1, 0)}, Usage(0, 60)),
        ({BUSINESS_USAGE: minutes(2.5)}, Usage(0, 150)),
        ({BUSINESS_USAGE: minutes("3", True, None, [])}, Usage(0, None)),
        ({BUSINESS_USAGE: minutes(-5)}, Usage(0, None)),
        ({BUSINESS_USAGE: minutes(float("nan"))}, Usage(0, None)),
        ({BUSINESS_USAGE: minutes(float("inf"))}, Usage(0, 24 * 3600)),
        ({BUSINESS_USAGE: minutes(10**400)}, Usage(0, 24 * 3600)),
        ({BUSINESS_USAGE: '{"1": [{"call_count": 7}, {}], "2": [{"total_time": 8}]}'}, Usage(8, None)),
    ],
    ids=[
        "no header",
        "empty",
        "broken",
        "a list",
        "a word",
        "brackets",
        "no list",
        "no objects",
        "the documented one",
        "of the app",
        "a number",
        "both",
        "one broken",
        "no wait",
        "a minute",
        "minutes and a half",
        "no numbers",
        "a past",
        "nan",
        "for ever",
        "an endless number",
        "the largest",
    ],
)
def test_headers_are_read_as_far_as_they_go(headers: dict[str, str], usage: Usage | None) -> None:
    assert usage_of(headers) == usage


async def test_throttled_means_waiting_as_long_as_the_header_says(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"error": {"code": 80002}}, 400, {BUSINESS_USAGE: minutes(7)}), refuses(80002))
    with pytest.raises(GraphError) as stated:
        await told.reply(ACCESS, "1", "Да")
    with pytest.raises(GraphError) as unstated:
        await told.reply(ACCESS, "1", "Да")

    assert (stated.value.trouble, stated.value.retry_after) == (Trouble.THROTTLED, 7 * 60)
    assert (unstated.value.trouble, unstated.value.retry_after) == (Trouble.THROTTLED, None)


async def test_usage_is_kept_by_account_until_more_is_told(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    other = replace(ACCESS, account="17841400000000002")
    answers: list[dict[str, Any]] = [{"call_count": 10}, {"call_count": 20}, {"call_count": 30}]
    headers = [{BUSINESS_USAGE: json.dumps({"1": [answer]})} for answer in answers]
    neighbour.will(
        says({"id": "1"}, headers=headers[0]),
        says({"error": {"code": 100}}, 400, headers[1]),
        says({"id": "1"}, headers=headers[2]),
        says({"id": "1"}),
    )
    await told.comment(ACCESS, "1")
    with pytest.raises(GraphError):
        await told.comment(other, "1")
    await told.comment(ACCESS, "1")
    await told.comment(ACCESS, "1")

    assert {account: usage.percent for account, usage in told.usage.items()} == {
        ACCESS.account: 30,
        other.account: 20,
    }
    assert datetime.now(UTC) - told.usage[ACCESS.account].seen_at < timedelta(minutes=1)


def test_memory_is_bounded_and_the_newest_stay() -> None:
    client = InstagramClient("http://127.0.0.1:1", "v26.0")
    for number in range(ACCOUNTS):
        client.usage[str(number)] = Usage(number, None)
    client.usage["0"] = Usage(1, None)
    client.usage["another"] = Usage(2, None)

    assert len(client.usage) == ACCOUNTS
    assert "0" in client.usage
    assert "1" not in client.usage
