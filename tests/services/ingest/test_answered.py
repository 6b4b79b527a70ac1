"""Which words of ours answer which words of a customer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.models import Comment
from db.models.comment import CommentKind
from services.ingest.answered import Own, answers

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOP, REPLY = "1", "2"


def said(
    instagram_id: str,
    text: str = "",
    *,
    minute: float = 0,
    parent: str | None = None,
    name: str | None = None,
    kind: CommentKind = CommentKind.COMMENT,
) -> Comment:
    return Comment(
        kind=kind,
        instagram_id=instagram_id,
        parent_instagram_id=parent,
        author_username=name,
        text=text,
        written_at=NOON + timedelta(minutes=minute),
    )


ANNA = said(TOP, name="anna_k")
BORIS = said(REPLY, name="Boris.P", minute=1, parent=TOP)
BORIS_LATER = said("3", name="boris.p", minute=9, parent=TOP)
NAMELESS = said("4", minute=1, parent=TOP)


@pytest.mark.parametrize(
    ("text", "comment", "answered"),
    [
        ("Да, есть", ANNA, True),
        ("@anna_k да, есть", ANNA, True),
        ("Да, есть", BORIS, False),
        ("@boris.p да, есть", BORIS, True),
        ("@BORIS.P, да, есть", BORIS, True),
        ("@boris.p да, есть", ANNA, False),
        ("@boris да, есть", BORIS, False),
        ("@boris.p да, есть", BORIS_LATER, False),
        ("@boris.p да, есть", said("5", name="boris.p", minute=5, parent=TOP), False),
        ("Да, есть", NAMELESS, False),
    ],
)
def test_a_reply_answers_whom_it_addresses_and_else_its_parent(
    text: str, comment: Comment, answered: bool
) -> None:
    own = said("9", text, minute=5, parent=TOP)
    assert answers(Own.of(own), comment, parent_known=True) is answered


def test_a_reply_answers_its_parent_whatever_the_clocks_say() -> None:
    own = said("9", "Да, есть", minute=-60, parent=TOP)
    assert answers(Own.of(own), ANNA, parent_known=True)
    assert answers(Own.of(said("9", "@anna_k да", minute=-60, parent=TOP)), ANNA, parent_known=True)


@pytest.mark.parametrize(("comment", "answered"), [(BORIS, True), (BORIS_LATER, False), (NAMELESS, True)])
def test_a_reply_to_something_unknown_answers_all_that_is_older(comment: Comment, answered: bool) -> None:
    own = said("9", "Да, есть", minute=5, parent=TOP)
    assert answers(Own.of(own), comment, parent_known=False) is answered


def test_words_of_ours_that_answer_nothing() -> None:
    assert not answers(Own.of(said("9", "Новинка!", minute=5)), ANNA, parent_known=False)


@pytest.mark.parametrize("kind", [CommentKind.MESSAGE, CommentKind.STORY_REPLY])
def test_a_message_answers_all_that_was_written_before_it(kind: CommentKind) -> None:
    own = said("9", "@anna_k да", minute=5, kind=CommentKind.MESSAGE)
    for minute, answered in [(0, True), (4.9, True), (5, False)]:
        assert answers(Own.of(own), said("1", minute=minute, kind=kind), parent_known=False) is answered


def test_without_a_time_of_its_own_the_rows_time_counts() -> None:
    own = Comment(kind=CommentKind.MESSAGE, instagram_id="9", text="да", created_at=NOON)
    early = Comment(
        kind=CommentKind.MESSAGE, instagram_id="1", text="?", created_at=NOON - timedelta(seconds=1)
    )
    assert answers(Own.of(own), early, parent_known=False)
    assert not answers(Own.of(early), own, parent_known=False)


def test_a_reply_whose_time_nobody_tells_counts_as_later() -> None:
    assert answers(Own("Да, есть", None, TOP), BORIS, parent_known=False)


def test_whom_the_row_does_not_name_instagram_may() -> None:
    own = Own("@anna_k да", NOON + timedelta(minutes=5), TOP)
    assert answers(own, NAMELESS, parent_known=True, customer="Anna_K")
    assert not answers(own, NAMELESS, parent_known=True, customer="boris")
