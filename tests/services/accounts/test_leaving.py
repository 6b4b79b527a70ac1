"""An account is let go, by Instagram's word or the owner's, and may come back to everything it had."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from db.engine import Database
from db.life.delivery import DeliveryState
from db.models import Account, Alert, Delivery, Event
from db.models.account import TokenState
from db.models.alert import AlertState
from db.models.event import EventState
from db.repositories import accounts, alerts
from services.accounts.disconnecting import Why, disconnect
from services.accounts.login import Ending
from services.accounts.removing import PARTING, Farewell, remove
from services.alerts import raise_alert
from services.decide.service import Decisions
from services.deliver.sending import Deliverer
from services.limits import Limits
from services.tokens.check import TokenCheck
from services.tokens.invalid import token_refused
from services.vault import Vault
from tests.building import (
    IVAN,
    OPTIONS,
    SUPERSEDING,
    VAULT,
    Scene,
    a_scene,
    an_account,
    arrive,
)
from tests.sandbox.instagram.player import ACCESS_TOKEN, ACCOUNT
from tests.services.accounts.browser import Browser
from tests.webhook.door import change, delivery


async def connected(db: Database, **values: Any) -> Account:
    async with db.transaction() as tx:
        given = {"token_encrypted": VAULT.seal(ACCESS_TOKEN), "token_state": TokenState.VALID}
        return await an_account(tx, ACCOUNT, **(given | values))


async def now(db: Database, account: Account) -> Account:
    async with db.transaction() as tx:
        return await accounts.get(tx.session, account.id)


async def let_go(db: Database, account: Account, why: Why = Why.DEAUTHORISED) -> Account:
    async with db.transaction() as tx:
        await disconnect(tx, account, why)
    return await now(db, account)


async def approved(browser: Browser) -> Scene:
    """A reply that a manager approved and that has not left."""
    comment_id = await browser.player.comment("Сколько стоит свеча «Прованс»?")
    scene = await a_scene(browser.db, instagram_id=comment_id)
    async with browser.db.transaction() as tx:
        outcome = await Decisions(OPTIONS, b"key").approve(tx, IVAN, scene.draft.id, 1)
        assert outcome.done
        past = datetime.now(UTC) - timedelta(seconds=1)
        await tx.session.execute(update(Delivery).values(send_after=past))
    return scene


async def attempt(browser: Browser, redis_url: str, times: int = 1) -> Delivery:
    """So many workers try to send it at once; the delivery afterwards."""
    limits = Limits(redis_url)
    deliverer = Deliverer(browser.db, browser.client, limits, VAULT, OPTIONS, SUPERSEDING)
    async with browser.db.transaction() as tx:
        planned = (await tx.session.execute(select(Delivery))).scalar_one()
    await asyncio.gather(*(deliverer(planned.id) for _ in range(times)))
    await limits.close()
    async with browser.db.transaction() as tx:
        return (await tx.session.execute(select(Delivery))).scalar_one()


async def replies(browser: Browser) -> int:
    return len([effect for effect, _, _ in await browser.player.ledger() if effect == "reply"])


# Letting go


async def test_an_account_that_took_our_access_away_has_no_token_and_people_are_told(
    db: Database,
) -> None:
    account = await let_go(db, await connected(db, chat_id=-77, subscribed_fields=["comments"]))

    assert (account.token_encrypted, account.token_state) == (None, TokenState.INVALID)
    assert account.subscribed_fields == []
    assert account.disconnected_at is not None
    async with db.transaction() as tx:
        (alert,) = await alerts.open_alerts(tx.session)
    assert (alert.kind, alert.chat_id, alert.params) == (
        "account_disconnected",
        -77,
        {"account": "lavanda_home"},
    )


async def test_letting_go_twice_tells_once(db: Database) -> None:
    account = await connected(db)
    first = await let_go(db, account)
    second = await let_go(db, account)

    assert first.disconnected_at == second.disconnected_at
    async with db.transaction() as tx:
        assert [alert.count for alert in await alerts.open_alerts(tx.session)] == [1]


async def test_the_troubles_of_its_connection_end_with_it(db: Database) -> None:
    account = await connected(db, preferences={"token_told": 3, "token_remedy": "log_in"})
    async with db.transaction() as tx:
        for kind in ("token_invalid", "subscription_missing", "may_not_comment", "may_not_message"):
            await raise_alert(tx, kind, ACCOUNT)
        await raise_alert(tx, "token_expiring", f"{ACCOUNT}:3")
    account = await let_go(db, account)

    async with db.transaction() as tx:
        assert [alert.kind for alert in await alerts.open_alerts(tx.session)] == ["account_disconnected"]
    assert account.preferences["token_told"] is None


async def test_a_delivery_that_finds_no_token_tells_nobody_again(db: Database) -> None:
    account = await let_go(db, await connected(db))
    async with db.transaction() as tx:
        await token_refused(tx, account, "no usable token")
    async with db.transaction() as tx:
        jobs = await tx.session.execute(text("SELECT entrypoint FROM pgqueuer"))
        assert [row[0] for row in jobs] == ["render_alert"], "and no token is looked for"
        assert [alert.kind for alert in await alerts.open_alerts(tx.session)] == ["account_disconnected"]


async def test_approved_replies_wait_and_leave_once_after_a_new_login(
    browser: Browser, redis_url: str
) -> None:
    async with browser.db.transaction() as tx:
        account = await an_account(tx, ACCOUNT, token_encrypted=VAULT.seal(ACCESS_TOKEN))
    await approved(browser)
    await let_go(browser.db, account)

    assert (await attempt(browser, redis_url)).state is DeliveryState.PLANNED
    assert (await attempt(browser, redis_url)).state is DeliveryState.PLANNED
    assert await replies(browser) == 0
    async with browser.db.transaction() as tx:
        await tx.session.execute(text("DELETE FROM pgqueuer"))

    assert (await browser.connects()).ending is Ending.CONNECTED
    async with browser.db.transaction() as tx:
        steps = await tx.session.execute(text("SELECT entrypoint FROM pgqueuer"))
        assert {"deliver", "render_card"} <= {row[0] for row in steps}, "nobody waits for the sweep"
    assert (await attempt(browser, redis_url, times=3)).state is DeliveryState.SENT
    assert (await attempt(browser, redis_url)).state is DeliveryState.SENT
    assert await replies(browser) == 1
    account = await now(browser.db, account)
    assert (account.disconnected_at, account.token_state) == (None, TokenState.VALID)
    assert set(await browser.alerts()) == {"account_connected"}


async def test_a_refused_token_holds_replies_back_until_a_new_login(browser: Browser, redis_url: str) -> None:
    async with browser.db.transaction() as tx:
        await an_account(tx, ACCOUNT, token_encrypted=VAULT.seal(ACCESS_TOKEN))
    await approved(browser)
    await browser.player.control("token", {"invalid": True, "subcode": 460})

    assert (await attempt(browser, redis_url)).state is DeliveryState.PLANNED
    assert "token_invalid" in await browser.alerts()

    assert (await browser.connects()).ending is Ending.CONNECTED
    assert (await attempt(browser, redis_url, times=3)).state is DeliveryState.SENT
    assert await replies(browser) == 1
    assert "token_invalid" not in await browser.alerts()


# The owner's word


async def farewell(browser: Browser, account: Account, vault: Vault = VAULT) -> Account:
    await Farewell(browser.db, browser.client, vault).say(await now(browser.db, account))
    return await now(browser.db, account)


async def removed(browser: Browser) -> Account:
    account = await connected(browser.db)
    async with browser.db.transaction() as tx:
        await remove(tx, account)
    return await now(browser.db, account)


async def subscribed(browser: Browser) -> list[str]:
    (shown,) = await browser.player.control("accounts", method="GET")
    return list(shown["subscribed"])


async def test_a_removed_account_gets_no_webhooks_and_then_its_token_is_forgotten(browser: Browser) -> None:
    account = await removed(browser)
    assert account.token_encrypted is None
    assert ACCESS_TOKEN not in str(account.preferences)
    assert await browser.alerts() == {}, "the owner did it, and was answered"

    await TokenCheck(browser.db, browser.client, VAULT, OPTIONS, None)()

    account = await now(browser.db, account)
    assert await subscribed(browser) == []
    assert account.preferences[PARTING] is None
    assert account.disconnected_at is not None


async def test_while_instagram_is_away_the_end_of_webhooks_is_tried_again(browser: Browser) -> None:
    account = await removed(browser)
    await browser.player.control("faults", {"operation": "subscription", "kind": "status", "code": 2})
    account = await farewell(browser, account)
    assert account.preferences[PARTING] is not None

    account = await farewell(browser, account)
    assert account.preferences[PARTING] is None
    assert await subscribed(browser) == []


async def test_it_is_not_tried_for_ever(browser: Browser) -> None:
    account = await removed(browser)
    async with browser.db.transaction() as tx:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        await accounts.change(tx.session, account.id, disconnected_at=yesterday)
    await browser.player.control("faults", {"operation": "subscription", "kind": "status", "code": 2})

    assert (await farewell(browser, account)).preferences[PARTING] is None


@pytest.mark.parametrize("why", ["dead", "unreadable"])
async def test_a_token_that_is_no_good_is_just_forgotten(browser: Browser, why: str) -> None:
    account = await removed(browser)
    if why == "dead":
        await browser.player.control("token", {"invalid": True})
    other = Vault(["rWrqSpVL8UFHFGQ-Bb1g4ck1jUZDnSE0bBFAq3vD8fM="])
    account = await farewell(browser, account, VAULT if why == "dead" else other)

    assert account.preferences[PARTING] is None


async def test_an_account_that_came_back_keeps_its_webhooks(browser: Browser) -> None:
    account = await removed(browser)
    await browser.connects()
    assert (await now(browser.db, account)).preferences[PARTING] is None
    async with browser.db.transaction() as tx:  # a check that read the row before is late
        await accounts.prefer(tx.session, account.id, **{PARTING: VAULT.seal(ACCESS_TOKEN).decode()})
    await farewell(browser, account)

    assert await subscribed(browser) != []


async def test_what_was_set_aside_for_an_account_is_processed_when_it_comes(browser: Browser) -> None:
    second = await browser.opens("second_shop")
    await browser.connects()
    await arrive(browser.db, delivery(change("18100000000000077"), account=second))
    assert "unknown_account" in await browser.alerts()

    await browser.connects("second_shop")
    assert "unknown_account" not in await browser.alerts()
    await arrive(browser.db)

    async with browser.db.transaction() as tx:
        assert await tx.session.scalar(select(Event.state)) is EventState.PROCESSED
        owner = await tx.session.scalar(
            text("SELECT a.username FROM comments c JOIN accounts a ON a.id = c.account_id")
        )
    assert owner == "second_shop"


async def test_what_names_no_account_goes_to_the_only_one_and_to_none_of_several(browser: Browser) -> None:
    await browser.opens("second_shop")
    await arrive(browser.db, json.dumps(change("18100000000000088")).encode())
    async with browser.db.transaction() as tx:
        await an_account(tx, "17841400000000999", username="first_shop")
    await browser.connects("second_shop")
    assert "unknown_account" in await browser.alerts()

    async with browser.db.transaction() as tx:
        assert await tx.session.scalar(select(Event.state)) is EventState.UNCLAIMED


async def test_news_of_a_connection_end_after_an_hour(browser: Browser) -> None:
    await browser.connects()
    check = TokenCheck(browser.db, browser.client, VAULT, OPTIONS, None)
    await check()
    assert "account_connected" in await browser.alerts()

    async with browser.db.transaction() as tx:
        long_ago = datetime.now(UTC) - timedelta(hours=1, minutes=1)
        await tx.session.execute(update(Alert).values(last_at=long_ago))
    await check()
    async with browser.db.transaction() as tx:
        assert await tx.session.scalar(select(Alert.state)) is AlertState.RESOLVED
