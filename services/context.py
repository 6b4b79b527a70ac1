"""What the model is shown of a comment: data in JSON, never instructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.models import Account, Comment, Media
from services.pii import masked

OURS = "us"
LONGEST_CAPTION = 2_200  # Instagram's own limit


def comment_part(comment: Comment) -> dict[str, Any]:
    """The comment itself; the author's name is left out, phones and the like are masked."""
    return {"text": masked(comment.text), "author": "customer", "kind": comment.kind.value}


def post_part(media: Media | None) -> dict[str, Any] | None:
    """The post: caption, kind, and what its picture shows when that is known."""
    if media is None:
        return None
    caption = (media.caption or "")[:LONGEST_CAPTION]
    return {"caption": caption, "kind": media.kind, "image": media.description}


def thread_part(comment: Comment, thread: Sequence[Comment], account: Account) -> list[dict[str, str]]:
    """What was said before the comment, oldest first; customers are numbered, not named."""
    people: dict[str, str] = {}
    said = []
    for earlier in thread:
        if earlier.id == comment.id:
            continue
        if earlier.author_instagram_id == account.instagram_id:
            name = OURS
        else:
            key = earlier.author_instagram_id or earlier.author_username or "?"
            name = people.setdefault(key, f"customer {len(people) + 1}")
        said.append({"from": name, "text": masked(earlier.text)})
    return said
