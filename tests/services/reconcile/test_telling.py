"""People are told what was missed, and when webhooks have stopped."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.instagram.access import Access
from services.reconcile.step import Bounds
from services.reconcile.telling import SILENCE
from tests.building import TOKEN
from tests.sandbox.instagram.player import ACCOUNT, ALBUM, POST
from tests.services.reconcile.conftest import Shop
from tests.services.reconcile.test_missed import OWN_NAME, told

ACCESS = Access(TOKEN, ACCOUNT)
HALF_AN_HOUR = timedelta(minutes=30)


async def test_the_alert_says_how_many_and_since_when(shop: Shop) -> None:
    await shop.write(1, at=(shop.now() - HALF_AN_HOUR).isoformat())
    await shop.write(2)
    await shop.reconcile()
    alert = (await shop.alerts())["comments_missed"]
    assert alert.params["account"] == "lavanda_home"
    assert alert.params["count"] == 3
    assert alert.account_id == shop.account_id
    oldest = alert.params["since"]
    assert abs(shop.now() - datetime.fromisoformat(oldest) - HALF_AN_HOUR) < timedelta(minutes=1)

    await shop.write(2, ALBUM)
    await shop.reconcile()
    again = (await shop.alerts())["comments_missed"]
    assert (again.id, again.params["count"], again.params["since"]) == (alert.id, 5, oldest)

    await shop.reconcile()
    assert "comments_missed" not in await shop.alerts()


async def test_a_comment_whose_webhook_may_be_on_its_way_comes_in_without_an_alert(shop: Shop) -> None:
    [young] = await shop.write(1)
    await shop.reconcile(Bounds())
    assert await shop.comments() == [young]
    assert await shop.alerts() == {}


async def test_what_was_written_before_the_account_came_to_us_was_not_missed(shop: Shop) -> None:
    [before] = await shop.write(1, at=(shop.now() - timedelta(minutes=90)).isoformat())
    await shop.reconcile()
    assert await shop.comments() == [before]
    assert await shop.alerts() == {}


async def test_an_incomplete_run_neither_ends_nor_forgets_an_alert(shop: Shop) -> None:
    await shop.write(3)
    await shop.write(3, ALBUM)
    await shop.reconcile(Bounds(calls=4, late=timedelta()))
    assert (await shop.alerts())["comments_missed"].params["count"] == 3
    await shop.fault("status", "media_list", code=2)
    await shop.reconcile()
    assert (await shop.alerts())["comments_missed"].params["count"] == 3
    await shop.reconcile()
    assert (await shop.alerts())["comments_missed"].params["count"] == 6


async def connected(shop: Shop, hours: float = 2) -> None:
    """The account was connected some time ago, and nothing has come since."""
    await shop.set(created_at=shop.now() - timedelta(hours=hours))


async def test_silent_webhooks_are_reported_once_and_until_one_arrives(shop: Shop) -> None:
    await connected(shop)
    await shop.write(1, at=(shop.now() - HALF_AN_HOUR).isoformat())
    await shop.reconcile()
    alert = (await shop.alerts())["webhooks_silent"]
    assert (alert.params["account"], alert.account_id) == ("lavanda_home", shop.account_id)
    await shop.reconcile()
    assert (await shop.alerts())["webhooks_silent"].count == 1

    await shop.arrives([(await told(shop, POST))[1]])
    await shop.reconcile()
    assert "webhooks_silent" not in await shop.alerts()
    await shop.reconcile()
    assert "webhooks_silent" not in await shop.alerts()


async def test_a_lost_subscription_is_made_again_before_anybody_is_told(shop: Shop) -> None:
    await connected(shop)
    await shop.player.call("DELETE", "/me/subscribed_apps", token=TOKEN)
    assert await shop.client.subscriptions(ACCESS) == []
    await shop.write(1, at=(shop.now() - HALF_AN_HOUR).isoformat())
    await shop.reconcile()
    [app] = await shop.client.subscriptions(ACCESS)
    assert "comments" in app.subscribed_fields
    assert "webhooks_silent" in await shop.alerts()


async def test_young_comments_do_not_tell_of_silence(shop: Shop) -> None:
    await connected(shop)
    await shop.write(1)
    await shop.reconcile()
    assert "webhooks_silent" not in await shop.alerts()
    shop.ahead = SILENCE + timedelta(minutes=1)
    await shop.reconcile()
    assert "webhooks_silent" in await shop.alerts()


async def test_comments_before_the_newest_webhook_do_not_tell_of_silence(shop: Shop) -> None:
    await connected(shop)
    await shop.arrives([(await told(shop, POST))[1]])
    await shop.write(3, at=(shop.now() - HALF_AN_HOUR).isoformat())
    await shop.reconcile()
    assert "webhooks_silent" not in await shop.alerts()


async def test_our_own_words_do_not_tell_of_silence(shop: Shop) -> None:
    await connected(shop)
    await shop.write(1, username=OWN_NAME, at=(shop.now() - HALF_AN_HOUR).isoformat())
    await shop.reconcile()
    assert await shop.alerts() == {}
