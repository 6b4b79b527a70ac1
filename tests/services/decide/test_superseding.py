"""The customer moves: drafts are closed or renewed, and no reply leaves that no longer fits."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import TextClause, text

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models import Comment, Delivery, Draft
from db.models.decision import Action
from db.repositories import comments, drafts, moves
from services.decide.outcome import Result
from services.decide.superseding import EDITED, Why
from services.opening import open_card
from tests.building import IVAN, OPTIONS, SUPERSEDING, Scene, a_comment, a_scene, an_account
from tests.services.decide.conftest import Office

D, S = DraftState, CommentState


async def supersede(office: Office, comment: Comment, why: Why = Why.DELETED) -> bool:
    async with office.db.transaction() as tx:
        return await SUPERSEDING.supersede(tx, comment, why)


async def edit(office: Office, comment: Comment, words: str = "А две?") -> bool:
    async with office.db.transaction() as tx:
        return await SUPERSEDING.edited(tx, await comments.get(tx.session, comment.id), words)


async def comment_of(office: Office, scene: Scene) -> Comment:
    async with office.db.transaction() as tx:
        return await comments.get(tx.session, scene.comment.id)


async def put(office: Office, scene: Scene, state: DraftState) -> None:
    async with office.db.transaction() as tx:
        assert await moves.move(tx.session, Draft, scene.draft.id, state) is not None


async def approved(office: Office, scene: Scene, delivery: DeliveryState) -> Delivery:
    """A draft that was approved, with its reply in a state."""
    assert (await office.press("approve", IVAN, scene.draft)).result is Result.DONE
    [planned] = await office.deliveries(scene.draft)
    async with office.db.transaction() as tx:
        row = await tx.session.get_one(Delivery, planned.id)
        row.state = delivery
        row.request_started_at = None if delivery is DeliveryState.PLANNED else planned.created_at
        return row


@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("state", [None, D.ESCALATED, D.REGENERATING])
async def test_an_undecided_draft_is_closed_and_the_card_says_why(
    office: Office, why: Why, state: DraftState | None
) -> None:
    scene = await a_scene(office.db, draft_values={"claimed_by": None})
    if state is not None:
        await put(office, scene, state)
    assert await supersede(office, scene.comment, why)

    draft = await office.draft(scene.draft)
    assert (draft.state, draft.reason, draft.claimed_by) == (D.SUPERSEDED, why.value, None)
    assert (await comment_of(office, scene)).state is S.SUPERSEDED
    assert await office.decided(scene.draft) == [Action.SUPERSEDE.value]
    assert await office.jobs("render_card") == 1
    assert not await supersede(office, scene.comment, why), "once"


async def test_an_editing_lease_ends_with_the_draft(office: Office) -> None:
    scene = await a_scene(office.db)
    await office.press("claim", IVAN, scene.draft)
    assert await supersede(office, scene.comment)
    draft = await office.draft(scene.draft)
    assert (draft.claimed_by, draft.claim_until) == (None, None)
    assert (await office.press("edit", IVAN, scene.draft, "Новый текст")).result is Result.DECIDED


@pytest.mark.parametrize("delivery", [DeliveryState.PLANNED, DeliveryState.FAILED])
async def test_a_reply_that_has_not_left_is_taken_back(office: Office, delivery: DeliveryState) -> None:
    scene = await a_scene(office.db)
    await approved(office, scene, delivery)
    assert await supersede(office, scene.comment)

    [reply] = await office.deliveries(scene.draft)
    taken_back = delivery is DeliveryState.PLANNED
    assert reply.state is (DeliveryState.CANCELLED if taken_back else delivery)
    assert (await office.draft(scene.draft)).state is D.SUPERSEDED


LEFT = [DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN]


@pytest.mark.parametrize("delivery", LEFT)
async def test_a_reply_that_has_left_keeps_its_draft(office: Office, delivery: DeliveryState) -> None:
    scene = await a_scene(office.db)
    await approved(office, scene, delivery)
    assert not await supersede(office, scene.comment)

    [reply] = await office.deliveries(scene.draft)
    assert reply.state is delivery
    assert (await office.draft(scene.draft)).state is D.APPROVED
    assert await office.decided(scene.draft) == [Action.APPROVE.value]


@pytest.mark.parametrize("state", [D.REJECTED, D.DONE])
async def test_what_a_person_has_closed_stays_closed(office: Office, state: DraftState) -> None:
    scene = await a_scene(office.db)
    await put(office, scene, state)
    assert not await supersede(office, scene.comment)
    assert (await office.draft(scene.draft)).state is state


@pytest.mark.parametrize("state", S)
async def test_without_a_draft_the_comment_is_closed_where_it_stands(
    office: Office, state: CommentState
) -> None:
    async with office.db.transaction() as tx:
        comment = await a_comment(tx, await an_account(tx), state=state)
    waits = state in comments.UNANSWERED
    assert await supersede(office, comment) is waits
    async with office.db.transaction() as tx:
        now = await comments.get(tx.session, comment.id)
    assert now.state is (S.SUPERSEDED if waits else state)


@pytest.mark.parametrize("_round", range(5))
async def test_of_a_manager_and_a_customer_at_once_one_wins(office: Office, _round: int) -> None:
    scene = await a_scene(office.db)
    outcome, closed = await asyncio.gather(
        office.press("approve", IVAN, scene.draft), supersede(office, scene.comment)
    )
    assert closed, "nothing has left yet, whoever was first"
    assert (await office.draft(scene.draft)).state is D.SUPERSEDED
    replies = [reply.state for reply in await office.deliveries(scene.draft)]
    assert replies == ([DeliveryState.CANCELLED] if outcome.result is Result.DONE else [])


async def test_a_card_that_is_opened_meanwhile_is_closed_too(office: Office) -> None:
    async with office.db.transaction() as tx:
        account = await an_account(tx)
        comment = await a_comment(tx, account, state=S.WAITING)
    async with office.db.transaction() as tx:
        await comments.locked(tx.session, comment.id)  # as the step's fenced save does
        closing = asyncio.create_task(supersede(office, comment))
        await _waits_for_a_lock(office)
        draft = await open_card(tx, comment, account, SUPERSEDING, why_no_text="manual")
    assert await closing
    assert draft is not None
    assert (await office.draft(draft)).state is D.SUPERSEDED


async def _waits_for_a_lock(office: Office) -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(10):
        while not await _counted(office, waiting):  # noqa: ASYNC110 - only the database tells it
            await asyncio.sleep(0.01)


async def _counted(office: Office, statement: TextClause) -> int:
    async with office.db.transaction() as tx:
        return int(await tx.session.scalar(statement) or 0)


# Edits


@pytest.mark.parametrize("state", [None, D.ESCALATED, D.REGENERATING])
async def test_new_words_are_read_and_the_old_text_cannot_be_approved(
    office: Office, state: DraftState | None
) -> None:
    scene = await a_scene(office.db, comment_values={"attempts": 3})
    if state is not None:
        await put(office, scene, state)
    assert await edit(office, scene.comment)

    comment, draft = await comment_of(office, scene), await office.draft(scene.draft)
    assert (comment.text, comment.state, comment.attempts) == ("А две?", S.RECEIVED, 0)
    assert comment.edited_at is not None
    assert draft.state is (D.ESCALATED if state is D.ESCALATED else D.PENDING)
    assert (draft.version, draft.why_no_text) == (0, EDITED)
    assert await office.jobs("classify") == 1
    assert await office.jobs("render_card") == 1
    assert (await office.press("approve", IVAN, scene.draft)).result is not Result.DONE
    assert not await edit(office, scene.comment), "the same words are no edit"


async def test_a_planned_reply_to_the_old_words_is_taken_back(office: Office) -> None:
    scene = await a_scene(office.db)
    await approved(office, scene, DeliveryState.PLANNED)
    assert await edit(office, scene.comment)
    [reply] = await office.deliveries(scene.draft)
    draft = await office.draft(scene.draft)
    assert (reply.state, draft.state, draft.version) == (DeliveryState.CANCELLED, D.PENDING, 0)
    assert (await comment_of(office, scene)).state is S.RECEIVED


@pytest.mark.parametrize("delivery", LEFT)
async def test_after_the_reply_has_left_new_words_are_only_kept(
    office: Office, delivery: DeliveryState
) -> None:
    scene = await a_scene(office.db)
    await approved(office, scene, delivery)
    assert not await edit(office, scene.comment)
    comment, draft = await comment_of(office, scene), await office.draft(scene.draft)
    assert (comment.text, comment.state) == ("А две?", S.WAITING)
    assert (draft.state, draft.version) == (D.APPROVED, 1)
    assert await office.jobs("classify") == 0


@pytest.mark.parametrize(
    ("state", "again"),
    [
        (S.RECEIVED, False),  # is to be read anyway
        (S.CLASSIFYING, True),
        (S.CLASSIFIED, True),
        (S.ANSWERING, True),
        (S.IGNORED, True),
        (S.FAILED, True),
        (S.ANSWERED, False),
        (S.SUPERSEDED, False),
    ],
)
async def test_new_words_without_a_draft_are_read_where_they_can_be(
    office: Office, state: CommentState, again: bool
) -> None:
    async with office.db.transaction() as tx:
        comment = await a_comment(tx, await an_account(tx), state=state)
    assert await edit(office, comment) is again
    async with office.db.transaction() as tx:
        now = await comments.get(tx.session, comment.id)
    assert (now.text, now.state) == ("А две?", S.RECEIVED if again else state)
    assert await office.jobs("classify") == again


async def test_a_text_that_was_being_regenerated_for_the_old_words_is_not_kept(office: Office) -> None:
    scene = await a_scene(office.db)
    await put(office, scene, D.REGENERATING)
    async with office.db.transaction() as tx:
        claimed = await drafts.claim_regenerating(tx.session, scene.draft.id, OPTIONS.lease)
    assert claimed is not None
    assert await edit(office, scene.comment)
    async with office.db.transaction() as tx:
        assert await moves.save(tx.session, claimed, D.PENDING, version=2) is None
