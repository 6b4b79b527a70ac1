"""What holds an account back, and how its deliveries leave afterwards: in order, one by one, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from db.life.delivery import DeliveryState
from db.models import Comment, Delivery
from db.models.account import TokenState
from db.models.alert import Severity
from db.repositories import accounts, deliveries
from services.deliver.releasing import APART, pause_sending, release, resume_sending, throttle
from tests.building import Scene
from tests.services.deliver.conftest import Post

S = DeliveryState
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


async def a_queue(post: Post, *, urgent: int | None = None, size: int = 4) -> tuple[Scene, list[Delivery]]:
    """Approved replies of one account, oldest first; number `urgent` is urgent."""
    found = [
        await post.approved(text=f"Ответ {number}", draft_values={"urgent": number == urgent})
        for number in range(size)
    ]
    return found[0][0], [delivery for _scene, delivery in found]


async def turn(post: Post) -> None:
    """What the queue's worker does now: every delivery that has a job which is due, by itself."""
    async with post.db.transaction() as tx:
        rows = await tx.session.execute(
            text(
                "DELETE FROM pgqueuer WHERE entrypoint = 'deliver' AND execute_after <= now()"
                " RETURNING id, payload"
            )
        )
        due = [int(bytes(payload)) for _id, payload in sorted(rows, key=lambda row: row[0])]
    for delivery_id in due:
        await post.deliverer(delivery_id)


async def forget_jobs(post: Post) -> None:
    async with post.db.transaction() as tx:
        await tx.session.execute(text("DELETE FROM pgqueuer"))


async def let_time_pass(post: Post, by: timedelta = timedelta(hours=2)) -> None:
    async with post.db.transaction() as tx:
        await tx.session.execute(
            update(Delivery)
            .where(Delivery.next_attempt_at.is_not(None))
            .values(next_attempt_at=Delivery.next_attempt_at - by)
        )


async def throttled(post: Post, scene: Scene, asked: float | None = None) -> datetime:
    async with post.db.transaction() as tx:
        await throttle(tx, scene.account.id, asked)
    until = (await post.account(scene)).throttled_until
    assert until is not None
    return until


async def over(post: Post, scene: Scene) -> None:
    await post.change_account(scene, throttled_until=LONG_AGO)


async def states(post: Post, queue: list[Delivery]) -> list[DeliveryState]:
    return [(await post.now(delivery)).state for delivery in queue]


async def texts(post: Post) -> list[str | None]:
    return [words for _effect, words in await post.said()]


# Throttled


@pytest.mark.parametrize(("minutes", "least", "most"), [(7, 410, 421), (0, 59, 76)])
async def test_the_account_waits_as_long_as_instagram_says_or_a_minute(
    post: Post, minutes: int, least: float, most: float
) -> None:
    scene, queue = await a_queue(post, size=2)
    if minutes:
        await post.player.control("switches", {"usage": {"estimated_time_to_regain_access": minutes}})
    await post.fault("status", code=4)
    await post.work(queue[0])
    until = (await post.account(scene)).throttled_until
    assert until is not None
    assert least < (until - datetime.now(UTC)).total_seconds() < most
    for delivery in queue:
        assert (await post.work(delivery)).state is S.PLANNED
    assert await post.said() == []
    [alert] = await post.alerts("instagram_throttled")
    assert (alert.severity, alert.params["until"]) == (Severity.WARNING, until.isoformat())
    assert alert.params["account"] == scene.account.username


async def test_the_waits_double_up_to_an_hour_and_begin_anew_when_it_works(post: Post) -> None:
    scene, queue = await a_queue(post, size=1)
    waits = []
    for _round in range(9):
        await over(post, scene)
        await post.fault("status", code=80002)
        await post.work(queue[0])
        until = (await post.account(scene)).throttled_until
        assert until is not None
        waits.append((until - datetime.now(UTC)).total_seconds())
    for number, wait in enumerate(waits):
        least = min(60 * 2**number, 2880)
        assert least - 5 < wait <= min(least * 1.25, 3600)
    await over(post, scene)
    assert (await post.work(queue[0])).state is S.SENT
    assert (await throttled(post, scene) - datetime.now(UTC)).total_seconds() < 76


async def test_calls_that_are_told_together_count_as_one(post: Post) -> None:
    scene, _queue = await a_queue(post, size=1)
    first = await throttled(post, scene)
    assert await throttled(post, scene) == first
    assert await throttled(post, scene, 30.0) == first
    later = await throttled(post, scene, 600.0)
    assert later > first  # one of them was told to wait longer
    [alert] = await post.alerts("instagram_throttled")
    assert alert.params["until"] == later.isoformat()
    account = await post.account(scene)
    assert account.preferences["throttles"] == 1


async def test_after_the_wait_the_urgent_one_goes_first_and_alone_and_the_rest_follow_in_order(
    post: Post,
) -> None:
    scene, queue = await a_queue(post, urgent=2)
    await throttled(post, scene)
    await forget_jobs(post)
    await post.sweep()
    await turn(post)
    assert await post.said() == []  # not before its time
    await over(post, scene)
    for delivery in queue:  # whatever the queue still held
        if delivery is not queue[2]:
            await post.deliverer(delivery.id)
    assert await post.said() == []
    await post.sweep()
    await turn(post)
    assert (await texts(post))[0] == "Ответ 2"
    await turn(post)
    assert len(await texts(post)) <= 2  # the others were not let go at once
    account = await post.account(scene)
    assert (account.throttled_until, account.preferences["throttles"]) == (None, None)
    assert await post.alerts("instagram_throttled") == []
    second, third = [(await post.now(queue[number])).next_attempt_at for number in (1, 3)]
    assert second is not None
    assert third == second + APART
    await let_time_pass(post)
    await post.sweep()
    await turn(post)
    assert await texts(post) == ["Ответ 2", "Ответ 0", "Ответ 1", "Ответ 3"]
    assert set(await states(post, queue)) == {S.SENT}


async def test_throttled_again_the_others_have_not_left(post: Post) -> None:
    scene, queue = await a_queue(post)
    await throttled(post, scene)
    await over(post, scene)
    await post.fault("status", code=613)
    for delivery in queue:
        await post.work(delivery)
    account = await post.account(scene)
    assert account.throttled_until is not None
    assert account.throttled_until > datetime.now(UTC)
    assert await post.said() == []


async def test_any_clear_answer_ends_the_throttle(post: Post) -> None:
    scene, queue = await a_queue(post, size=2)
    await throttled(post, scene)
    await over(post, scene)
    await post.fault("status", code=100)
    assert (await post.work(queue[0])).state is S.FAILED
    assert (await post.account(scene)).throttled_until is None
    assert (await post.work(queue[1])).state is S.SENT


async def test_a_first_one_that_vanished_does_not_block_the_others(post: Post) -> None:
    scene, queue = await a_queue(post, size=2)
    await throttled(post, scene)
    await over(post, scene)
    first = await post.now(queue[0])
    async with post.db.transaction() as tx:
        comment = await tx.session.get_one(Comment, first.comment_id)
    await post.player.control(f"comments/{comment.instagram_id}", method="DELETE")
    assert (await post.work(first)).state is S.CANCELLED
    assert (await post.work(queue[1])).state is S.SENT


async def test_a_first_one_whose_answer_got_lost_does_not_block_the_others(post: Post) -> None:
    scene, queue = await a_queue(post, size=2)
    await throttled(post, scene)
    await over(post, scene)
    await post.fault("drop_before")
    await post.work(queue[0])
    await post.work(queue[0])
    await post.set(queue[0], next_attempt_at=datetime.now(UTC) + timedelta(minutes=1))  # the next look
    assert (await post.work(queue[1])).state is S.SENT
    assert (await post.account(scene)).throttled_until is None


async def test_with_nothing_to_send_the_sweep_ends_the_throttle(post: Post) -> None:
    scene, queue = await a_queue(post, size=1)
    await post.set(queue[0], state=S.FAILED)
    await throttled(post, scene)
    await post.sweep()
    assert (await post.account(scene)).throttled_until is not None
    await over(post, scene)
    await post.sweep()
    assert (await post.account(scene)).throttled_until is None
    assert await post.alerts("instagram_throttled") == []


async def test_a_throttle_during_an_undo_window_does_not_shorten_it(post: Post) -> None:
    scene, queue = await a_queue(post, size=2)
    await post.set(queue[1], send_after=datetime.now(UTC) + timedelta(minutes=1))
    await throttled(post, scene)
    await over(post, scene)
    assert (await post.work(queue[0])).state is S.SENT
    assert (await post.now(queue[1])).next_attempt_at is None
    assert (await post.work(queue[1])).state is S.PLANNED


# The token


async def test_after_the_reconnect_everything_approved_leaves_in_order_and_once(post: Post) -> None:
    scene, queue = await a_queue(post, urgent=3, size=5)
    await post.player.control("token", {"invalid": True, "subcode": 460})
    await turn(post)
    assert len(await post.alerts("token_invalid")) == 1
    assert await states(post, queue) == [S.PLANNED] * 5
    await forget_jobs(post)
    await post.sweep()
    assert await post.jobs("deliver") == 0  # nothing runs in vain meanwhile
    await post.player.control("token", {"invalid": False})
    await post.token_works(scene)
    for _round in range(2):
        await let_time_pass(post)
        await post.sweep()
        await turn(post)
    assert await texts(post) == ["Ответ 3", "Ответ 0", "Ответ 1", "Ответ 2", "Ответ 4"]


async def test_a_dead_token_stops_its_own_account_only(post: Post) -> None:
    scene, queue = await a_queue(post, size=1)
    async with post.db.transaction() as tx:
        other = await accounts.connect(
            tx.session, "17841400000000002", username="herbs", chat_id=None, locale="ru"
        )
        await accounts.change(tx.session, other.id, token_state=TokenState.INVALID)
    await turn(post)
    assert (await post.now(queue[0])).state is S.SENT
    assert scene.account.id != other.id


async def test_a_good_token_does_not_end_a_throttle_or_a_limit_of_our_own(post: Post) -> None:
    scene, queue = await a_queue(post, size=2)
    later = datetime.now(UTC) + timedelta(minutes=20)
    await post.set(queue[0], next_attempt_at=later)
    await throttled(post, scene)
    await post.change_account(scene, token_state=TokenState.INVALID)
    await post.token_works(scene)
    assert (await post.now(queue[0])).next_attempt_at == later
    await turn(post)
    assert await post.said() == []


async def test_the_sweep_has_a_refused_token_looked_at_again(post: Post) -> None:
    scene, _queue = await a_queue(post, size=1)
    await post.sweep()
    assert await post.jobs("check_tokens") == 0
    await post.change_account(scene, token_state=TokenState.INVALID)
    await post.sweep()
    jobs = await post.jobs("check_tokens")
    assert jobs > 0
    await post.sweep()
    assert await post.jobs("check_tokens") == jobs
    await forget_jobs(post)
    await post.change_account(scene, token_encrypted=None)
    await post.sweep()
    assert await post.jobs("check_tokens") == 0


async def test_an_account_that_was_let_go_sends_nothing(post: Post) -> None:
    scene, queue = await a_queue(post, size=1)
    await post.change_account(scene, disconnected_at=datetime.now(UTC))
    assert (await post.work(queue[0])).lease_token == 0
    await forget_jobs(post)
    await post.sweep()
    assert await post.jobs("deliver") == 0


# A pause for policy


async def test_a_pause_ends_by_its_time_or_by_a_persons_word(post: Post) -> None:
    scene, queue = await a_queue(post, urgent=1, size=3)
    async with post.db.transaction() as tx:
        account = await accounts.get(tx.session, scene.account.id)
        await pause_sending(tx, account, timedelta(hours=3), "368")
    await forget_jobs(post)
    await post.sweep()
    await turn(post)
    assert await post.said() == []
    assert len(await post.alerts("sending_paused")) == 1
    async with post.db.transaction() as tx:
        await resume_sending(tx, account)
    assert (await post.account(scene)).sending_paused_until is None
    assert await post.alerts("sending_paused") == []
    await let_time_pass(post)
    await post.sweep()
    await turn(post)
    assert await texts(post) == ["Ответ 1", "Ответ 0", "Ответ 2"]
    assert set(await states(post, queue)) == {S.SENT}


async def test_a_pause_whose_time_is_over_ends_with_the_sweep(post: Post) -> None:
    scene, queue = await a_queue(post, size=2)
    async with post.db.transaction() as tx:
        account = await accounts.get(tx.session, scene.account.id)
        await pause_sending(tx, account, timedelta(seconds=-1), "368")
    await post.sweep()
    assert (await post.account(scene)).sending_paused_until is None
    assert await post.alerts("sending_paused") == []
    lined_up = [(await post.now(delivery)).next_attempt_at for delivery in queue]
    assert lined_up[0] is not None
    assert lined_up[1] == lined_up[0] + APART


# The order itself


async def test_one_accounts_hold_does_not_hide_the_others_from_the_sweep(post: Post) -> None:
    scene, queue = await a_queue(post, size=3)
    await throttled(post, scene)
    async with post.db.transaction() as tx:
        other = await accounts.connect(
            tx.session, "17841400000000002", username="herbs", chat_id=None, locale="ru"
        )
        await tx.session.execute(
            update(Delivery).where(Delivery.id == queue[2].id).values(account_id=other.id)
        )
        due = await deliveries.due(tx.session, limit=1)
    assert [one.id for one in due] == [queue[2].id]


async def test_the_sweep_wakes_urgent_ones_first(post: Post) -> None:
    _scene, queue = await a_queue(post, urgent=2, size=3)
    async with post.db.transaction() as tx:
        due = await deliveries.due(tx.session)
    assert [one.id for one in due] == [queue[2].id, queue[0].id, queue[1].id]


async def test_what_is_released_forgets_why_it_waited_but_not_its_doubt(post: Post) -> None:
    scene, queue = await a_queue(post, size=2)
    for delivery in queue:
        await post.set(delivery, error="reply: auth 190/None")
    await post.set(queue[1], request_started_at=datetime.now(UTC))
    async with post.db.transaction() as tx:
        await release(tx, scene.account.id)
    assert [(await post.now(one)).error for one in queue] == [None, "reply: auth 190/None"]
