"""Our own limits: exact ones over the ledger, smoothing ones for all processes, room for what is urgent."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from db.life.delivery import DeliveryState
from db.models import Delivery
from db.models.comment import CommentKind
from db.repositories import accounts, deliveries
from services.deliver.admission import EQUAL, EQUAL_PAUSE
from services.instagram.usage import Usage
from tests.building import Scene
from tests.services.deliver.conftest import Post

S, K = DeliveryState, CommentKind
HOUR = timedelta(hours=1)


async def approved(post: Post, number: int, **more: object) -> tuple[Scene, Delivery]:
    """An answer to a customer of its own, in words of its own."""
    kind = more.setdefault("kind", K.COMMENT)
    assert isinstance(kind, K)
    happened = await post.happens(kind, username=f"customer_{number}")
    return await post.approved(happened, **({"text": f"Ответ {number}"} | more))


async def fill(post: Post, size: int, ago: timedelta) -> None:
    """Private replies that left so long ago, a second after each other."""
    for place in range(size):
        _scene, delivery = await approved(post, 100 + place, kind=K.LIVE_COMMENT)
        left = datetime.now(UTC) - ago + place * timedelta(seconds=1)
        await post.set(delivery, state=S.SENT, request_started_at=left, sent_at=left)


async def test_no_hour_holds_more_private_replies_than_instagram_allows(post: Post) -> None:
    post.options = replace(post.options, private_replies_per_hour=30)
    await fill(post, 28, timedelta(minutes=50))
    await fill_outside(post)
    queue = [await approved(post, number, kind=K.LIVE_COMMENT) for number in range(3)]
    results = [await post.work(delivery) for _scene, delivery in queue]
    assert [one.state for one in results] == [S.SENT, S.SENT, S.PLANNED]
    waiting = results[2]
    assert (waiting.request_started_at, waiting.attempts) == (None, 0)
    assert 500 < await post.seconds_to_wait(waiting) < 601  # until the oldest is an hour old
    assert "our own limit" in (waiting.error or "")


async def fill_outside(post: Post) -> None:
    """One that is older than an hour, and one that failed: neither counts."""
    old = datetime.now(UTC) - timedelta(minutes=61)
    _scene, delivery = await approved(post, 200, kind=K.LIVE_COMMENT)
    await post.set(delivery, state=S.SENT, request_started_at=old, sent_at=old)
    _scene, delivery = await approved(post, 201, kind=K.LIVE_COMMENT)
    await post.set(delivery, state=S.FAILED)


async def test_the_hours_private_replies_do_not_leave_in_one_minute(post: Post) -> None:
    post.options = replace(post.options, private_replies_per_hour=30)
    queue = [await approved(post, number, kind=K.LIVE_COMMENT) for number in range(3)]
    results = [await post.work(delivery) for _scene, delivery in queue]
    assert [one.state for one in results] == [S.SENT, S.SENT, S.PLANNED]
    assert 0 < await post.seconds_to_wait(results[2]) <= 60


async def waiting_for_locks(post: Post, many: int) -> None:
    """Return when so many transactions wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(10):
        while True:
            async with post.db.transaction() as tx:
                if await tx.session.scalar(waiting) == many:
                    return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", [K.LIVE_COMMENT, K.COMMENT])
async def test_the_count_is_exact_although_many_workers_send_at_once(post: Post, kind: CommentKind) -> None:
    """They meet at the account's row: private replies at their number, equal public ones at their pause."""
    post.options = replace(post.options, private_replies_per_hour=15)
    if kind is K.LIVE_COMMENT:
        await fill(post, 14, timedelta(minutes=50))
    for number in range(EQUAL if kind is K.COMMENT else 0):
        _scene, delivery = await approved(post, 50 + number, text="Ждём вас!")
        left = datetime.now(UTC) - EQUAL_PAUSE
        await post.set(delivery, state=S.SENT, request_started_at=left, sent_at=left)
    queue = [await approved(post, number, kind=kind, text="Ждём вас!") for number in range(6)]
    async with post.db.transaction() as tx:
        await accounts.locked(tx.session, queue[0][0].account.id)
        working = [asyncio.create_task(post.deliverer(delivery.id)) for _scene, delivery in queue]
        await waiting_for_locks(post, len(queue))
    await asyncio.gather(*working)
    assert len(await post.said()) == 1


async def test_refused_ones_do_not_count(post: Post) -> None:
    post.options = replace(post.options, private_replies_per_hour=45)
    _scene, first = await approved(post, 0, kind=K.LIVE_COMMENT)
    await post.fault("status", "private_reply", code=100)
    assert (await post.work(first)).state is S.FAILED
    async with post.db.transaction() as tx:
        since = datetime.now(UTC) - HOUR
        assert await deliveries.private_replies_since(tx.session, first.account_id, since) == []


async def test_an_account_may_have_a_number_of_public_replies_of_its_own(post: Post) -> None:
    scene, first = await approved(post, 0)
    # A limit of this test's own in the shared Valkey.
    await post.change_account(scene, replies_per_hour=1, instagram_id=f"limit {uuid.uuid4().hex}")
    _other, second = await approved(post, 1)
    await post.set(second, account_id=scene.account.id)
    assert (await post.work(first)).state is S.SENT
    waiting = await post.work(second)
    assert (waiting.state, waiting.request_started_at) == (S.PLANNED, None)
    assert await post.seconds_to_wait(second) > 60


# The same words


async def test_the_same_words_wait_for_each_other_from_the_fourth_on(post: Post) -> None:
    words = "Спасибо! 💜"
    queue = [(await approved(post, number, text=words))[1] for number in range(EQUAL + 2)]
    for delivery in queue[:EQUAL]:
        assert (await post.work(delivery)).state is S.SENT
    waiting = await post.work(queue[EQUAL])
    assert (waiting.state, waiting.request_started_at, waiting.attempts) == (S.PLANNED, None, 0)
    assert 0 < await post.seconds_to_wait(waiting) <= EQUAL_PAUSE.total_seconds()
    for delivery in queue[:EQUAL]:  # twenty seconds go by
        sent = await post.now(delivery)
        assert sent.request_started_at is not None
        await post.set(delivery, request_started_at=sent.request_started_at - EQUAL_PAUSE)
    assert (await post.work(waiting)).state is S.SENT
    assert (await post.work(queue[EQUAL + 1])).state is S.PLANNED


async def test_names_in_front_make_no_other_words_and_other_words_do_not_wait(post: Post) -> None:
    for number in range(EQUAL):
        _scene, delivery = await approved(post, number, text=f"@customer_{number} Спасибо!")
        assert (await post.work(delivery)).state is S.SENT
    _scene, same = await approved(post, 7, text="@customer_7, спасибо!")
    assert (await post.work(same)).state is S.SENT, "another case is another wording"
    _scene, same = await approved(post, 8, text="@customer_8,  Спасибо!")
    assert (await post.work(same)).state is S.PLANNED
    _scene, other = await approved(post, 9, text="Благодарим!")
    assert (await post.work(other)).state is S.SENT


async def test_messages_may_repeat_themselves(post: Post) -> None:
    for number in range(EQUAL + 2):
        _scene, delivery = await approved(post, number, kind=K.MESSAGE, text="Здравствуйте!")
        assert (await post.work(delivery)).state is S.SENT


async def test_recent_wordings_are_told_newest_first_and_each_once(post: Post) -> None:
    since = datetime.now(UTC) - HOUR
    for number, words in enumerate(["Раз", "Два", "Раз", "Три"]):
        _scene, delivery = await approved(post, number, text=words)
        await post.work(delivery)
    scene, delivery = await approved(post, 8, text="Давно")
    await post.work(delivery)
    long_ago = datetime.now(UTC) - 2 * HOUR
    await post.set(delivery, request_started_at=long_ago, sent_at=long_ago)
    _message, delivery = await approved(post, 9, kind=K.MESSAGE, text="Лично")
    await post.work(delivery)
    async with post.db.transaction() as tx:
        told = await deliveries.recent_texts(tx.session, scene.account.id, since)
        assert told == ["Три", "Раз", "Два"]
        assert await deliveries.recent_texts(tx.session, scene.account.id + 1, since) == []


# Instagram's own limit is nearly used up


@pytest.mark.parametrize(("percent", "waits"), [(89, False), (90, True), (100, True)])
async def test_when_calls_are_nearly_used_up_only_urgent_answers_go_on(
    post: Post, percent: int, waits: bool
) -> None:
    _scene, calm = await approved(post, 0)
    _scene, urgent = await approved(post, 1, draft_values={"urgent": True})
    post.client.usage[_scene.account.instagram_id] = Usage(percent, None)
    waiting = await post.work(calm)
    assert waiting.state is (S.PLANNED if waits else S.SENT)
    if waits:
        assert (waiting.request_started_at, waiting.attempts) == (None, 0)
        assert 50 < await post.seconds_to_wait(waiting) < 76
    assert (await post.work(urgent)).state is S.SENT


async def test_it_goes_on_when_the_usage_falls_or_nothing_is_heard_of_it(post: Post) -> None:
    scene, first = await approved(post, 0)
    await post.player.control("switches", {"usage": {"call_count": 95}})
    await post.client.profile("IGAAtesttoken0123456789")
    _other, urgent = await approved(post, 1, draft_values={"urgent": True})
    assert (await post.work(urgent)).state is S.SENT  # and its answer tells the usage
    assert (await post.work(first)).state is S.PLANNED
    told = post.client.usage[scene.account.instagram_id]
    assert told.percent == 95
    stale = Usage(95, None, seen_at=datetime.now(UTC) - timedelta(seconds=61))
    post.client.usage[scene.account.instagram_id] = stale
    assert (await post.work(first)).state is S.SENT
    await post.player.control("switches", {"usage": {"call_count": 20}})
    _other, urgent = await approved(post, 2, draft_values={"urgent": True})
    await post.work(urgent)
    _other, calm = await approved(post, 3)
    assert (await post.work(calm)).state is S.SENT


async def test_a_doubt_is_looked_at_however_full_the_hour_is(post: Post) -> None:
    scene, delivery = await approved(post, 0)
    await post.fault("drop_after")
    await post.work(delivery)
    post.client.usage[scene.account.instagram_id] = Usage(99, None)
    assert (await post.work(delivery)).state is S.SENT
