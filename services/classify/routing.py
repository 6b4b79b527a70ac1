"""What happens to a comment of a category (product, Categories and Policies)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from db.models.account import PolicyMode
from db.models.comment import Category, CommentKind


class Handling(StrEnum):
    """Where a classified comment goes."""

    DRAFT = "draft"  # an answer is written, then a card
    CARD = "card"  # a card without a text
    IGNORE = "ignore"  # counted, no card


@dataclass(frozen=True, slots=True)
class Route:
    """The handling, and why a card has no text (a key of the card's catalogue)."""

    handling: Handling
    urgent: bool = False
    why_no_text: str | None = None


ANSWERED_HERE = frozenset({CommentKind.COMMENT})
"""Kinds that take a public reply: live comments do not (datasheet, §3.1), messages and mentions have
their own ways, and until the program knows them a manager answers in the Instagram app."""


def route(kind: CommentKind, category: Category, mode: PolicyMode, *, injection_suspected: bool) -> Route:
    """Nothing here publishes: `auto` is handled where it is earned, and reads as `suggest` until then."""
    if kind not in ANSWERED_HERE:
        return Route(
            Handling.IGNORE
            if category is Category.IRRELEVANT and kind is CommentKind.LIVE_COMMENT
            else Handling.CARD,
            urgent=category is Category.URGENT,
            why_no_text="answer_in_app",
        )
    if injection_suspected:
        return Route(Handling.CARD, why_no_text="withheld")
    match category:
        case Category.IRRELEVANT:
            return Route(Handling.IGNORE)
        case Category.TOXIC | Category.SPAM:
            return Route(Handling.CARD, why_no_text="hide_proposed")
        case (
            Category.URGENT | Category.QUESTION | Category.COMPLAINT | Category.PRAISE | Category.PARTNERSHIP
        ):
            urgent = category is Category.URGENT
        case _:
            assert_never(category)
    if mode is PolicyMode.MANUAL:
        return Route(Handling.CARD, urgent=urgent, why_no_text="manual")
    return Route(Handling.DRAFT, urgent=urgent)
