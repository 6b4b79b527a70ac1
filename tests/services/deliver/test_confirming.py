"""Our own reply comes back as a webhook and closes the doubt."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from services.deliver.matching import same_words
from tests.building import ANNA, IVAN, Scene
from tests.services.deliver.conftest import ACCESS, LOOKS, WORDS, Post

S = DeliveryState


async def in_doubt(post: Post, kind: str = "drop_before") -> tuple[Scene, int]:
    """A scene whose reply left, and nobody knows what became of it."""
    scene, delivery = await post.approved()
    await post.fault(kind)
    await post.work(delivery)
    return scene, delivery.id


async def test_an_echo_closes_a_doubt(post: Post) -> None:
    scene, delivery_id = await in_doubt(post)
    confirmed = await post.echo(scene, "ig-1")
    assert confirmed is not None
    assert (confirmed.id, confirmed.state, confirmed.external_id) == (delivery_id, S.SENT, "ig-1")
    assert (await post.comment(scene)).state is CommentState.ANSWERED
    assert (await post.work(confirmed)).state is S.SENT
    assert await post.replies() == []


async def test_an_echo_closes_an_uncertain_delivery_and_its_alert(post: Post) -> None:
    scene, _id = await in_doubt(post)
    for _look in range(LOOKS):
        await post.work(await post.newest(scene))
    assert (await post.newest(scene)).state is S.UNCERTAIN
    assert len(await post.alerts("delivery_uncertain")) == 1
    await post.echo(scene, "ig-1")
    assert (await post.newest(scene)).state is S.SENT
    assert await post.alerts("delivery_uncertain") == []


async def test_an_echo_before_the_answer_leaves_the_late_save_nothing_to_do(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("delay", seconds=0.5)
    working = asyncio.create_task(post.deliverer(delivery.id))
    await leaving(post, scene)
    assert await post.echo(scene, "ig-1") is not None
    await working
    assert ((await post.now(delivery)).state, (await post.now(delivery)).external_id) == (S.SENT, "ig-1")
    assert len(await post.replies()) == 1


async def test_an_echo_of_what_is_known_or_of_other_words_confirms_nothing(post: Post) -> None:
    scene, delivery = await post.approved()
    assert await post.echo(scene, "ig-0") is None  # nothing has left: somebody wrote the same in the app
    sent = await post.work(delivery)
    assert sent.external_id is not None
    assert await post.echo(scene, sent.external_id) is None
    other, _id = await in_doubt(post)
    assert await post.echo(other, "ig-1", "Совсем другие слова") is None


async def test_the_same_words_from_before_the_request_are_not_its_own(post: Post) -> None:
    scene, delivery_id = await in_doubt(post)
    now = datetime.now(UTC)
    assert await post.echo(scene, "ig-0", written_at=now - timedelta(minutes=4)) is None
    confirmed = await post.echo(scene, "ig-1", written_at=now - timedelta(minutes=1))
    assert confirmed is not None, "Instagram's clock and ours may differ by two minutes"
    assert confirmed.id == delivery_id


async def test_an_echo_in_another_thread_confirms_nothing(post: Post) -> None:
    scene, _id = await in_doubt(post)
    scene.comment.thread = "another"
    assert await post.echo(scene, "ig-1") is None


async def test_an_echo_tells_the_id_of_what_a_person_saw(post: Post) -> None:
    scene, _id = await in_doubt(post)
    await post.set(await post.newest(scene), state=S.UNCERTAIN)
    async with post.db.transaction() as tx:
        await post.decisions.was_sent(tx, IVAN, scene.draft.id, 1)
    assert await post.echo(scene, "ig-1") is not None
    assert (await post.newest(scene)).external_id == "ig-1"


async def sent_again(post: Post) -> Scene:
    """A person did not find an uncertain reply and has it sent again."""
    scene, _id = await in_doubt(post)
    await post.set(await post.newest(scene), state=S.UNCERTAIN)
    async with post.db.transaction() as tx:
        await post.decisions.send_again(tx, ANNA, scene.draft.id, 1)
    return scene


async def test_a_reply_that_arrived_after_all_stops_the_second_one(post: Post) -> None:
    scene = await sent_again(post)
    second = await post.newest(scene)
    first = await post.echo(scene, "ig-1")
    assert first is not None
    assert first.state is S.SENT
    assert (await post.now(second)).state is S.CANCELLED
    await post.work(second)
    assert await post.replies() == []


async def test_a_second_reply_that_is_claimed_but_has_not_left_is_stopped_too(post: Post) -> None:
    scene = await sent_again(post)
    second = await post.newest(scene)
    work = await post.deliverer._claims.take(second.id)
    assert work is not None
    await post.echo(scene, "ig-1")
    await post.deliverer._send(work, ACCESS)
    assert (await post.now(second)).state is S.CANCELLED
    assert await post.replies() == []


async def test_of_two_doubts_about_the_same_words_the_open_one_is_closed(post: Post) -> None:
    scene = await sent_again(post)
    second = await post.newest(scene)
    await post.set(second, request_started_at=datetime.now(UTC))
    confirmed = await post.echo(scene, "ig-2")
    assert confirmed is not None
    assert (confirmed.id, confirmed.state) == (second.id, S.SENT)


async def test_a_reply_that_arrived_after_its_second_left_only_gets_its_id(post: Post) -> None:
    scene = await sent_again(post)
    second = await post.work(await post.newest(scene))
    assert second.state is S.SENT
    first = await post.echo(scene, "ig-1")
    assert first is not None
    assert (first.state, first.external_id) == (S.FAILED, "ig-1")
    assert (await post.now(second)).state is S.SENT
    assert await post.echo(scene, "ig-1") is None


async def test_a_failed_reply_without_a_second_one_arrived_after_all(post: Post) -> None:
    scene, _id = await in_doubt(post)
    await post.set(await post.newest(scene), state=S.FAILED)
    confirmed = await post.echo(scene, "ig-1")
    assert confirmed is not None
    assert confirmed.state is S.SENT


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("Ждём вас", "Ждём вас", True),
        ("Ждём  вас\r\n", " Ждём вас", True),
        ("кафе\u0301", "каф\u00e9", False),
        ("cafe\u0301", "caf\u00e9", True),
        ("Ждём вас", "ждём вас", False),
        ("Ждём вас", "Ждём вас!", False),
        ("цена\u00a01", "цена 1", True),
    ],
)
def test_words_are_compared_after_unicode_normalisation(one: str, other: str, equal: bool) -> None:
    assert same_words(one, other) is equal
    assert same_words(one, WORDS) is False


async def leaving(post: Post, scene: Scene) -> None:
    """Return when the request is on its way."""
    async with asyncio.timeout(10):
        while (await post.newest(scene)).request_started_at is None:  # noqa: ASYNC110 - a row tells it
            await asyncio.sleep(0.01)
