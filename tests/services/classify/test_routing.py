"""The table of what happens to a comment, and what the schema lets through."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from db.models import Comment, Media
from db.models.account import PolicyMode
from db.models.comment import Category, CommentKind, MediaState
from services.classify.reading import Classification, mentions_elsewhere, settled_by_rules
from services.classify.routing import Handling, Route, route
from tests.services.pipeline import READING

C, H = Category, Handling
COMMENT = CommentKind.COMMENT

DRAFTED = {C.QUESTION, C.URGENT, C.COMPLAINT, C.PRAISE, C.PARTNERSHIP}


@pytest.mark.parametrize(("category", "mode"), list(itertools.product(Category, PolicyMode)))
def test_the_route_of_every_category_under_every_policy(category: Category, mode: PolicyMode) -> None:
    urgent = category is C.URGENT
    if category is C.IRRELEVANT:
        expected = Route(H.IGNORE)
    elif category in {C.TOXIC, C.SPAM}:
        expected = Route(H.CARD, why_no_text="hide_proposed")
    elif mode is PolicyMode.MANUAL:
        expected = Route(H.CARD, urgent=urgent, why_no_text="manual")
    else:
        expected = Route(H.DRAFT, urgent=urgent)
        assert category in DRAFTED
    assert route(COMMENT, category, mode, injection_suspected=False) == expected


@pytest.mark.parametrize("category", Category)
def test_an_attempt_to_command_withholds_the_draft_of_every_category(category: Category) -> None:
    for mode in PolicyMode:
        chosen = route(COMMENT, category, mode, injection_suspected=True)
        assert chosen == Route(H.CARD, why_no_text="withheld")


@pytest.mark.parametrize("kind", CommentKind)
@pytest.mark.parametrize("category", Category)
def test_every_kind_goes_the_same_way_but_only_comments_can_be_hidden(
    kind: CommentKind, category: Category
) -> None:
    chosen = route(kind, category, PolicyMode.SUGGEST, injection_suspected=False)
    hideable = kind is COMMENT
    assert chosen.handling is route(COMMENT, category, PolicyMode.SUGGEST, injection_suspected=False).handling
    if category in {C.TOXIC, C.SPAM}:
        assert chosen.why_no_text == ("hide_proposed" if hideable else "not_needed")
    else:
        assert chosen.why_no_text is None
    assert chosen.urgent == (category is C.URGENT)


@pytest.mark.parametrize(
    ("media", "text", "elsewhere"),
    [
        ({"state": MediaState.UNREADABLE}, "Смотрите @lavanda_home, какая красота", True),
        ({"state": MediaState.UNREADABLE}, "(@Lavanda_Home)", True),
        ({"state": MediaState.UNREADABLE}, "Как у @lavanda_home.", True),
        ({"state": MediaState.UNREADABLE}, "Сколько стоит?", False),
        ({"state": MediaState.UNREADABLE}, "@lavanda_home.shop и @lavanda_homes", False),
        ({"state": MediaState.UNREADABLE}, "mail@lavanda_home", False),
        ({"state": MediaState.UNREADABLE, "kind": "AD"}, "@lavanda_home цена?", False),
        ({"state": MediaState.UNREADABLE, "ad_id": "12"}, "@lavanda_home цена?", False),
        ({"state": MediaState.KNOWN}, "@lavanda_home цена?", False),
        ({"state": MediaState.UNKNOWN}, "@lavanda_home цена?", False),
        (None, "@lavanda_home цена?", False),
    ],
)
def test_a_mention_is_told_from_a_comment_by_its_post_and_its_words(
    media: dict[str, Any] | None, text: str, elsewhere: bool
) -> None:
    post = None if media is None else Media(**media)
    comment = Comment(kind=COMMENT, text=text)
    assert mentions_elsewhere(comment, post, "lavanda_home") is elsewhere
    assert not mentions_elsewhere(Comment(kind=CommentKind.MESSAGE, text=text), post, "lavanda_home")
    assert not mentions_elsewhere(comment, post, "")


@pytest.mark.parametrize(
    "text", ["🔥🔥🔥", "❤️", "...", "@anna_k", "@anna_k @olga.p 😍", "", "  \n", "👍🏽!!"]
)
def test_texts_without_words_need_no_model(text: str) -> None:
    reading = settled_by_rules(text)
    assert reading is not None
    assert (reading.category, reading.confidence) == (C.IRRELEVANT, 100)


@pytest.mark.parametrize("text", ["да", "?1", "@anna_k смотри", "٣", "価格", "+", "x"])
def test_texts_with_words_do(text: str) -> None:
    assert (settled_by_rules(text) is None) == (text != "+")


@pytest.mark.parametrize(
    ("given", "field", "kept"),
    [
        ({"confidence": 900}, "confidence", 100),
        ({"confidence": -3}, "confidence", 0),
        ({"language": "RU-ru"}, "language", "ru"),
        ({"language": "русский"}, "language", "und"),
        ({"language": ""}, "language", "und"),
        ({"language": "kaz"}, "language", "kaz"),
        ({"reasoning": "я" * 1000}, "reasoning", "я" * 300),
    ],
)
def test_bounds_are_kept_in_code(given: dict[str, object], field: str, kept: object) -> None:
    assert getattr(Classification.model_validate(READING | given), field) == kept
