"""The datasheet's table of errors (instagram, §4.4 and §5.3), row by row, over HTTP."""

from __future__ import annotations

import pytest

from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble, classify
from tests.sandbox.instagram.player import ACCESS_TOKEN, Player

T = Trouble

# (code, subcode), what it means for a read, what it means for a write
TABLE = [
    ((-1, None), T.TRANSIENT, T.AMBIGUOUS),
    ((-1, 2207001), T.TRANSIENT, T.AMBIGUOUS),
    ((-2, None), T.TRANSIENT, T.AMBIGUOUS),
    ((1, None), T.TRANSIENT, T.AMBIGUOUS),
    ((1, 1357046), T.TRANSIENT, T.AMBIGUOUS),
    ((1, 99), T.PERMISSION, T.PERMISSION),
    ((2, None), T.TRANSIENT, T.AMBIGUOUS),
    ((2, 1545133), T.TRANSIENT, T.AMBIGUOUS),
    ((3, None), T.PERMISSION, T.PERMISSION),
    ((4, None), T.THROTTLED, T.THROTTLED),
    ((4, 2207051), T.POLICY, T.POLICY),
    ((10, None), T.PERMISSION, T.PERMISSION),
    ((10, 2534022), T.REFUSED, T.REFUSED),
    ((10, 2018278), T.REFUSED, T.REFUSED),
    ((10, 2018108), T.REFUSED, T.REFUSED),
    ((10, 1893063), T.POLICY, T.POLICY),
    ((17, None), T.THROTTLED, T.THROTTLED),
    ((20, 1772107), T.REFUSED, T.AMBIGUOUS),
    ((24, None), T.REFUSED, T.REFUSED),
    ((25, 2207050), T.AUTH, T.AUTH),
    ((32, None), T.THROTTLED, T.THROTTLED),
    ((100, None), T.REFUSED, T.REFUSED),
    ((100, 33), T.GONE, T.GONE),
    ((100, 2018001), T.REFUSED, T.REFUSED),
    ((100, 2534001), T.REFUSED, T.REFUSED),
    ((100, 2534013), T.THROTTLED, T.THROTTLED),
    ((100, 2534014), T.REFUSED, T.REFUSED),
    ((100, 2534024), T.REFUSED, T.REFUSED),
    ((100, 2534025), T.REFUSED, T.AMBIGUOUS),
    ((100, 2534029), T.POLICY, T.POLICY),
    ((102, None), T.AUTH, T.AUTH),
    ((190, None), T.AUTH, T.AUTH),
    ((190, 0), T.AUTH, T.AUTH),
    *(((190, subcode), T.AUTH, T.AUTH) for subcode in (456, 458, 459, 460, 463, 464, 467, 492)),
    ((200, None), T.PERMISSION, T.PERMISSION),
    ((200, 2534041), T.PERMISSION, T.PERMISSION),
    ((200, 1545041), T.REFUSED, T.REFUSED),
    ((299, None), T.PERMISSION, T.PERMISSION),
    ((341, None), T.THROTTLED, T.THROTTLED),
    ((368, None), T.POLICY, T.POLICY),
    ((506, None), T.REFUSED, T.REFUSED),
    ((551, 1545041), T.REFUSED, T.REFUSED),
    ((613, None), T.THROTTLED, T.THROTTLED),
    ((613, 1996), T.THROTTLED, T.THROTTLED),
    ((613, 2534040), T.THROTTLED, T.THROTTLED),
    ((10900, None), T.REFUSED, T.REFUSED),
    ((80001, None), T.THROTTLED, T.THROTTLED),
    ((80002, None), T.THROTTLED, T.THROTTLED),
    ((80006, None), T.THROTTLED, T.THROTTLED),
    ((77777, None), T.REFUSED, T.REFUSED),
]


async def test_each_error_means_what_the_datasheet_says(client: InstagramClient, player: Player) -> None:
    comment = await player.comment()
    for (code, subcode), reading, writing in TABLE:
        fault = {"kind": "status", "code": code, "subcode": subcode, "message": "Planned"}
        await player.control("faults", {"operation": "me", **fault})
        await player.control("faults", {"operation": "reply", **fault})

        with pytest.raises(GraphError) as read:
            await client.profile(ACCESS_TOKEN)
        with pytest.raises(GraphError) as wrote:
            await client.reply(ACCESS_TOKEN, comment, "Да")

        assert (read.value.trouble, wrote.value.trouble) == (reading, writing), (code, subcode)
        assert (read.value.code, read.value.subcode) == (code, subcode)
        assert str(read.value) == f"me: {reading} {code}/{subcode} Planned"

    assert await player.ledger() == []


async def test_a_deleted_comment_is_gone(client: InstagramClient, player: Player) -> None:
    comment = await player.comment()
    await player.control(f"comments/{comment}", method="DELETE")

    with pytest.raises(GraphError) as caught:
        await client.reply(ACCESS_TOKEN, comment, "Да")

    assert caught.value.trouble is Trouble.GONE


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ({"code": 77777, "is_transient": True}, Trouble.TRANSIENT),
        ({"code": 77777, "is_transient": "true"}, Trouble.REFUSED),
        ({"code": "190"}, Trouble.AUTH),
        ({"code": "?"}, Trouble.TRANSIENT),
        ({}, Trouble.TRANSIENT),
        ("went wrong", Trouble.TRANSIENT),
        (None, Trouble.TRANSIENT),
    ],
    ids=str,
)
def test_odd_envelopes_are_read_as_far_as_they_go(error: object, trouble: Trouble) -> None:
    assert classify("me", {"error": error}, write=False, secret="IGAA").trouble is trouble


def test_a_long_message_is_cut() -> None:
    assert len(classify("me", {"error": {"message": "x" * 10_000}}, write=False, secret="IGAA").says) == 300
