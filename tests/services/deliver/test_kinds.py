"""Mentions, live comments and messages leave by ways of their own, and a doubt about each is ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.models.comment import CommentKind
from services.decide.service import ReplyAlreadyLive
from services.deliver.sending import LOOKS_AT_REFUSAL
from services.instagram.access import Login
from services.instagram.client import InstagramClient
from tests.building import ANNA, IVAN, Scene
from tests.services.deliver.conftest import OF_MESSAGES, WORDS, Post

S, K, E = DeliveryState, CommentKind, Effect
OPERATIONS = {
    K.COMMENT: "reply",
    K.MENTION: "mention",
    K.LIVE_COMMENT: "private_reply",
    K.MESSAGE: "message",
    K.STORY_REPLY: "message",
}
EFFECTS = {kind: E("reply" if name == "mention" else name) for kind, name in OPERATIONS.items()}
PRIVATE = [K.LIVE_COMMENT, K.MESSAGE]
LOST: list[dict[str, Any]] = [
    {"kind": "drop_after"},
    {"kind": "garbage"},
    {"kind": "status_after", "code": 1, "subcode": 1357046},
    {"kind": "status_after", "code": 20, "subcode": 1772107},
]
ids = [str(fault.get("code", fault["kind"])) for fault in LOST]


@pytest.mark.parametrize("kind", OPERATIONS)
async def test_every_kind_is_answered_once_by_its_effect(post: Post, kind: CommentKind) -> None:
    scene, delivery = await post.approved(kind=kind)
    sent = await post.work(delivery)
    assert (sent.state, sent.effect) == (S.SENT, EFFECTS[kind])
    assert sent.external_id is not None
    assert (await post.comment(scene)).state is CommentState.ANSWERED
    await post.work(delivery)
    assert await post.said() == [(EFFECTS[kind], WORDS)]


async def test_a_mention_in_a_caption_is_answered_under_its_post(post: Post) -> None:
    told = await post.player.control("mentions", {"username": "anna_k", "caption": "Смотрите!"})
    _scene, delivery = await post.approved(told["media_id"], kind=K.MENTION)
    assert (await post.work(delivery)).state is S.SENT
    [entry] = await post.player.control("ledger", method="GET")
    assert (entry["comment_id"], entry["media_id"]) == (None, told["media_id"])


async def test_a_mention_in_a_comment_is_answered_in_its_thread(post: Post) -> None:
    scene, delivery = await post.approved(kind=K.MENTION)
    assert (await post.work(delivery)).state is S.SENT
    [entry] = await post.player.control("ledger", method="GET")
    assert entry["comment_id"] == scene.comment.instagram_id


async def test_without_its_post_a_mention_cannot_be_answered(post: Post) -> None:
    _scene, delivery = await post.approved(kind=K.MENTION, comment_values={"post": None})
    failed = await post.work_until_settled(delivery)
    assert (failed.state, failed.error) == (S.FAILED, "refused")


async def test_without_its_author_a_message_cannot_be_answered(post: Post) -> None:
    _scene, delivery = await post.approved(kind=K.MESSAGE, comment_values={"author_instagram_id": None})
    failed = await post.work_until_settled(delivery)
    assert (failed.state, failed.error) == (S.FAILED, "refused")


@pytest.mark.parametrize("kind", sorted(OF_MESSAGES))
async def test_a_message_has_one_live_answer_like_a_comment(post: Post, kind: CommentKind) -> None:
    scene, first = await post.approved(kind=kind)
    await post.set(first, state=S.FAILED)
    async with post.db.transaction() as tx:
        await post.decisions.retry(tx, IVAN, scene.draft.id, 1)
    second = await post.newest(scene)
    await post.set(first, id=second.id + 100)  # a lost race in the ledger
    with pytest.raises(ReplyAlreadyLive):
        async with post.db.transaction() as tx:
            await post.decisions.retry(tx, ANNA, scene.draft.id, 1)


# The answer of Instagram got lost


@pytest.mark.parametrize("fault", LOST, ids=ids)
@pytest.mark.parametrize("kind", [K.MENTION, *PRIVATE])
async def test_an_answer_whose_confirmation_got_lost_is_found_and_not_repeated(
    post: Post, kind: CommentKind, fault: dict[str, Any]
) -> None:
    scene, delivery = await post.approved(kind=kind)
    await post.fault(operation=OPERATIONS[kind], **fault)
    doubtful = await post.work(delivery)
    assert (doubtful.state, doubtful.request_started_at is None) == (S.PLANNED, False)
    found = await post.work_until_settled(delivery)
    assert found.state is S.SENT
    assert found.external_id is not None
    assert await post.said() == [(EFFECTS[kind], WORDS)]
    assert (await post.comment(scene)).state is CommentState.ANSWERED


@pytest.mark.parametrize("kind", [K.MENTION, *PRIVATE])
async def test_what_is_not_found_a_human_decides(post: Post, kind: CommentKind) -> None:
    _scene, delivery = await post.approved(kind=kind)
    await post.fault("drop_before", OPERATIONS[kind])
    assert (await post.work_until_settled(delivery)).state is S.UNCERTAIN
    assert len(await post.alerts("delivery_uncertain")) == 1
    assert await post.said() == []


async def test_a_mention_whose_place_cannot_be_read_a_human_decides(post: Post) -> None:
    told = await post.player.control("mentions", {"username": "anna_k", "caption": "Смотрите!"})
    _scene, delivery = await post.approved(told["media_id"], kind=K.MENTION)
    await post.fault("drop_after", "mention")
    assert (await post.work_until_settled(delivery)).state is S.UNCERTAIN
    assert len(await post.said()) == 1


async def test_a_later_message_proves_that_ours_never_arrived(post: Post) -> None:
    scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.fault("drop_before", "message")
    await post.work(delivery)
    later = datetime.now(UTC) + timedelta(minutes=3)
    await post.happens(K.MESSAGE, text="Ау?", at=later.isoformat())
    again = await post.work(delivery)
    assert (again.state, again.request_started_at) == (S.PLANNED, None)
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert await post.said() == [("message", WORDS)]
    assert scene.comment.kind is K.MESSAGE


async def test_a_conversation_that_went_on_for_long_proves_nothing(post: Post) -> None:
    """Only the newest twenty messages can be read: ours may stand before them."""
    _scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.fault("drop_after", "message")
    await post.work(delivery)
    later = datetime.now(UTC) + timedelta(minutes=3)
    for number in range(20):
        await post.happens(K.MESSAGE, text=f"Ау {number}", at=later.isoformat())
    assert (await post.work_until_settled(delivery)).state is S.UNCERTAIN
    assert await post.said() == [("message", WORDS)]


async def test_the_persons_own_words_and_older_ones_of_ours_are_not_the_answer(post: Post) -> None:
    await post.happens(K.MESSAGE, text=WORDS)
    await post.player.control("app", {"action": "message", "username": "anna_k", "text": WORDS})
    old = post.instagram.account.state.conversations
    for message in next(iter(old.values())):
        message.at -= timedelta(hours=1)
    _scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.fault("drop_before", "message")
    assert (await post.work_until_settled(delivery)).state is S.UNCERTAIN


@pytest.mark.parametrize("kind", PRIVATE)
async def test_a_conversation_that_cannot_be_read_now_is_read_later(post: Post, kind: CommentKind) -> None:
    _scene, delivery = await post.approved(kind=kind)
    await post.fault("drop_after", OPERATIONS[kind])
    await post.work(delivery)
    await post.fault("status", "conversations", code=2)
    assert (await post.work(delivery)).reads == 1
    assert (await post.work(delivery)).state is S.SENT
    assert len(await post.said()) == 1


async def test_too_many_doubts_at_once_take_their_turns(post: Post) -> None:
    """Conversations have a limit of their own, which holds nothing else back."""
    scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.fault("drop_after", "message")
    await post.work(delivery)
    for operation in ("conversations", "conversation"):
        await post.fault("status", operation, code=613, times=3)
        for _try in range(3):
            looking = await post.work(delivery)
            assert (looking.state, looking.reads) == (S.PLANNED, 0)
    assert (await post.account(scene)).throttled_until is None
    assert (await post.work(delivery)).state is S.SENT


@pytest.mark.parametrize("fault", [{"code": 4}, {"code": 190}], ids=["throttled", "token"])
async def test_a_look_that_is_refused_keeps_the_doubt(post: Post, fault: dict[str, Any]) -> None:
    scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.fault("drop_after", "message")
    await post.work(delivery)
    await post.fault("status", "conversations", **fault)
    waiting = await post.work(delivery)
    assert (waiting.state, waiting.request_started_at is None) == (S.PLANNED, False)
    assert (await post.work(delivery)).lease_token == waiting.lease_token  # held back
    await post.change_account(scene, throttled_until=None)
    await post.token_works(scene)
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert await post.said() == [("message", WORDS)]


# Private replies that Instagram does not allow


async def test_a_private_reply_that_landed_before_is_found_when_instagram_refuses_another(
    post: Post,
) -> None:
    """100/2534025 may mean that an earlier try landed: the conversation tells."""
    _scene, delivery = await post.approved(kind=K.LIVE_COMMENT)
    await post.fault("status_after", "private_reply", code=100, subcode=2534025)
    await post.work(delivery)
    found = await post.work(delivery)
    assert found.state is S.SENT
    assert len(await post.said()) == 1


async def test_a_private_reply_that_is_not_allowed_fails_after_a_few_looks(post: Post) -> None:
    post.options = replace(post.options, readback_delays=(0.01,) * 10)
    scene, delivery = await post.approved(kind=K.LIVE_COMMENT)
    by_hand = {"action": "message", "comment_id": scene.comment.instagram_id, "text": "Сами ответили"}
    await post.player.control("app", by_hand)
    failed = await post.work_until_settled(delivery)
    assert (failed.state, failed.error, failed.request_started_at) == (S.FAILED, "refused", None)
    assert failed.reads == LOOKS_AT_REFUSAL
    assert await post.alerts("delivery_uncertain") == []
    assert await post.said() == []


# Our own words come back


async def echo(post: Post, scene: Scene, external_id: str = "mid-1") -> Any:
    return await post.echo(scene, external_id)


@pytest.mark.parametrize("kind", PRIVATE)
async def test_an_echo_closes_a_doubt_about_a_private_answer(post: Post, kind: CommentKind) -> None:
    scene, delivery = await post.approved(kind=kind)
    await post.fault("drop_before", OPERATIONS[kind])
    await post.work(delivery)
    confirmed = await echo(post, scene)
    assert (confirmed.id, confirmed.state, confirmed.external_id) == (delivery.id, S.SENT, "mid-1")
    assert (await post.work(delivery)).state is S.SENT
    assert await post.said() == []


@pytest.mark.parametrize("kind", PRIVATE)
async def test_an_echo_in_another_conversation_confirms_nothing(post: Post, kind: CommentKind) -> None:
    scene, delivery = await post.approved(kind=kind)
    await post.fault("drop_before", OPERATIONS[kind])
    await post.work(delivery)
    scene.comment.author_instagram_id = "somebody"
    scene.comment.thread = "dm:somebody"
    assert await echo(post, scene) is None


async def test_a_private_reply_does_not_come_back_under_the_post(post: Post) -> None:
    scene, delivery = await post.approved(kind=K.LIVE_COMMENT)
    await post.fault("drop_before", "private_reply")
    await post.work(delivery)
    scene.comment.kind = K.COMMENT  # as an echo in the thread
    assert await echo(post, scene) is None


async def test_the_echo_of_a_known_message_confirms_nothing_more(post: Post) -> None:
    scene, delivery = await post.approved(kind=K.MESSAGE)
    sent = await post.work(delivery)
    assert sent.external_id is not None
    assert await echo(post, scene, sent.external_id) is None


async def test_a_message_that_arrived_after_all_stops_the_second_one(post: Post) -> None:
    scene, first = await post.approved(kind=K.MESSAGE)
    await post.fault("drop_before", "message")
    await post.work(first)
    await post.set(first, state=S.UNCERTAIN)
    async with post.db.transaction() as tx:
        await post.decisions.send_again(tx, ANNA, scene.draft.id, 1)
    second = await post.newest(scene)
    assert (await echo(post, scene)).state is S.SENT
    assert (await post.work(second)).state is S.CANCELLED
    assert await post.said() == []


async def test_with_facebook_login_mentions_are_read_and_answered(post: Post) -> None:
    async with InstagramClient(post.player.base, "v26.0", Login.FACEBOOK) as client:
        post.client = client
        told = {"username": "anna_k", "text": "@lavanda_home смотрите!", "as": "mentions"}
        scene, delivery = await post.approved(await post.happens(K.MENTION, **told), kind=K.MENTION)
        assert (await post.work(delivery)).state is S.SENT
    assert await post.said() == [("reply", WORDS)]
    assert (await post.comment(scene)).state is CommentState.ANSWERED
