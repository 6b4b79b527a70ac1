"""The comment is read once more just before its answer leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models import Comment, Delivery, Draft
from db.models.comment import CommentKind
from db.repositories import drafts
from services.decide.superseding import Why
from services.deliver.sending import MAX_UNSENT
from services.instagram.access import Login
from services.instagram.client import InstagramClient
from tests.building import ANNA, IVAN, Scene
from tests.services.deliver.conftest import WORDS, Post

S, K = DeliveryState, CommentKind


async def draft_of(post: Post, scene: Scene) -> Draft:
    async with post.db.transaction() as tx:
        draft = await drafts.get(tx.session, scene.draft.id)
        assert draft is not None
        return draft


async def superseded(post: Post, scene: Scene, delivery: Delivery, why: Why) -> None:
    """Work on the delivery, which must find that it is not wanted any more."""
    rev = await post.wanted_rev(scene)
    assert (await post.work(delivery)).state is S.CANCELLED
    draft = await draft_of(post, scene)
    assert (draft.state, draft.reason) == (DraftState.SUPERSEDED, why.value)
    assert (await post.comment(scene)).state is CommentState.SUPERSEDED
    assert await post.wanted_rev(scene) > rev
    await post.work(delivery)
    assert await post.said() == []


async def test_a_deleted_comment_is_not_answered(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.player.control(f"comments/{scene.comment.instagram_id}", method="DELETE")
    await superseded(post, scene, delivery, Why.DELETED)
    assert (await post.comment(scene)).gone_at is not None


async def test_a_comment_that_somebody_hid_in_the_app_is_not_answered(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.by_hand("hide", scene.comment.instagram_id)
    await superseded(post, scene, delivery, Why.HIDDEN)
    assert (await post.comment(scene)).hidden


async def hidden_by_us(post: Post, scene: Scene) -> Delivery:
    async with post.db.transaction() as tx:
        await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=True)
    return await post.newest(scene)


@pytest.mark.parametrize("lost", [False, True])
async def test_what_we_hide_ourselves_is_no_reason_to_be_silent(post: Post, lost: bool) -> None:
    scene, delivery = await post.approved()
    hiding = await hidden_by_us(post, scene)
    if lost:
        await post.fault("drop_after", "hide")
    await post.work(hiding)
    failed = await post.work(delivery)
    assert (failed.state, failed.error) == (S.FAILED, "refused")  # Instagram takes no reply to hidden ones
    assert (await draft_of(post, scene)).state is DraftState.APPROVED


async def test_changed_words_are_read_anew_and_the_old_answer_stays_here(post: Post) -> None:
    scene, delivery = await post.approved()
    words = {"text": "А доставка сколько?"}
    await post.player.control(f"comments/{scene.comment.instagram_id}", words, method="PATCH")
    assert (await post.work(delivery)).state is S.CANCELLED
    comment, draft = await post.comment(scene), await draft_of(post, scene)
    assert (comment.text, comment.state) == (words["text"], CommentState.RECEIVED)
    assert comment.edited_at is not None
    assert (draft.state, draft.version, draft.why_no_text) == (DraftState.PENDING, 0, "edited")
    assert await post.said() == []
    async with post.db.transaction() as tx:  # a manager may answer before the model does
        edited = await post.decisions.edit(tx, ANNA, scene.draft.id, 0, "Доставка 300 ₽.")
    assert edited.done
    async with post.db.transaction() as tx:
        assert edited.draft is not None
        assert (await post.decisions.approve(tx, ANNA, scene.draft.id, edited.draft.version)).done
    assert (await post.work(await post.newest(scene))).state is S.SENT
    assert await post.said() == [("reply", "Доставка 300 ₽.")]


@pytest.mark.parametrize("stored", ["  Сколько стоит?\n", "Сколько\u00a0стоит?"])
async def test_words_that_are_only_spaced_otherwise_are_the_same(post: Post, stored: str) -> None:
    _scene, delivery = await post.approved(comment_values={"text": stored})
    assert (await post.work(delivery)).state is S.SENT


# Answered in the app


async def test_a_comment_that_somebody_answered_in_the_app_is_not_answered_again(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.by_hand("reply", scene.comment.instagram_id, "@anna_k 1 290 ₽, ждём вас!")
    await superseded(post, scene, delivery, Why.ANSWERED_IN_APP)


async def a_thread(post: Post, **more: Any) -> tuple[str, Scene, Delivery]:
    """Anna asks, Boris asks in her thread, and Boris's answer is approved."""
    top = await post.player.comment()
    reply = await post.player.comment("А мне?", parent_id=top, username="boris")
    scene, delivery = await post.approved(reply, **more)
    return top, scene, delivery


@pytest.mark.parametrize(
    ("words", "answered"),
    [("@boris да, и вам", True), ("Да, конечно!", True), ("@anna_k да, и вам", False)],
)
async def test_in_a_thread_it_matters_to_whom_the_answer_goes(post: Post, words: str, answered: bool) -> None:
    top, scene, delivery = await a_thread(post)
    await post.player.control("clock", {"advance": 1})  # Instagram's times are whole seconds
    await post.by_hand("reply", top, words)
    if answered:
        await superseded(post, scene, delivery, Why.ANSWERED_IN_APP)
    else:
        assert (await post.work(delivery)).state is S.SENT


async def test_an_answer_to_the_comment_above_leaves_the_replies_below_it_open(post: Post) -> None:
    """The same rule as for a webhook: words that address nobody answer what they hang under."""
    top, _scene, delivery = await a_thread(post)
    await post.scene(top)  # it came in too
    await post.by_hand("reply", top, "Стоит 1 290 ₽")
    assert (await post.work(delivery)).state is S.SENT


async def test_what_we_said_before_the_question_is_no_answer_to_it(post: Post) -> None:
    top = await post.player.comment()
    old = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    await post.player.comment("Спасибо!", parent_id=top, username="lavanda_home", at=old)
    reply = await post.player.comment("А доставка?", parent_id=top, username="boris")
    _scene, delivery = await post.approved(reply)
    assert (await post.work(delivery)).state is S.SENT


async def test_answers_of_our_own_to_others_in_the_thread_do_not_count(post: Post) -> None:
    top, _boris, second = await a_thread(post, text="Да, и вам.")
    _anna, first = await post.approved(top)
    assert (await post.work(first)).state is S.SENT
    assert (await post.work(second)).state is S.SENT
    assert len(await post.said()) == 2


async def test_an_answer_far_down_the_thread_is_seen(post: Post) -> None:
    top = await post.player.comment()
    for number in range(55):
        await post.player.comment(f"+{number}", parent_id=top, username="boris")
    await post.by_hand("reply", top, "@anna_k ответили")
    scene, delivery = await post.approved(top)
    await superseded(post, scene, delivery, Why.ANSWERED_IN_APP)


async def test_the_first_try_that_arrived_after_all_takes_the_place_of_the_second(post: Post) -> None:
    scene, first = await post.approved()
    await post.fault("drop_after")
    await post.work(first)
    await post.set(first, state=S.UNCERTAIN)
    async with post.db.transaction() as tx:
        await post.decisions.send_again(tx, ANNA, scene.draft.id, 1)
    second = await post.newest(scene)
    assert (await post.work(second)).state is S.CANCELLED
    assert (await post.now(first)).state is S.SENT
    assert await post.said() == [("reply", WORDS)]
    assert (await draft_of(post, scene)).state is DraftState.APPROVED


# What cannot be read


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "code": 2},
        {"kind": "garbage"},
        {"kind": "status", "code": 503},
    ],
    ids=["2", "garbage", "503"],
)
async def test_a_reading_that_fails_for_a_while_is_repeated_and_never_a_doubt(
    post: Post, fault: dict[str, Any]
) -> None:
    _scene, delivery = await post.approved()
    await post.fault(operation="comment", **fault)
    waiting = await post.work(delivery)
    assert (waiting.state, waiting.request_started_at, waiting.attempts) == (S.PLANNED, None, 1)
    assert await post.seconds_to_wait(delivery) > 0
    assert (await post.work(delivery)).state is S.SENT


async def test_readings_that_keep_failing_are_bounded(post: Post) -> None:
    _scene, delivery = await post.approved()
    await post.fault("status", "comment", code=2, times=MAX_UNSENT)
    failed = await post.work_until_settled(delivery)
    assert (failed.state, failed.error) == (S.FAILED, "transient")
    assert await post.said() == []


@pytest.mark.parametrize("code", [100, 10, 200])
async def test_a_comment_that_may_not_be_read_is_answered_all_the_same(post: Post, code: int) -> None:
    _scene, delivery = await post.approved()
    await post.fault("status", "comment", code=code)
    assert (await post.work(delivery)).state is S.SENT


async def test_a_live_comment_out_of_reach_is_not_deleted(post: Post) -> None:
    """The stand-in tells nothing of a broadcast's comments after its end, and takes no answer then."""
    scene, delivery = await post.approved(kind=K.LIVE_COMMENT)
    await post.fault("status", "comment", code=100, subcode=33)
    assert (await post.work(delivery)).state is S.SENT
    assert await post.said() == [("private_reply", WORDS)]
    assert (await post.comment(scene)).gone_at is None


async def test_a_live_comment_that_was_changed_is_read_anew(post: Post) -> None:
    scene, delivery = await post.approved(kind=K.LIVE_COMMENT)
    words = {"text": "Уже нашла, спасибо"}
    await post.player.control(f"comments/{scene.comment.instagram_id}", words, method="PATCH")
    assert (await post.work(delivery)).state is S.CANCELLED
    assert (await post.comment(scene)).text == words["text"]


@pytest.mark.parametrize("login", Login)
async def test_a_mention_that_is_not_found_is_deleted_only_where_that_can_be_told(
    post: Post, login: Login
) -> None:
    async with InstagramClient(post.player.base, "v26.0", login) as client:
        post.client = client
        scene, delivery = await post.approved(kind=K.MENTION)
        await post.player.control(f"comments/{scene.comment.instagram_id}", method="DELETE")
        ended = await post.work(delivery)
    if login is Login.FACEBOOK:
        assert ended.state is S.CANCELLED
        assert (await draft_of(post, scene)).reason == Why.DELETED
    else:  # Instagram itself tells when it is written to
        assert (ended.state, ended.error) == (S.FAILED, "gone")
    assert await post.said() == []


async def test_a_mention_is_read_again_too(post: Post) -> None:
    scene, delivery = await post.approved(kind=K.MENTION)
    words = {"text": "@lavanda_home уже не надо"}
    await post.player.control(f"comments/{scene.comment.instagram_id}", words, method="PATCH")
    assert (await post.work(delivery)).state is S.CANCELLED
    assert await post.said() == []


# Messages


@pytest.mark.parametrize("kind", [K.MESSAGE, K.STORY_REPLY])
async def test_a_message_that_somebody_answered_in_the_app_is_not_answered_again(
    post: Post, kind: CommentKind
) -> None:
    """No webhook tells of it: echoes of the app often stay away (datasheet, §7 n. 7)."""
    scene, delivery = await post.approved(kind=kind)
    await post.player.control("clock", {"advance": 1})
    await post.player.control("app", {"action": "message", "username": "anna_k", "text": "Да, есть!"})
    await superseded(post, scene, delivery, Why.ANSWERED_IN_APP)


async def test_what_the_product_wrote_itself_leaves_the_next_message_open(post: Post) -> None:
    _scene, first = await post.approved(kind=K.MESSAGE)
    _other, second = await post.approved(kind=K.MESSAGE, text="И в подарочной коробке.")
    for delivery in (first, second):
        assert (await post.work(delivery)).state is S.SENT


async def test_words_older_than_the_message_do_not_answer_it(post: Post) -> None:
    await post.happens(K.MESSAGE)
    await post.player.control("app", {"action": "message", "username": "anna_k", "text": "Добрый день!"})
    await post.player.control("clock", {"advance": 60})
    _scene, delivery = await post.approved(kind=K.MESSAGE)
    assert (await post.work(delivery)).state is S.SENT


@pytest.mark.parametrize("code", [100, 10])
async def test_a_conversation_that_may_not_be_read_is_answered_all_the_same(post: Post, code: int) -> None:
    _scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.fault("status", "conversations", code=code)
    assert (await post.work(delivery)).state is S.SENT


async def test_a_conversation_that_cannot_be_read_for_a_while_is_read_later(post: Post) -> None:
    _scene, delivery = await post.approved(kind=K.MESSAGE)
    await post.fault("status", "conversations", code=2)
    assert (await post.work(delivery)).state is S.PLANNED
    assert (await post.work(delivery)).state is S.SENT


async def test_a_refusal_that_came_back_soon_is_not_read_again(post: Post) -> None:
    scene, delivery = await post.approved()
    deliverer = post.deliverer
    await post.fault("status", code=613)
    await deliverer(delivery.id)
    await post.change_account(scene, throttled_until=None)
    await post.fault("status", "comment", code=2)
    await deliverer(delivery.id)
    assert (await post.now(delivery)).state is S.SENT
    other, later = await post.approved(text="Иначе")
    await deliverer(later.id)  # the fault was still there for whoever reads
    assert (await post.now(later)).state is S.PLANNED
    assert other.comment.id != scene.comment.id


async def test_erased_words_do_not_come_back_by_reading(post: Post) -> None:
    scene, delivery = await post.approved()
    async with post.db.transaction() as tx:
        await tx.session.execute(
            update(Comment).where(Comment.id == scene.comment.id).values(erased_at=datetime.now(UTC), text="")
        )
    assert (await post.work(delivery)).state is S.CANCELLED
    assert (await post.comment(scene)).text == ""
    assert await post.said() == []


async def test_a_dead_token_is_noticed_by_the_reading(post: Post) -> None:
    scene, delivery = await post.approved()
    await post.fault("status", "comment", code=190, subcode=460)
    waiting = await post.work(delivery)
    assert (waiting.state, waiting.request_started_at) == (S.PLANNED, None)
    assert len(await post.alerts("token_invalid")) == 1
    assert (await post.account(scene)).throttled_until is None
