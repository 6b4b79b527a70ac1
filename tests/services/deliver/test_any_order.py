"""Managers, a worker, a sweep, a customer and a failing Instagram in any order: what must hold holds."""

from __future__ import annotations

from enum import StrEnum
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.life.delivery import LIVE, DeliveryState, Effect
from db.models import Decision, Delivery, DraftVersion
from db.models.comment import CommentKind
from db.models.decision import Action
from db.repositories import drafts
from services.decide.service import ReplyAlreadyLive
from services.instagram.breaker import Breaker
from tests.building import ANNA, IVAN, OLGA, Scene
from tests.services.deliver.conftest import Post


class Do(StrEnum):
    """What may happen next."""

    APPROVE = "approve"
    UNDO = "undo"
    EDIT = "edit"
    CLAIM = "claim"
    REJECT = "reject"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    RETRY = "retry"
    WAS_SENT = "was_sent"
    SEND_AGAIN = "send_again"
    DONE = "done"
    WORK = "work"
    SWEEP = "sweep"
    ECHO = "echo"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    REFUSE = "refuse"
    DIE = "die"
    REWRITE = "rewrite"  # the customer changes the words
    TAKE_BACK = "take_back"
    ANSWER_BY_HAND = "answer_by_hand"
    HIDE_BY_HAND = "hide_by_hand"
    THROTTLE = "throttle"


FAULTS = {
    Do.DROP_BEFORE: {"kind": "drop_before"},
    Do.DROP_AFTER: {"kind": "drop_after"},
    Do.REFUSE: {"kind": "status", "code": "100"},
    Do.THROTTLE: {"kind": "status", "code": "613"},
}
EFFECTS = {
    CommentKind.COMMENT: Effect.REPLY,
    CommentKind.LIVE_COMMENT: Effect.PRIVATE_REPLY,
    CommentKind.MESSAGE: Effect.MESSAGE,
}
NUMBERS = count(1)  # equal words of one account would have to wait for each other


async def decide(post: Post, scene: Scene, what: Do) -> None:
    """A press of a manager on what the card shows now."""
    async with post.db.transaction() as tx:
        draft = await drafts.get(tx.session, scene.draft.id)
        assert draft is not None
        version = draft.version
    words = {Do.EDIT: [f"Ответ {next(NUMBERS)}"], Do.REJECT: ["rude"]}.get(what, [])
    actor = {Do.CLAIM: IVAN, Do.EDIT: IVAN, Do.APPROVE: OLGA}.get(what, ANNA)
    try:
        async with post.db.transaction() as tx:
            await getattr(post.decisions, what.value)(tx, actor, scene.draft.id, version, *words)
    except ReplyAlreadyLive:
        pass


CUSTOMER = {Do.REWRITE, Do.TAKE_BACK, Do.ANSWER_BY_HAND, Do.HIDE_BY_HAND}


async def customer(post: Post, comment_id: str, what: Do) -> None:
    """Something happens to the comment in the Instagram app."""
    match what:
        case Do.REWRITE:
            words = {"text": f"Вопрос {next(NUMBERS)}?"}
            await post.player.control(f"comments/{comment_id}", words, method="PATCH")
        case Do.TAKE_BACK:
            await post.player.control(f"comments/{comment_id}", method="DELETE")
        case Do.ANSWER_BY_HAND:
            await post.by_hand("reply", comment_id, f"Отвечаю сам, {next(NUMBERS)}")
        case _:
            await post.by_hand("hide", comment_id)


def is_about(scene: Scene, entry: dict[str, str | None]) -> bool:
    """Whether the ledger's entry answers the scene's customer."""
    if scene.comment.kind is CommentKind.MESSAGE:
        return entry["recipient_id"] == scene.comment.author_instagram_id
    return entry["comment_id"] == scene.comment.instagram_id


async def happen(post: Post, scene: Scene, what: Do) -> None:
    async with post.db.transaction() as tx:
        rows = await tx.session.execute(
            select(Delivery).where(Delivery.draft_id == scene.draft.id).order_by(Delivery.id)
        )
        deliveries = list(rows.scalars())
    comment_id = scene.comment.instagram_id
    if what in FAULTS:
        await post.fault(operation=EFFECTS[scene.comment.kind], **FAULTS[what])
    elif what in CUSTOMER:
        if scene.comment.kind is not CommentKind.MESSAGE and post.knows(comment_id):
            await customer(post, comment_id, what)
    elif what is Do.WORK:
        for delivery in deliveries:
            await post.work(delivery)
    elif what is Do.DIE:
        for delivery in deliveries:
            await post.set(delivery, next_attempt_at=None)
            await post.deliverer._claims.take(delivery.id)
            await post.set(delivery, lease_until=delivery.created_at)
    elif what is Do.SWEEP:
        await post.sweep()
    elif what is Do.ECHO:
        for entry in await post.player.control("ledger", method="GET"):
            if is_about(scene, entry):
                await post.echo(scene, entry["id"], entry["text"])
    else:
        await decide(post, scene, what)


async def check(post: Post, scene: Scene) -> None:
    async with post.db.transaction() as tx:
        rows = await tx.session.execute(select(Delivery).where(Delivery.draft_id == scene.draft.id))
        deliveries = list(rows.scalars())
        audit = await tx.session.execute(select(Decision).where(Decision.draft_id == scene.draft.id))
        decisions = {decision.id: decision for decision in audit.scalars()}
        versions = await tx.session.execute(
            select(DraftVersion.version, DraftVersion.text).where(DraftVersion.draft_id == scene.draft.id)
        )
        texts = {row[0]: row[1] for row in versions}
    ledger = await post.player.control("ledger", method="GET")
    said = [entry["text"] for entry in ledger if is_about(scene, entry)]
    again = [one for one in decisions.values() if one.action is Action.SEND_AGAIN]
    # Nothing is said twice, unless a person said that it was not there.
    assert len(said) <= 1 + len(again)
    assert len([one for one in deliveries if one.state in LIVE]) <= 1
    for delivery in deliveries:
        assert delivery.effect is EFFECTS[scene.comment.kind]
        # Every effect belongs to one person's decision on exactly that version.
        decision = decisions[delivery.decision_id or 0]
        assert decision.action in {Action.APPROVE, Action.RETRY, Action.SEND_AGAIN}
        assert decision.draft_version == delivery.draft_version
    approved = {texts[delivery.draft_version] for delivery in deliveries}
    assert set(said) <= approved
    for delivery in deliveries:
        if delivery.external_id is not None:
            assert delivery.state in {DeliveryState.SENT, DeliveryState.FAILED}


@pytest.mark.parametrize("kind", EFFECTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(st.sampled_from(list(Do)), min_size=3, max_size=14))
async def test_in_any_order_nothing_is_said_twice_or_unapproved(
    post: Post, kind: CommentKind, story: list[Do]
) -> None:
    await post.player.control("faults", method="DELETE")
    post.client._breaker = Breaker()  # the last story's silence is not this one's
    number = next(NUMBERS)
    words = {"username": f"customer_{number}", "text": f"Сколько стоит свеча {number}?"}
    scene = await post.scene(await post.happens(kind, **words), kind=kind, text=f"Ответ {number}")
    await post.change_account(scene, throttled_until=None)
    for what in [Do.APPROVE, *story]:
        await happen(post, scene, what)
        await check(post, scene)
    await post.player.control("faults", method="DELETE")
    for _round in range(8):  # left alone, everything comes to an end
        await post.change_account(scene, throttled_until=None)
        await post.sweep()
        await happen(post, scene, Do.WORK)
    await check(post, scene)
    async with post.db.transaction() as tx:
        rows = await tx.session.execute(select(Delivery.state).where(Delivery.draft_id == scene.draft.id))
        assert not {row[0] for row in rows} & {DeliveryState.PLANNED, DeliveryState.SENDING}
