"""A person who writes several times has one open card: that of the newest words."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.life.comment import CommentState
from db.life.draft import DraftState
from db.models import Comment, Draft
from db.models.comment import CommentKind
from db.repositories import comments, drafts, moves
from services.decide.superseding import Why
from tests.services.pipeline import ANSWER, READING, Pipeline

S = CommentState
ANNA = "900000000000001"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGAIN = (DraftState.SUPERSEDED, Why.WROTE_AGAIN.value)
OPEN = (DraftState.PENDING, None)
SPAM = READING | {"category": "spam"}  # a card without a model's answer


async def message(pipeline: Pipeline, number: int, words: str = "Сколько?", **values: Any) -> Comment:
    given = {
        "kind": CommentKind.MESSAGE,
        "thread": f"dm:{ANNA}",
        "written_at": NOON + timedelta(minutes=number),
        "media_id": None,
    }
    return await pipeline.comment(words, instagram_id=f"m{number}", **(given | values))


async def card(pipeline: Pipeline, comment: Comment, reading: dict[str, Any] = SPAM) -> None:
    await pipeline.script(reading)
    await pipeline.classify(comment.id)


async def drafted(pipeline: Pipeline, comment: Comment) -> None:
    await card(pipeline, comment, READING)
    await pipeline.script(ANSWER)
    await pipeline.answer(comment.id)


async def state(pipeline: Pipeline, comment: Comment) -> tuple[DraftState, str | None] | None:
    draft = await pipeline.draft(comment)
    return (draft.state, draft.reason) if draft else None


async def move(pipeline: Pipeline, comment: Comment, to: DraftState) -> None:
    draft = await pipeline.draft(comment)
    assert draft is not None
    async with pipeline.db.transaction() as tx:
        assert await moves.move(tx.session, Draft, draft.id, to) is not None


async def test_the_card_of_newer_words_closes_the_older_ones(pipeline: Pipeline) -> None:
    first, second, third = [await message(pipeline, number) for number in (1, 2, 3)]
    await drafted(pipeline, first)
    assert await state(pipeline, first) == OPEN
    await card(pipeline, second)
    assert [await state(pipeline, one) for one in (first, second)] == [AGAIN, OPEN]
    await drafted(pipeline, third)
    assert [await state(pipeline, one) for one in (first, second, third)] == [AGAIN, AGAIN, OPEN]
    assert (await pipeline.now(first)).state is S.SUPERSEDED


async def test_the_newer_words_are_read_with_the_unanswered_ones_before(pipeline: Pipeline) -> None:
    first = await message(pipeline, 1, "Сколько стоит свеча?")
    await card(pipeline, first)
    second = await message(pipeline, 2, "И есть ли доставка?")
    await drafted(pipeline, second)
    for body in (await pipeline.asked())[-2:]:
        assert "Сколько стоит свеча?" in str(body)


async def test_words_that_need_no_card_close_nothing(pipeline: Pipeline) -> None:
    question, thanks = await message(pipeline, 1), await message(pipeline, 2, "ок, спасибо")
    await drafted(pipeline, question)
    await card(pipeline, thanks, READING | {"category": "irrelevant"})
    assert (await pipeline.now(thanks)).state is S.IGNORED
    assert await state(pipeline, question) == OPEN


async def test_what_was_not_read_closes_nothing_and_is_closed_by_nothing_older(pipeline: Pipeline) -> None:
    question, unread = await message(pipeline, 1), await message(pipeline, 2)
    await pipeline.script({"category": "gossip"}, {"category": "gossip"})
    await pipeline.classify(unread.id)
    assert (await pipeline.now(unread)).state is S.FAILED
    await card(pipeline, question)
    assert [await state(pipeline, one) for one in (question, unread)] == [OPEN, OPEN]


async def test_older_words_that_are_read_late_get_no_card_of_their_own(pipeline: Pipeline) -> None:
    first, second = await message(pipeline, 1), await message(pipeline, 2)
    await card(pipeline, second)
    await drafted(pipeline, first)
    assert await state(pipeline, first) is None
    assert (await pipeline.now(first)).state is S.SUPERSEDED
    assert await state(pipeline, second) == OPEN
    assert await pipeline.cards() == 1
    assert await pipeline.versions(first) == []


async def test_of_two_that_are_read_at_once_one_card_stays_open(pipeline: Pipeline) -> None:
    talk = [await message(pipeline, number) for number in range(6)]
    await pipeline.script(*[SPAM] * len(talk))
    await asyncio.gather(*(pipeline.classify(one.id) for one in talk))
    states = [await state(pipeline, one) for one in talk]
    assert states[-1] == OPEN
    assert set(states[:-1]) <= {AGAIN, None}


@pytest.mark.parametrize("decided", [DraftState.APPROVED, DraftState.REJECTED, DraftState.DONE])
async def test_what_people_have_decided_stays_decided(pipeline: Pipeline, decided: DraftState) -> None:
    first, second = await message(pipeline, 1), await message(pipeline, 2)
    await card(pipeline, first)
    await move(pipeline, first, decided)
    await card(pipeline, second)
    assert await state(pipeline, first) == (decided, None)


@pytest.mark.parametrize("undecided", [DraftState.ESCALATED, DraftState.REGENERATING])
async def test_what_nobody_has_decided_closes_in_every_state(
    pipeline: Pipeline, undecided: DraftState
) -> None:
    first, second = await message(pipeline, 1), await message(pipeline, 2)
    await card(pipeline, first)
    await move(pipeline, first, undecided)
    await card(pipeline, second)
    assert await state(pipeline, first) == AGAIN


async def test_the_urgency_of_what_nobody_answered_goes_over_to_the_new_card(pipeline: Pipeline) -> None:
    first, second = await message(pipeline, 1), await message(pipeline, 2, "ау?")
    await card(pipeline, first, READING | {"category": "urgent"})
    await pipeline.script(ANSWER)
    await pipeline.answer(first.id)
    await card(pipeline, second)
    draft = await pipeline.draft(second)
    assert draft is not None
    assert draft.urgent


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ({}, True),
        ({"author_instagram_id": "900000000000002"}, False),
        ({"author_instagram_id": None}, True),
        ({"author_instagram_id": None, "author_username": "Anna_K"}, True),
        ({"author_instagram_id": None, "author_username": "boris"}, False),
        ({"author_instagram_id": None, "author_username": None}, False),
        ({"thread": "another"}, False),
    ],
    ids=["same", "other id", "name only", "name in capitals", "other name", "nameless", "other thread"],
)
async def test_only_the_same_person_in_the_same_thread_closes_a_card(
    pipeline: Pipeline, values: dict[str, Any], same: bool
) -> None:
    under = {"kind": CommentKind.COMMENT, "thread": "top", "parent_instagram_id": "top"}
    first = await message(pipeline, 1, **under)
    second = await message(pipeline, 2, **(under | values))
    await card(pipeline, first)
    await card(pipeline, second)
    assert await state(pipeline, first) == (AGAIN if same else OPEN)


# The customer's new words, through the steps


async def test_an_edited_question_gets_the_next_version_on_its_card(pipeline: Pipeline) -> None:
    comment = await message(pipeline, 1, "Сколько стоит?")
    await drafted(pipeline, comment)
    await pipeline.edit(comment, "Сколько стоят две?")
    await drafted(pipeline, comment)

    draft = await pipeline.draft(comment)
    assert draft is not None
    assert (draft.state, draft.version, draft.why_no_text) == (DraftState.PENDING, 2, None)
    assert [version.version for version in await pipeline.versions(comment)] == [1, 2]
    assert await pipeline.cards() == 1


async def test_after_an_edit_a_regenerated_text_has_an_unused_number(pipeline: Pipeline) -> None:
    comment = await message(pipeline, 1, "Сколько стоит?")
    await drafted(pipeline, comment)
    await pipeline.edit(comment, "Реклама")
    await card(pipeline, comment)
    draft = await pipeline.draft(comment)
    assert draft is not None
    assert (draft.version, draft.why_no_text) == (0, "not_needed")
    await move(pipeline, comment, DraftState.REGENERATING)
    await pipeline.script(ANSWER)
    await pipeline.regenerate(draft.id)
    assert [version.version for version in await pipeline.versions(comment)] == [1, 2]
    async with pipeline.db.transaction() as tx:
        now = await drafts.get(tx.session, draft.id)
    assert now is not None
    assert (now.state, now.version) == (DraftState.PENDING, 2)


async def test_an_edit_to_something_that_needs_no_answer_leaves_the_card_to_people(
    pipeline: Pipeline,
) -> None:
    comment = await message(pipeline, 1, "Сколько стоит?")
    await drafted(pipeline, comment)
    await pipeline.edit(comment, "👍")
    await pipeline.classify(comment.id)
    draft = await pipeline.draft(comment)
    assert draft is not None
    assert (draft.state, draft.version, draft.why_no_text) == (DraftState.PENDING, 0, "not_needed")
    assert (await pipeline.now(comment)).state is S.WAITING


async def test_a_thread_is_told_in_the_order_in_which_it_was_written(pipeline: Pipeline) -> None:
    late = await message(pipeline, 9, "последнее")
    early = await message(pipeline, 1, "первое")
    async with pipeline.db.transaction() as tx:
        assert [one.text for one in await comments.thread(tx.session, late)] == ["первое", "последнее"]
        assert [one.text for one in await comments.thread(tx.session, early)] == ["первое"]
