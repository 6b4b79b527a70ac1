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


NO_WORDS = Route(Handling.CARD, why_no_text="attachment")
"""Pictures and the like, which no model is shown: a person looks at them in the Instagram app."""


def route(kind: CommentKind, category: Category, mode: PolicyMode, *, injection_suspected: bool) -> Route:
    """The same for every kind: how and until when it can be answered matters at the approval.

    Nothing here publishes: `auto` is handled where it is earned, and reads as `suggest` until then.
    """
    if injection_suspected:
        return Route(Handling.CARD, why_no_text="withheld")
    match category:
        case Category.IRRELEVANT:
            return Route(Handling.IGNORE)
        case Category.TOXIC | Category.SPAM:
            # Only comments under our own posts can be hidden, and not those of a broadcast (datasheet, §3.1).
            hideable = kind is CommentKind.COMMENT
            return Route(Handling.CARD, why_no_text="hide_proposed" if hideable else "not_needed")
        case (
            Category.URGENT | Category.QUESTION | Category.COMPLAINT | Category.PRAISE | Category.PARTNERSHIP
        ):
            urgent = category is Category.URGENT
        case _:
            assert_never(category)
    if mode is PolicyMode.MANUAL:
        return Route(Handling.CARD, urgent=urgent, why_no_text="manual")
    return Route(Handling.DRAFT, urgent=urgent)
