"""The dashboard asks whether the address is ours."""

from __future__ import annotations

from tests.webhook.door import VERIFY_TOKEN, Door
from webhook.instagram import PATH

ASKED = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}


async def test_the_challenge_comes_back_as_plain_text(door: Door) -> None:
    answer = await door.get(PATH, ASKED)

    assert (answer.status, answer.text) == (200, "1158201444")
    assert answer.headers["Content-Type"].startswith("text/plain")


async def test_a_wrong_token_or_mode_is_refused_without_the_challenge(door: Door) -> None:
    wrongs = [
        {"hub.verify_token": "another"},
        {"hub.verify_token": ""},
        {"hub.verify_token": VERIFY_TOKEN + "x"},
        {"hub.mode": "unsubscribe"},
    ]
    for wrong in wrongs:
        answer = await door.get(PATH, ASKED | wrong)

        assert answer.status == 403, wrong
        assert "1158201444" not in answer.text


async def test_a_token_that_is_no_text_is_refused(door: Door) -> None:
    async with door.session.get(f"{door.base}{PATH}?hub.mode=subscribe&hub.verify_token=%ff%ed%a0%80") as got:
        assert got.status == 403


async def test_asking_nothing_is_refused(door: Door) -> None:
    assert (await door.get(PATH)).status == 403
