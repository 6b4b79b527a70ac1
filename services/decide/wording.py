"""Rules about the text that will stand on Instagram."""

from __future__ import annotations

import re

from db.life.delivery import Effect
from db.models import Comment
from services.deliver.channel import LONGEST_REPLY, effect_of

__all__ = ["LONGEST_REPLY", "addressed", "clean"]


def addressed(comment: Comment, text: str) -> str:
    """Inside a public thread a reply begins with the customer's @username, so that two equal thanks differ.

    The prefix is part of the text that a manager sees and approves (rulings, 6 and 7).
    """
    public = effect_of(comment.kind) is Effect.REPLY
    if not public or comment.parent_instagram_id is None or not comment.author_username:
        return text
    mention = f"@{comment.author_username}"
    # @anna is not addressed by “@anna_k …”
    begins = re.match(rf"{re.escape(mention)}(?!\w|\.\w)", text, re.IGNORECASE)
    return text if begins else f"{mention} {text}"


def clean(text: str) -> str:
    """A manager's text without the spaces around it and without characters that PostgreSQL refuses."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()
