"""What a model is shown: data, and nobody's name."""

from __future__ import annotations

import pytest

from db.models import Account, Comment, Media
from db.models.comment import CommentKind
from services.context import (
    LONGEST_CAPTION,
    OURS,
    channel_part,
    comment_part,
    post_part,
    thread_part,
)

ACCOUNT = Account(id=1, instagram_id="17841400000000001", username="lavanda_home")


def said(number: int, words: str, author: str | None, username: str | None = None) -> Comment:
    return Comment(
        id=number,
        text=words,
        kind=CommentKind.COMMENT,
        author_instagram_id=author,
        author_username=username,
    )


def test_the_comment_has_no_author_and_no_number() -> None:
    part = comment_part(said(1, "Я Анна, +7 916 123-45-67", "900", "anna_k"))

    assert part == {"text": "Я Анна, [number]", "author": "customer", "kind": "comment"}


def test_the_post_is_told_within_instagrams_own_limit() -> None:
    media = Media(kind="FEED", caption="ё" * 3_000, description="свеча")

    part = post_part(media)

    assert part == {"caption": "ё" * LONGEST_CAPTION, "kind": "FEED", "image": "свеча"}
    assert post_part(Media(kind=None)) == {"caption": "", "kind": None, "image": None}
    assert post_part(None) is None


def test_people_of_a_thread_are_numbered_and_we_are_us() -> None:
    now = said(6, "И мне", "901")
    thread = [
        said(1, "Сколько?", "900", "anna_k"),
        said(2, "1 290 ₽", ACCOUNT.instagram_id),
        said(3, "Дорого", "901", "ivan"),
        said(4, "mail@mail.ru", "900"),
        said(5, "А мне?", None, "eva"),
        now,
        said(7, "?", None),
    ]

    assert thread_part(now, thread, ACCOUNT) == [
        {"from": "customer 1", "text": "Сколько?"},
        {"from": OURS, "text": "1 290 ₽"},
        {"from": "customer 2", "text": "Дорого"},
        {"from": "customer 1", "text": "[e-mail]"},
        {"from": "customer 3", "text": "А мне?"},
        {"from": "customer 4", "text": "?"},
    ]


def test_what_came_with_the_words_is_named_by_kind() -> None:
    now, earlier = said(2, "такая есть?", "900"), said(1, "", "900")
    now.attachments, earlier.attachments = ["image"], ["video", "audio"]

    assert comment_part(now)["attachments"] == ["image"]
    assert thread_part(now, [earlier, now], ACCOUNT) == [
        {"from": "customer 1", "text": "", "attachments": ["video", "audio"]}
    ]


@pytest.mark.parametrize(
    ("kind", "name", "public"),
    [
        (CommentKind.COMMENT, "public comment", True),
        (CommentKind.MENTION, "mention", True),
        (CommentKind.LIVE_COMMENT, "live comment", False),
        (CommentKind.MESSAGE, "direct message", False),
        (CommentKind.STORY_REPLY, "story reply", False),
    ],
)
def test_the_model_is_told_who_reads_the_answer_and_how_long_it_may_be(
    kind: CommentKind, name: str, public: bool
) -> None:
    limit = {"characters": 2_200} if public else {"bytes_utf8": 1_000}
    answer = "public" if public else "private"
    assert channel_part(kind) == {"name": name, "answer": answer, "limit": limit}
