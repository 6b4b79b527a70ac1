"""Every row of the table of errors (datasheet, §5.3), for every effect: its reaction, no second effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from itertools import count

import pytest
from sqlalchemy import update

from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import Alert, Delivery
from db.models.account import TokenState
from db.models.alert import AlertState
from db.models.comment import CommentKind
from db.repositories import drafts
from services.decide.superseding import Why
from services.instagram.errors import Remedy
from tests.building import IVAN, Scene
from tests.services.deliver.conftest import Post

S, K = DeliveryState, CommentKind
NUMBERS = count(1)


class Kind(StrEnum):
    """The effects, an answer to a mention being a reply by a way of its own. The words are faults' names."""

    REPLY = "reply"
    MENTION = "mention"
    PRIVATE_REPLY = "private_reply"
    MESSAGE = "message"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"


KINDS = {
    Kind.MENTION: K.MENTION,
    Kind.PRIVATE_REPLY: K.LIVE_COMMENT,
    Kind.MESSAGE: K.MESSAGE,
}
"""Of what the customer wrote; the others act on a comment."""
WORDS = {Kind.REPLY, Kind.MENTION, Kind.PRIVATE_REPLY, Kind.MESSAGE}

Row = tuple[int, int | None]

DOUBT: list[Row] = [
    (-1, None), (-1, 2207001), (-2, None), (1, None), (1, 1357046), (2, None), (2, 1545133), (20, 1772107),
    (500, None), (502, None), (503, None),
]  # fmt: skip
THROTTLE: list[Row] = [
    (4, None), (17, None), (32, None), (341, None), (613, None), (613, 1996), (613, 2534040), (80001, None),
    (80002, None), (80006, None), (100, 2534013),
]  # fmt: skip
TOKEN: list[Row] = [(102, None), (190, None), (190, 463), (25, 2207050)]
SUBCODES = (0, 456, 457, 458, 459, 460, 461, 462, 464, 465, 466, 467, 468, 492)
"""The others of code 190 (datasheet, §4.4); the effect makes no difference."""
REMEDIES: dict[Row, Remedy] = {
    (25, 2207050): Remedy.LOG_IN,
    (190, 459): Remedy.LOG_IN,
    (190, 464): Remedy.LOG_IN,
    (190, 492): Remedy.FIX_ROLE,
}
POLICY: list[Row] = [(368, None), (4, 2207051), (10, 1893063), (100, 2534029)]
FAILURES: dict[Row, str] = {
    (1, 99): "permission",
    (3, None): "permission",
    (10, None): "permission",
    (200, None): "permission",
    (299, None): "permission",
    (200, 2534041): "permission",
    (10, 2534022): "window_closed",
    (10, 2018278): "window_closed",
    (100, 2534024): "window_closed",
    (10, 2018108): "refused",
    (24, None): "refused",
    (100, None): "refused",
    (100, 2534014): "refused",
    (100, 2534025): "refused",
    (100, 2018001): "refused",
    (100, 2534001): "refused",
    (200, 1545041): "refused",
    (551, 1545041): "refused",
    (424242, None): "refused",
    (506, None): "duplicate",
    (100, 33): "gone",
}


async def a_delivery(post: Post, kind: Kind) -> tuple[Scene, Delivery]:
    """One of its kind, for a customer and with words of its own."""
    number = next(NUMBERS)
    on = KINDS.get(kind, K.COMMENT)
    happened = await post.happens(on, username=f"customer_{number}", text=f"@lavanda_home, вопрос {number}")
    scene = await post.scene(happened, kind=on, text=f"Ответ {number}")
    if kind in WORDS:
        return scene, await post.approve(scene)
    if kind is Kind.UNHIDE:
        await post.by_hand("hide", happened)
        async with post.db.transaction() as tx:
            scene.comment.hidden = True
            await tx.session.merge(scene.comment)
    async with post.db.transaction() as tx:
        await post.decisions.set_hidden(tx, IVAN, scene.draft.id, hidden=kind is not Kind.UNHIDE)
    delivery = await post.newest(scene)
    if kind is Kind.DELETE:
        await post.set(delivery, effect=Effect.DELETE)
    return scene, delivery


async def begin(post: Post, kind: Kind, row: Row, fault: str = "status") -> tuple[Scene, Delivery, int]:
    """A delivery whose request meets the row; and how many effects there were before."""
    scene, delivery = await a_delivery(post, kind)
    before = len(await post.said())
    code, subcode = row
    await post.fault(fault, kind.value, code=code, subcode=subcode)
    return scene, delivery, before


async def recovered(post: Post, scene: Scene) -> None:
    """All holds and alerts of the account are over."""
    await post.change_account(
        scene, throttled_until=None, sending_paused_until=None, token_state=TokenState.VALID
    )
    async with post.db.transaction() as tx:
        await tx.session.execute(update(Alert).values(state=AlertState.RESOLVED))


async def sent_once(post: Post, delivery: Delivery, before: int) -> None:
    assert (await post.work_until_settled(delivery)).state is S.SENT
    assert len(await post.said()) == before + 1


async def doubts(post: Post, kind: Kind, row: Row) -> None:
    """It is looked for: what Instagram did is found, what it did not do is decided by a human."""
    scene, delivery, before = await begin(post, kind, row, "status_after")
    doubtful = await post.work(delivery)
    assert (doubtful.state, doubtful.request_started_at is None) == (S.PLANNED, False)
    await sent_once(post, delivery, before)
    scene, delivery, before = await begin(post, kind, row)
    ended = await post.work_until_settled(delivery)
    if kind in WORDS:
        assert ended.state is S.UNCERTAIN
        assert len(await post.said()) == before
        assert len(await post.alerts("delivery_uncertain")) == 1
    else:  # a comment tells by itself whether it is hidden
        assert ended.state is S.SENT
        assert len(await post.said()) == before + 1
    await recovered(post, scene)


async def throttles(post: Post, kind: Kind, row: Row) -> None:
    """The account waits, people are told once, and then it leaves."""
    scene, delivery, before = await begin(post, kind, row)
    waiting = await post.work(delivery)
    assert (waiting.state, waiting.request_started_at, waiting.attempts) == (S.PLANNED, None, 0)
    assert (await post.account(scene)).throttled_until is not None
    await post.work(delivery)
    assert len(await post.said()) == before
    assert len(await post.alerts("instagram_throttled")) == 1
    await recovered(post, scene)
    await sent_once(post, delivery, before)


async def stops_for_the_token(post: Post, kind: Kind, row: Row) -> None:
    """The account stops, people are told once, and with a good token it leaves."""
    scene, delivery, before = await begin(post, kind, row)
    waiting = await post.work(delivery)
    assert (waiting.state, waiting.request_started_at, waiting.attempts) == (S.PLANNED, None, 0)
    assert (await post.account(scene)).token_state is TokenState.INVALID
    await post.work(delivery)
    assert len(await post.said()) == before
    [alert] = await post.alerts("token_invalid")
    assert alert.count == 1
    assert alert.params["remedy"] == REMEDIES.get(row, Remedy.RECONNECT)
    await post.token_works(scene)
    await sent_once(post, delivery, before)
    await recovered(post, scene)


async def pauses(post: Post, kind: Kind, row: Row) -> None:
    """Meta holds the account back: it fails, nothing else leaves for a while, and people are told."""
    scene, delivery, before = await begin(post, kind, row)
    failed = await post.work(delivery)
    assert (failed.state, failed.error, failed.request_started_at) == (S.FAILED, "policy", None)
    assert (await post.account(scene)).sending_paused_until is not None
    assert len(await post.alerts("sending_paused")) == 1
    _other, next_one = await a_delivery(post, kind)
    assert (await post.work(next_one)).state is S.PLANNED
    assert len(await post.said()) == before
    await recovered(post, scene)


async def fails(post: Post, kind: Kind, row: Row) -> None:
    """Nothing happened and nothing will: the card says why, and people are told."""
    scene, delivery, before = await begin(post, kind, row)
    failed = await post.work_until_settled(delivery)
    if kind is Kind.DELETE and row == (100, 33):
        assert failed.state is S.SENT  # what is not there needs no deleting
    else:
        assert (failed.state, failed.error, failed.request_started_at) == (S.FAILED, FAILURES[row], None)
        assert len(await post.alerts("delivery_failed")) == 1
    await post.work(delivery)
    assert len(await post.said()) == before
    await recovered(post, scene)


Reaction = Callable[[Post, Kind, Row], Awaitable[None]]
REACTIONS: dict[str, tuple[list[Row], Reaction]] = {
    "doubt": (DOUBT, doubts),
    "throttle": (THROTTLE, throttles),
    "token": (TOKEN, stops_for_the_token),
    "policy": (POLICY, pauses),
    "failure": (list(FAILURES), fails),
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("reaction", REACTIONS)
async def test_every_error_has_its_reaction_and_no_second_effect(
    post: Post, reaction: str, kind: Kind
) -> None:
    rows, react = REACTIONS[reaction]
    for row in rows:
        try:
            await react(post, kind, row)
        except AssertionError as error:
            raise AssertionError(f"{kind} {row[0]}/{row[1]}: {error}") from error


async def test_a_token_stops_the_account_whatever_the_subcode(post: Post) -> None:
    for subcode in SUBCODES:
        await stops_for_the_token(post, Kind.REPLY, (190, subcode))


@pytest.mark.parametrize("kind", sorted(WORDS))
async def test_what_was_replied_to_already_is_done(post: Post, kind: Kind) -> None:
    scene, delivery, before = await begin(post, kind, (10900, None))
    assert (await post.work(delivery)).state is S.CANCELLED
    async with post.db.transaction() as tx:
        draft = await drafts.get(tx.session, scene.draft.id)
    assert draft is not None
    assert (draft.state, draft.reason) == (DraftState.SUPERSEDED, Why.ANSWERED_IN_APP.value)
    assert len(await post.said()) == before


@pytest.mark.parametrize("code", [10900, 506])
@pytest.mark.parametrize("kind", sorted(WORDS))
async def test_a_refusal_because_our_words_are_there_already_finds_them(
    post: Post, kind: Kind, code: int
) -> None:
    """An earlier request of ours landed after all."""
    _scene, delivery, before = await begin(post, kind, (code, None), "status_after")
    sent = await post.work(delivery)
    assert sent.state is S.SENT
    assert sent.external_id is not None
    assert len(await post.said()) == before + 1


@pytest.mark.parametrize("kind", Kind)
async def test_an_answer_that_never_came_is_looked_for(post: Post, kind: Kind) -> None:
    for fault in ("drop_after", "garbage", "drop_before"):
        _scene, delivery = await a_delivery(post, kind)
        before = len(await post.said())
        await post.fault(fault, kind.value)
        ended = await post.work_until_settled(delivery)
        lost = fault == "drop_before" and kind in WORDS
        assert ended.state is (S.UNCERTAIN if lost else S.SENT), fault
        assert len(await post.said()) == before + (0 if lost else 1), fault


@pytest.mark.parametrize("kind", sorted(WORDS))
async def test_permission_concerns_all_and_is_one_alert(post: Post, kind: Kind) -> None:
    """A missing permission does not pass with the next reply: people hear of it once."""
    for _reply in range(3):
        _scene, delivery, _before = await begin(post, kind, (10, None))
        assert (await post.work(delivery)).error == "permission"
    [alert] = await post.alerts("delivery_failed")
    assert alert.count == 3
    _scene, delivery = await a_delivery(post, kind)
    assert (await post.work(delivery)).state is S.SENT
    assert await post.alerts("delivery_failed") == []
