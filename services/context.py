"""What the model is shown of a comment: data in JSON, never instructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from db.life.delivery import Effect
from db.models import Account, Comment, Media
from db.models.comment import CommentKind
from services.deliver.channel import LONGEST_MESSAGE, LONGEST_REPLY, effect_of
from services.pii import masked

OURS = "us"
LONGEST_CAPTION = 2_200  # Instagram's own limit
CHANNELS: Final[Mapping[CommentKind, str]] = {
    CommentKind.COMMENT: "public comment",
    CommentKind.LIVE_COMMENT: "live comment",
    CommentKind.MENTION: "mention",
    CommentKind.MESSAGE: "direct message",
    CommentKind.STORY_REPLY: "story reply",
}


def comment_part(comment: Comment) -> dict[str, Any]:
    """The comment itself; the author's name is left out, phones and the like are masked."""
    part = {"text": masked(comment.text), "author": "customer", "kind": comment.kind.value}
    return part | _attached(comment)


def channel_part(kind: CommentKind) -> dict[str, Any]:
    """Where the words came by, who will read the answer, and how long Instagram lets it be."""
    public = effect_of(kind) is Effect.REPLY
    limit = {"characters": LONGEST_REPLY} if public else {"bytes_utf8": LONGEST_MESSAGE}
    return {"name": CHANNELS[kind], "answer": "public" if public else "private", "limit": limit}


def post_part(media: Media | None) -> dict[str, Any] | None:
    """The post: caption, kind, and what its picture shows when that is known."""
    if media is None:
        return None
    caption = (media.caption or "")[:LONGEST_CAPTION]
    return {"caption": caption, "kind": media.kind, "image": media.description}


def thread_part(comment: Comment, thread: Sequence[Comment], account: Account) -> list[dict[str, Any]]:
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
        said.append({"from": name, "text": masked(earlier.text)} | _attached(earlier))
    return said


def _attached(comment: Comment) -> dict[str, Any]:
    """Kinds of pictures and the like, which the model does not see."""
    return {"attachments": comment.attachments} if comment.attachments else {}
