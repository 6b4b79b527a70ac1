"""Which posts are listed, and in what order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from db.models import Media
from services.instagram.results import Post

LATELY: Final = timedelta(hours=24)
"""A post with comments taken in so lately is listed although its count stands still: one may have gone."""
ACTIVE: Final = timedelta(days=14)  # for so long a post that the listing of posts does not show is looked at


@dataclass(frozen=True, slots=True)
class Target:
    """A post to list. `count` is Instagram's number of comments, `counted` that of the former listing."""

    media: str
    kind: str | None = None
    count: int | None = None
    counted: int | None = None
    published_at: datetime | None = None
    ad_id: str | None = None
    original: str | None = None


def chosen(
    posts: Iterable[Post],
    known: Mapping[str, Media],
    active: Iterable[tuple[Media, datetime]],
    listed: Collection[str],
    now: datetime,
    *,
    everything: bool = False,
) -> list[Target]:
    """Posts whose count has changed, then those with comments lately, then those only we remember.

    The last are advertisements and old posts, of which Instagram tells no count. With `everything` the other
    posts that have comments follow: of one deleted and one lost a count tells nothing. `listed` are done.
    """
    lately = dict[str, datetime]()
    remembered = list[Target]()
    shown = {post.id: post for post in posts}
    for media, at in active:
        lately[media.instagram_id] = at
        if media.instagram_id not in shown:
            remembered.append(_remembered(media))
    changed, quiet, still = list[Target](), list[Target](), list[Target]()
    for post in shown.values():
        target = _shown(post, known.get(post.id))
        newest = lately.get(post.id)
        if target.count is None or target.count != (target.counted or 0):
            changed.append(target)
        elif newest is not None and newest >= now - LATELY:
            quiet.append(target)
        elif everything and target.count:
            still.append(target)
    return [target for target in (*changed, *quiet, *remembered, *still) if target.media not in listed]


def _shown(post: Post, media: Media | None) -> Target:
    counted = media.comments_count if media else None
    return Target(post.id, post.media_product_type, post.comments_count, counted, post.timestamp)


def _remembered(media: Media) -> Target:
    return Target(
        media.instagram_id,
        media.kind,
        counted=media.comments_count,
        ad_id=media.ad_id,
        original=media.original_instagram_id,
    )
