"""The table of what happens to a comment, and what the schema lets through."""

from __future__ import annotations

import itertools

import pytest

from db.models.account import PolicyMode
from db.models.comment import Category, CommentKind
from services.classify.reading import Classification, settled_by_rules
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


@pytest.mark.parametrize("kind", [kind for kind in CommentKind if kind is not COMMENT])
@pytest.mark.parametrize("category", Category)
def test_what_takes_no_public_reply_is_shown_without_a_draft(kind: CommentKind, category: Category) -> None:
    chosen = route(kind, category, PolicyMode.AUTO, injection_suspected=False)
    ignored = kind is CommentKind.LIVE_COMMENT and category is C.IRRELEVANT
    assert chosen.handling is (H.IGNORE if ignored else H.CARD)
    assert chosen.why_no_text == "answer_in_app"
    assert chosen.urgent == (category is C.URGENT)


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
