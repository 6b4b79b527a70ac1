"""One effect on Instagram, at most once: what each answer of Instagram leads to."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.models.account import TokenState
from db.repositories import accounts
from sandbox.instagram import Instagram
from sandbox.server import serve
from services.deliver.sending import MAX_UNSENT
from services.instagram.client import InstagramClient
from tests.building import ANNA, TOKEN, VAULT, a_scene
from tests.sandbox.instagram.player import POST
from tests.services.deliver.conftest import WORDS, Post

S = DeliveryState


async def test_an_approved_reply_is_sent_once(post: Post) -> None:
    scene, delivery = await post.approved()
    rev = await post.wanted_rev(scene)
    sent = await post.work(delivery)
    assert (sent.state, sent.attempts, sent.error) == (S.SENT, 1, None)
    assert sent.external_id is not None
    assert sent.sent_at is not None
    assert await post.replies() == [(scene.comment.instagram_id, WORDS)]
    assert (await post.comment(scene)).state is CommentState.ANSWERED
    assert await post.wanted_rev(scene) > rev
    await post.work(delivery)  # the queue may run a finished job again
    assert len(await post.replies()) == 1


async def test_nothing_leaves_before_the_undo_window_is_over(post: Post) -> None:
    post.options = replace(post.options, undo=timedelta(minutes=1))
    _scene, delivery = await post.approved()
    assert (await post.work(delivery)).state is S.PLANNED
    assert await post.replies() == []
    await post.set(delivery, send_after=datetime.now(UTC))
    assert (await post.work(delivery)).state is S.SENT


@pytest.mark.parametrize("number", [None, 0, 999_999])
async def test_a_job_about_no_delivery_does_nothing(post: Post, number: int | None) -> None:
    await post.deliverer(number)
    assert await post.replies() == []


async def test_a_reply_in_a_thread_goes_to_the_comment_it_answers(post: Post) -> None:
    top = await post.player.comment()
    answer = await post.player.comment("А доставка?", parent_id=top)
    scene, delivery = await post.approved(answer, comment_values={"parent_instagram_id": top, "thread": top})
    assert (await post.work(delivery)).state is S.SENT
    assert await post.replies() == [(scene.comment.instagram_id, WORDS)]


# Certainly nothing happened


async def test_a_refused_connection_is_tried_again(
    post: Post, instagram: Instagram, unused_tcp_port: int
) -> None:
    async with InstagramClient(f"http://127.0.0.1:{unused_tcp_port}", "v26.0") as client:
        post.client = client
        scene = await post.scene("18100000000000001")
        delivery = await post.approve(scene)
        waiting = await post.work(delivery)
        assert (waiting.state, waiting.request_started_at, waiting.attempts) == (S.PLANNED, None, 1)
        assert await post.seconds_to_wait(delivery) > 0
        other = Instagram(instagram.config)
        media = other.account.state.posts[POST]
        author = other.account.state.person("anna_k")
        text = scene.comment.text
        other.account.state.add_comment(media, author, text, comment_id=scene.comment.instagram_id)
        async with serve(other.application(), unused_tcp_port):
            assert (await post.work(delivery)).state is S.SENT
        assert [entry.text for entry in other.account.ledger] == [WORDS]


async def test_tries_that_did_nothing_are_bounded(post: Post, unused_tcp_port: int) -> None:
    async with InstagramClient(f"http://127.0.0.1:{unused_tcp_port}", "v26.0") as client:
        post.client = client
        delivery = await post.approve(await a_scene(post.db))
        for attempt in range(1, MAX_UNSENT):
            assert (await post.work(delivery)).attempts == attempt
        failed = await post.work(delivery)
    assert (failed.state, failed.error) == (S.FAILED, "transient")
    assert len(await post.alerts("instagram_down")) == 1


async def test_a_dead_token_holds_the_reply_back_until_a_good_one_comes(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.player.control("token", {"invalid": True})
    for _day in range(MAX_UNSENT + 2):  # waiting uses up no tries
        waiting = await post.work(delivery)
        assert (waiting.state, waiting.request_started_at, waiting.attempts) == (S.PLANNED, None, 0)
        assert waiting.lease_token == 1  # Instagram was asked once
    assert (await post.account(scene)).token_state is TokenState.INVALID
    [alert] = await post.alerts("token_invalid")
    assert alert.count == 1  # told once, however long it lasts
    await post.player.control("token", {"invalid": False})
    await post.token_works(scene)
    assert (await post.work(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


@pytest.mark.parametrize("sealed", [b"of another key", None])
async def test_an_unreadable_token_holds_the_reply_back(post: Post, sealed: bytes | None) -> None:
    scene, delivery = await post.approved()
    async with post.db.transaction() as tx:
        await accounts.change(tx.session, scene.account.id, token_encrypted=sealed)
    assert (await post.work(delivery)).state is S.PLANNED
    assert len(await post.alerts("token_invalid")) == 1


async def test_a_doubt_outlives_a_token_that_cannot_be_read(post: Post) -> None:
    """Otherwise the reply that did arrive would be sent a second time with the next good token."""
    scene, delivery = await post.approved()
    await post.fault("drop_after")
    await post.work(delivery)
    async with post.db.transaction() as tx:
        await accounts.change(tx.session, scene.account.id, token_encrypted=b"of another key")
    assert (await post.work(delivery)).request_started_at is not None
    await post.change_account(scene, token_encrypted=VAULT.seal(TOKEN))
    await post.token_works(scene)
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert len(await post.replies()) == 1


async def test_our_own_limit_of_replies_per_hour_makes_them_wait(post: Post) -> None:
    post.options = replace(post.options, replies_per_hour=1)
    scene, first = await post.approved()
    async with post.db.transaction() as tx:  # a limit of this test's own in the shared Valkey
        await accounts.change(tx.session, scene.account.id, instagram_id=f"limit of {first.created_at}")
    assert (await post.work(first)).state is S.SENT
    comment = await post.player.comment()
    other = await post.scene(comment)
    async with post.db.transaction() as tx:
        await tx.session.execute(
            text("UPDATE drafts SET account_id = :own WHERE id = :id"),
            {"own": scene.account.id, "id": other.draft.id},
        )
        await tx.session.execute(
            text("UPDATE comments SET account_id = :own WHERE id = :id"),
            {"own": scene.account.id, "id": other.comment.id},
        )
    second = await post.approve(other)
    waiting = await post.work(second)
    assert (waiting.state, waiting.request_started_at, waiting.attempts) == (S.PLANNED, None, 0)
    assert await post.seconds_to_wait(second) > 60
    assert len(await post.replies()) == 1


# Refused for good


async def test_a_policy_block_pauses_the_account_and_fails_the_reply(post: Post) -> None:
    scene, delivery = await post.approved()
    _other, second = await post.approved()
    await post.fault("status", code=368)
    failed = await post.work(delivery)
    assert (failed.state, failed.error, failed.request_started_at) == (S.FAILED, "policy", None)
    paused = (await post.account(scene)).sending_paused_until
    assert paused is not None
    assert paused > datetime.now(UTC) + timedelta(hours=2)
    assert (await post.work(second)).attempts == 0  # not even claimed
    async with post.db.transaction() as tx:
        await accounts.pause_sending(tx.session, scene.account.id, datetime.now(UTC))
    assert (await post.work(second)).state is S.SENT
    assert len(await post.replies()) == 1


async def test_a_pause_does_not_hold_up_the_end_of_a_doubt(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("drop_after")
    await post.work(delivery)
    async with post.db.transaction() as tx:
        later = datetime.now(UTC) + timedelta(hours=1)
        await accounts.pause_sending(tx.session, scene.account.id, later)
    assert (await post.work(delivery)).state is S.SENT


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"code": 100, "subcode": 33}, "gone"),
        ({"code": 100}, "refused"),
        ({"code": 10}, "permission"),
        ({"code": 200}, "permission"),
        ({"code": 506}, "duplicate"),
    ],
)
async def test_a_refusal_fails_the_reply_and_tells_the_card(
    post: Post, fault: dict[str, Any], error: str
) -> None:
    scene, delivery = await post.approved()
    rev = await post.wanted_rev(scene)
    await post.fault("status", **fault)
    failed = await post.work(delivery)
    assert (failed.state, failed.error, failed.request_started_at) == (S.FAILED, error, None)
    assert await post.wanted_rev(scene) > rev
    [alert] = await post.alerts("delivery_failed")
    assert alert.params == {"draft": scene.draft.id, "why": error}
    assert await post.replies() == []


async def test_a_reply_that_succeeds_at_last_resolves_its_alerts(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("status", code=100)
    await post.work(delivery)
    assert len(await post.alerts("delivery_failed")) == 1
    async with post.db.transaction() as tx:
        await post.decisions.retry(tx, ANNA, scene.draft.id, 1)
    assert (await post.work(await post.newest(scene))).state is S.SENT
    assert await post.alerts("delivery_failed") == []


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
