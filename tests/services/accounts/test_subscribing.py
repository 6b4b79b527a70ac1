"""Webhooks of an account: what is subscribed is read, made again, and told when it does not hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.models import Account
from services.accounts.permissions import BASIC, COMMENTS, MESSAGES, needed_fields, wanted_fields
from services.accounts.subscribing import Subscriptions
from services.instagram.access import Login
from services.instagram.client import InstagramClient
from tests.building import VAULT, an_account
from tests.sandbox.instagram.player import ACCESS_TOKEN, ACCOUNT
from tests.services.accounts.browser import APP_ID, Browser

NEEDED = {"comments", "live_comments", "messages"}


@pytest.fixture
def subscriptions(browser: Browser) -> Subscriptions:
    return Subscriptions(browser.db, browser.client, VAULT, APP_ID)


async def connected(browser: Browser, **values: Any) -> Account:
    async with browser.db.transaction() as tx:
        return await an_account(tx, ACCOUNT, **({"token_encrypted": VAULT.seal(ACCESS_TOKEN)} | values))


async def subscribed(browser: Browser) -> set[str]:
    """What the stand-in sends."""
    (shown,) = await browser.player.control("accounts", method="GET")
    return set(shown["subscribed"])


async def unsubscribe(browser: Browser) -> None:
    await browser.player.call("DELETE", f"/{ACCOUNT}/subscribed_apps")


async def test_what_is_subscribed_already_is_only_read(
    browser: Browser, subscriptions: Subscriptions
) -> None:
    before = await subscribed(browser)
    await subscriptions.keep(await connected(browser))

    account = (await browser.rows())["lavanda_home"]
    assert await subscribed(browser) == before == set(account.subscribed_fields)
    assert account.subscription_checked_at is not None


@pytest.mark.parametrize("left", ["", "comments", "messages,comments"])
async def test_what_is_missing_is_subscribed_and_verified(
    browser: Browser, subscriptions: Subscriptions, left: str
) -> None:
    await unsubscribe(browser)
    if left:
        await browser.player.post(f"/{ACCOUNT}/subscribed_apps", subscribed_fields=left)
    await subscriptions.keep(await connected(browser))

    assert await subscribed(browser) >= NEEDED
    assert set((await browser.rows())["lavanda_home"].subscribed_fields) >= NEEDED
    assert await browser.alerts() == {}


async def test_when_instagram_does_not_know_all_fields_the_needed_ones_are_enough(
    browser: Browser, subscriptions: Subscriptions
) -> None:
    await unsubscribe(browser)
    await fails(browser, times=1, after=1)
    await subscriptions.keep(await connected(browser))

    assert await subscribed(browser) == NEEDED
    assert await browser.alerts() == {}


async def fails(browser: Browser, *, times: int, after: int = 0, code: int = 100) -> None:
    """Calls about the subscription are refused, after so many that are only late."""
    if after:
        await browser.player.control(
            "faults", {"operation": "subscription", "kind": "delay", "times": after, "seconds": 0}
        )
    await browser.player.control(
        "faults", {"operation": "subscription", "kind": "status", "code": code, "times": times}
    )


@pytest.mark.parametrize("code", [10, 100, 200])
async def test_what_does_not_hold_is_told_and_settled_when_it_does(
    browser: Browser, subscriptions: Subscriptions, code: int
) -> None:
    await unsubscribe(browser)
    await fails(browser, times=2 if code == 100 else 1, after=1, code=code)
    account = await connected(browser)
    await subscriptions.keep(account)

    told = (await browser.alerts())["subscription_missing"]
    assert told.params == {"account": "lavanda_home", "says": "comments, live_comments, messages"}
    assert told.chat_id == account.chat_id

    await subscriptions.keep(account)
    assert await browser.alerts() == {}
    assert await subscribed(browser) >= NEEDED


@pytest.mark.parametrize(("code", "after"), [(2, 0), (4, 0), (190, 0), (10, 0), (4, 1), (190, 1)])
async def test_while_instagram_does_not_tell_nobody_is_alarmed(
    browser: Browser, subscriptions: Subscriptions, code: int, after: int
) -> None:
    await unsubscribe(browser)
    await fails(browser, times=1, after=after, code=code)
    account = await connected(browser)
    await subscriptions.keep(account)

    assert await browser.alerts() == {}
    account = (await browser.rows())["lavanda_home"]
    assert account.subscription_checked_at is None
    assert subscriptions.due(account), "the next check asks again"


async def test_an_answer_that_got_lost_is_read_back(browser: Browser, subscriptions: Subscriptions) -> None:
    await unsubscribe(browser)
    await browser.player.control(
        "faults", {"operation": "subscription", "kind": "delay", "times": 1, "seconds": 0}
    )
    await browser.player.control("faults", {"operation": "subscription", "kind": "drop_after", "times": 1})
    await subscriptions.keep(await connected(browser))

    assert set((await browser.rows())["lavanda_home"].subscribed_fields) >= NEEDED
    assert await browser.alerts() == {}


async def test_an_account_that_was_let_go_meanwhile_is_left_alone(
    browser: Browser, subscriptions: Subscriptions
) -> None:
    account = await connected(browser)
    await connected(browser, token_encrypted=None)
    await subscriptions.keep(account)

    assert (await browser.rows())["lavanda_home"].subscription_checked_at is None


async def test_a_token_that_cannot_be_opened_is_another_checks_matter(
    browser: Browser, subscriptions: Subscriptions
) -> None:
    await subscriptions.keep(await connected(browser, token_encrypted=b"?"))

    assert await browser.alerts() == {}


def test_a_check_is_fresh_for_an_hour(subscriptions: Subscriptions) -> None:
    def checked(ago: timedelta | None) -> Account:
        return Account(subscription_checked_at=None if ago is None else datetime.now(UTC) - ago)

    assert subscriptions.due(checked(None))
    assert subscriptions.due(checked(timedelta(hours=1)))
    assert not subscriptions.due(checked(timedelta(minutes=59)))


def test_with_facebook_login_the_page_is_asked_when_it_is_known(browser: Browser) -> None:
    client = InstagramClient("http://127.0.0.1:1", "v26.0", Login.FACEBOOK)
    subscriptions = Subscriptions(browser.db, client, VAULT, None)

    assert not subscriptions.due(Account())
    assert subscriptions.due(Account(page_id="1000"))
    assert needed_fields(Account(scopes=[]), Login.FACEBOOK) == ("feed",)


def test_fields_follow_the_permissions() -> None:
    def fields(*scopes: str) -> tuple[str, ...]:
        return needed_fields(Account(scopes=list(scopes)), Login.INSTAGRAM)

    assert set(fields()) == NEEDED, "nobody told which ones were given"
    assert set(fields(BASIC, COMMENTS, MESSAGES)) == NEEDED
    assert fields(BASIC, COMMENTS) == ("comments", "live_comments")
    assert fields(BASIC, MESSAGES) == ("messages",)
    assert "message_echoes" not in wanted_fields(Account(scopes=[BASIC, COMMENTS]), Login.INSTAGRAM)
    assert "message_echoes" in wanted_fields(Account(scopes=[]), Login.INSTAGRAM)
