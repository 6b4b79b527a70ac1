"""Nothing missed: what Instagram shows comes in, once, as its webhook would have brought it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from db.life.comment import CommentState
from db.models import Comment, Event
from db.models.event import EventSource, EventState
from services.reconcile.step import Bounds
from tests.building import receive
from tests.sandbox.instagram.player import ACCOUNT, AD, ALBUM, POST, Receiver
from tests.services.reconcile.conftest import Shop, both

AN_HOUR = 3600
EVERY = 36.0  # seconds between two comments: a hundred in the hour
OWN_NAME = "lavanda_home"


async def test_a_fifth_of_an_hours_webhooks_is_lost_and_every_comment_is_there_once(
    shop: Shop, receiver: Receiver
) -> None:
    """Must show: two posts, more than fifty comments under one, threads, replies, an advertisement."""
    await shop.player.control("switches", {"lose": 0.2, "seed": 7, "ad_comments": True})
    dice = random.Random(7)
    written: list[str] = []
    tops: dict[str, list[str]] = {POST: [], ALBUM: [], AD: []}
    # One advertisement's comment arrives, as it always does sooner or later: it names the ad's media id.
    await shop.arrives([(await told(shop, AD))[1]])
    for _comment in range(int(AN_HOUR / EVERY)):
        media = dice.choices([POST, ALBUM, AD], [7, 2, 1])[0]
        under = tops[media]
        parent = {"parent_id": dice.choice(under[-5:])} if under and dice.random() < 0.3 else {}
        [comment] = await shop.write(1, media, username=f"customer_{dice.randrange(40)}", **parent)
        written.append(comment)
        if not parent:
            under.append(comment)
        await shop.player.control("clock", {"advance": EVERY})
    assert len(tops[POST]) >= 40
    lost = await shop.deliveries("lost")
    assert 10 <= len(lost) <= 30
    await shop.arrives(await shop.deliveries("delivered"))
    before = await shop.number(Comment)
    assert before < len(written)

    await shop.player.control("clock", {"advance": 600})
    await shop.reconcile(Bounds())

    held = await shop.comments()
    assert set(written) <= set(held)
    assert len(held) == len(set(held)) == len(written) + 1
    assert (await shop.alerts())["comments_missed"].params["count"] == len(lost)

    events = await shop.number(Event)
    await shop.arrives(lost)  # the lost ones come after all
    await shop.reconcile(Bounds())
    assert await shop.comments() == held
    assert await shop.number(Event) == events
    assert "comments_missed" not in await shop.alerts()


async def told(shop: Shop, media_id: str) -> tuple[str, bytes]:
    """A comment with the body of its webhook."""
    [comment] = await shop.write(1, media_id)
    [shown] = [
        one for one in await shop.player.control("deliveries", method="GET") if comment in one["events"]
    ]
    return comment, shown["body"].encode()


async def test_more_than_one_page_of_comments_comes_in(shop: Shop) -> None:
    written = await shop.write(120) + await shop.write(3, ALBUM)
    await shop.reconcile()
    assert await shop.comments() == sorted(written)


async def test_the_replies_of_a_long_thread_come_in(shop: Shop) -> None:
    [top] = await shop.write(1)
    replies = await shop.write(110, parent_id=top)
    await shop.reconcile()
    assert await shop.comments() == both([top], replies)
    assert {(await shop.comment(reply)).thread for reply in replies[::20]} == {top}


async def test_a_missing_comment_is_just_what_its_webhook_would_have_made_it(shop: Shop) -> None:
    top, _body = await told(shop, POST)
    [reply] = await shop.write(1, username="boris", parent_id=top)
    await shop.reconcile()
    event = await shop.event(reply)
    assert (event.source, event.state, event.field) == (
        EventSource.RECONCILIATION,
        EventState.PROCESSED,
        "comments",
    )
    assert event.account_instagram_id == ACCOUNT
    assert event.sent_at is not None
    assert abs(event.sent_at - shop.now()) < timedelta(minutes=1)
    assert event.payload["from"]["username"] == "boris"
    assert event.payload["media"] == {"id": POST, "media_product_type": "FEED"}
    comment = await shop.comment(reply)
    assert (comment.parent_instagram_id, comment.thread, comment.text) == (top, top, "Вопрос 2")
    assert comment.state is CommentState.RECEIVED
    assert (await shop.jobs())[0][0] == "ingest"


async def test_a_late_webhook_is_a_duplicate(shop: Shop) -> None:
    comment, body = await told(shop, POST)
    await shop.reconcile()
    await shop.arrives([body])
    assert await shop.comments() == [comment]
    assert await shop.number(Event) == 1


async def test_a_comment_whose_event_was_purged_does_not_come_in_again(shop: Shop) -> None:
    [comment] = await shop.write(1)
    await shop.reconcile()
    async with shop.db.transaction() as tx:
        await tx.session.delete(await shop.event(comment))
    await shop.reconcile()
    await shop.write(1)  # so that the post is listed once more
    await shop.reconcile()
    assert await shop.number(Event) == 1
    assert len(await shop.comments()) == 2


async def test_an_event_without_an_account_is_known_too(shop: Shop) -> None:
    await shop.player.control("switches", {"envelope": "bare"})
    comment, body = await told(shop, POST)
    await receive(shop.db, body)  # it waits in the inbox: there is no comment yet
    await shop.reconcile()
    assert await shop.comments() == [comment]
    assert await shop.number(Event) == 1


async def test_a_humans_answer_in_the_app_goes_the_way_of_an_echo(shop: Shop) -> None:
    top, body = await told(shop, POST)
    await shop.arrives([body])
    [answer] = await shop.write(1, username=OWN_NAME, parent_id=top)
    await shop.reconcile()
    assert await shop.comments() == [top]
    assert await shop.comments(own=True) == [answer]
    assert (await shop.comment(answer)).thread == top
    assert "comments_missed" not in await shop.alerts()


async def test_an_advertisement_is_listed_where_instagram_allows_it(shop: Shop) -> None:
    first, body = await told(shop, AD)
    await shop.arrives([body])
    [second] = await shop.write(1, AD)
    await shop.reconcile()  # not allowed: quiet
    assert await shop.comments() == [first]
    assert await shop.alerts() == {}
    await shop.player.control("switches", {"ad_comments": True})
    await shop.reconcile()
    assert await shop.comments() == both([first], [second])
    assert (await shop.event(second)).payload["media"]["media_product_type"] == "AD"


async def test_a_refused_post_does_not_keep_the_others_from_being_listed(shop: Shop) -> None:
    written = await shop.write(1) + await shop.write(1, ALBUM)
    await shop.fault("status", "comments", code=100, subcode=33)
    await shop.reconcile()
    assert len(await shop.comments()) == 1
    assert (await shop.account()).reconciled_at is not None
    await shop.reconcile()
    assert await shop.comments() == sorted(written)


async def test_a_new_account_brings_no_old_comments(shop: Shop) -> None:
    await shop.write(2, at=shop.days_ago(0.2))
    [fresh] = await shop.write(1)
    await shop.reconcile()
    assert await shop.comments() == [fresh]


@pytest.mark.parametrize(("down", "old"), [(2.0, 6.9), (9.0, 9.5)], ids=["days", "more than a week"])
async def test_after_a_downtime_everything_since_comes_in(shop: Shop, down: float, old: float) -> None:
    await shop.set(
        created_at=shop.now() - timedelta(days=40), reconciled_at=shop.now() - timedelta(days=down)
    )
    await shop.write(1, at=shop.days_ago(old + 3))
    [missed] = await shop.write(1, at=shop.days_ago(down - 0.1))
    [late] = await shop.write(1, at=shop.days_ago(down + 0.5))  # a filter held it back until now
    await shop.reconcile()
    assert await shop.comments() == both([missed], [late])


async def test_a_reply_in_an_old_thread_is_found_by_the_count(shop: Shop) -> None:
    await shop.set(created_at=shop.now() - timedelta(days=40), reconciled_at=shop.now() - timedelta(days=1))
    [top] = await shop.write(1, at=shop.days_ago(9))
    await shop.write(120, at=shop.days_ago(8))
    await shop.reconcile()
    assert await shop.comments() == []
    shop.instagram.clock.scale = 0.0
    await shop.player.control("clock", {"advance": 60})
    [reply] = await shop.write(1, parent_id=top)
    await shop.reconcile()
    assert await shop.comments() == [reply]


async def test_a_post_is_listed_again_although_its_count_stands_still(shop: Shop) -> None:
    """One comment was deleted and another one lost: the count tells nothing."""
    first, body = await told(shop, POST)
    await shop.arrives([body])
    await shop.reconcile()
    await shop.player.control(f"comments/{first}", method="DELETE")
    [second] = await shop.write(1)
    await shop.reconcile()
    assert await shop.comments() == both([first], [second])


async def test_one_lost_and_one_deleted_comment_are_noticed_within_a_day(shop: Shop) -> None:
    """The count stands still and nobody wrote lately, so nothing else tells of the post."""
    known = await shop.write(2)
    await shop.reconcile()
    await shop.player.control("clock", {"advance": 2 * 86_400})
    await shop.reconcile()
    await shop.player.control(f"comments/{known[0]}", method="DELETE")
    lost = await shop.write(1)
    await shop.player.control("clock", {"advance": 86_400})
    await shop.reconcile()
    assert lost[0] in await shop.comments()
