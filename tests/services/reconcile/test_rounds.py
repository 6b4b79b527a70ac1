"""A round is gone on with: after a crash, a throttle, or when a run has asked enough."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from db.models import Event
from db.models.account import TokenState
from services.reconcile.round import LEASE
from services.reconcile.step import Bounds, reconciling_job
from services.vault import Vault
from tests.building import VAULT, an_account
from tests.sandbox.instagram.player import ALBUM
from tests.services.reconcile.conftest import Shop, both


def within(calls: int) -> Bounds:
    return Bounds(calls=calls, late=timedelta())


async def killed_at(shop: Shop, operation: str, calls: int) -> None:
    """A run dies in its `calls`-th call of an operation."""
    for _call in range(calls - 1):
        await shop.fault("delay", operation)
    await shop.fault("delay", operation, seconds=30.0)
    run = asyncio.create_task(shop.step()(shop.account_id))
    async with asyncio.timeout(20):
        while await shop.player.control("faults", method="GET"):  # noqa: ASYNC110 - the stand-in tells it
            await asyncio.sleep(0.01)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_a_run_that_was_killed_between_pages_is_gone_on_with(shop: Shop) -> None:
    written = await shop.write(120)
    await killed_at(shop, "comments", 3)
    left = (await shop.round()).place
    assert left is not None
    assert left.after is not None
    assert await shop.number(Event) == 100

    shop.ahead = LEASE + timedelta(seconds=1)
    await shop.reconcile(within(2 + 2))  # the posts, the third page, and the empty one after it
    assert await shop.comments() == sorted(written)
    assert (await shop.alerts())["comments_missed"].params["count"] == 120
    assert (await shop.account()).reconciled_at is not None


async def test_a_run_that_was_killed_before_its_first_page_begins_anew(shop: Shop) -> None:
    written = await shop.write(3)
    await killed_at(shop, "media_list", 1)
    shop.ahead = LEASE + timedelta(seconds=1)
    await shop.reconcile()
    assert await shop.comments() == sorted(written)


async def test_while_a_run_may_be_alive_the_account_is_left_to_it(shop: Shop) -> None:
    await shop.write(3)
    await killed_at(shop, "comments", 1)
    before = await shop.jobs()
    await shop.reconcile()
    assert await shop.number(Event) == 0
    run = (await shop.round()).run
    assert [job for job in await shop.jobs() if job not in before] == [
        ("reconcile", f"reconcile:{shop.account_id}:{run}")
    ]


async def test_a_run_whose_lease_was_lost_changes_nothing_more(shop: Shop) -> None:
    await shop.write(3)
    await shop.fault("delay", "comments", seconds=0.5)
    slow = asyncio.create_task(shop.step()(shop.account_id))
    async with asyncio.timeout(20):
        while await shop.player.control("faults", method="GET"):  # noqa: ASYNC110 - the stand-in tells it
            await asyncio.sleep(0.01)
    shop.ahead = LEASE + timedelta(seconds=1)
    await shop.reconcile()
    after = await shop.round()
    await slow
    assert await shop.round() == after
    assert await shop.number(Event) == 3
    assert (await shop.alerts())["comments_missed"].params["count"] == 3


async def test_a_cursor_that_is_no_longer_good_is_forgotten(shop: Shop) -> None:
    written = await shop.write(120)
    await killed_at(shop, "comments", 2)
    shop.ahead = LEASE + timedelta(seconds=1)
    await shop.fault("status", "comments", code=100)
    await shop.reconcile()
    assert await shop.comments() == sorted(written)


async def test_a_throttled_run_waits_as_long_as_instagram_says_and_goes_on(shop: Shop) -> None:
    written = await shop.write(60)
    usage = {"call_count": 100, "estimated_time_to_regain_access": 7}
    await shop.fault("delay", "comments")
    await shop.fault("status", "comments", code=80002)
    await shop.player.control("switches", {"usage": usage | {"call_count": 10}})
    await shop.reconcile()
    until = (await shop.account()).throttled_until
    assert until is not None
    assert timedelta(minutes=6) < until - shop.now() <= timedelta(minutes=7)
    assert len(await shop.comments()) == 50
    assert (await shop.account()).reconciled_at is None

    await shop.player.control("switches", {"usage": None})
    await shop.reconcile()
    assert len(await shop.comments()) == 50  # not yet
    shop.ahead = timedelta(minutes=8)
    await shop.reconcile(within(2 + 2))
    assert await shop.comments() == sorted(written)


async def test_three_quarters_of_the_rate_limit_are_the_most(shop: Shop) -> None:
    written = await shop.write(1) + await shop.write(1, ALBUM)
    await shop.player.control("switches", {"usage": {"call_count": 75}})
    await shop.reconcile()
    assert await shop.comments() == []
    # What was told then is no reason to ask nothing now: it may have been regained.
    await shop.player.control("switches", {"usage": None})
    await shop.reconcile()
    assert await shop.comments() == sorted(written)


async def test_a_run_asks_so_much_and_the_next_ones_do_the_rest(shop: Shop) -> None:
    first, second = await shop.write(3), await shop.write(3, ALBUM)
    for _run in range(2):
        assert (await shop.account()).reconciled_at is None
        await shop.reconcile(within(2 + 2))  # the posts, and one post's page with the empty one after it
    assert await shop.comments() == both(first, second)
    await shop.reconcile(within(2 + 2))
    assert (await shop.account()).reconciled_at is not None


async def test_a_thread_is_not_read_twice_in_a_round(shop: Shop) -> None:
    """However little a run may ask, every run gets on."""
    tops = await shop.write(2)
    replies = [reply for top in tops for reply in await shop.write(60, parent_id=top)]
    for _run in range(3):
        await shop.reconcile(within(2 + 1 + 3))  # the posts, the page, and one thread's replies
    assert await shop.comments() == both(tops, replies)
    assert (await shop.account()).reconciled_at is not None


async def test_instagram_that_does_not_answer_is_asked_again_next_time(shop: Shop) -> None:
    written = await shop.write(3)
    await shop.fault("status", "media_list", code=2)
    await shop.reconcile()
    assert await shop.comments() == []
    await shop.reconcile()
    assert await shop.comments() == sorted(written)


async def test_a_refused_token_is_reported_and_nothing_is_asked_with_it(shop: Shop) -> None:
    await shop.write(3)
    await shop.fault("status", "media_list", code=190)
    await shop.reconcile()
    assert (await shop.account()).token_state is TokenState.INVALID
    assert "token_invalid" in await shop.alerts()
    await shop.reconcile()
    assert await shop.comments() == []
    await shop.set(token_state=TokenState.VALID)
    await shop.reconcile()
    assert len(await shop.comments()) == 3


@pytest.mark.parametrize("why", ["disconnected", "no token", "another key"])
async def test_without_a_token_there_is_no_run(shop: Shop, why: str) -> None:
    await shop.write(3)
    match why:
        case "disconnected":
            await shop.set(disconnected_at=shop.now())
        case "no token":
            await shop.set(token_encrypted=None)
        case _:
            await shop.set(token_encrypted=Vault([Fernet.generate_key().decode()]).seal("IGAAanother"))
    await shop.reconcile()
    assert await shop.comments() == []
    assert (await shop.round()).run == 0


async def test_without_a_row_each_connected_account_gets_a_job(shop: Shop) -> None:
    async with shop.db.transaction() as tx:
        other = await an_account(tx, "17841400000000002", username="other")
        await an_account(tx, "17841400000000003", username="gone", token_encrypted=None)
    await shop.step()()
    await shop.step()()
    assert await shop.jobs() == [
        ("reconcile", reconciling_job(shop.account_id).key),
        ("reconcile", reconciling_job(other.id).key),
    ]


async def test_two_accounts_are_compared_each_by_itself(shop: Shop) -> None:
    """The other account's token is good for its own posts only."""
    made = await shop.player.control("accounts", {"username": "other_shop"})
    async with shop.db.transaction() as tx:
        token = VAULT.seal(made["token"])
        other = await an_account(tx, str(made["account_id"]), username="other_shop", token_encrypted=token)
    [mine] = await shop.write(1)
    theirs = await shop.player.comment("Вопрос", str(made["media_ids"][0]))
    await shop.step()(shop.account_id)
    await shop.step()(other.id)
    await shop.ingest()
    assert (await shop.comment(mine)).account_id == shop.account_id
    assert (await shop.comment(theirs)).account_id == other.id
    assert len(await shop.comments()) == 2
