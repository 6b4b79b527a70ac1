"""The objects of the account as Graph shows them, with the fields that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yarl import URL

from sandbox.instagram import paging
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.fields import Selection, pick
from sandbox.instagram.model import Comment, Media, MediaKind, MediaType, graph_time
from sandbox.instagram.state import State
from sandbox.instagram.switches import Switches

COMMENTS_PER_PAGE = 50  # documented maximum of the comments edge
OBJECTS_PER_PAGE = 25  # Graph's usual page where nothing else is documented
MOST_PER_PAGE = 100
# Kinds that are read by their id but are not among the account's media.
UNLISTED = frozenset({MediaKind.AD, MediaKind.LIVE, MediaKind.STORY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads for one request.

    `base` is the address the client used, with its version if any: addresses inside answers begin with it.
    """

    config: InstagramConfig
    state: State
    switches: Switches
    base: URL

    def account(self, selection: Selection, *, scoped: bool) -> dict[str, Any]:
        """The account; `scoped` gives as `id` the one that only this application knows, as `/me` does."""
        config = self.config
        known = {
            "id": config.app_scoped_id if scoped else config.account_id,
            "user_id": config.account_id,
            "username": config.username,
            "name": config.name,
            "account_type": "Business",
            "profile_picture_url": self._picture(config.account_id),
            "biography": config.biography,
            "website": config.website,
            "followers_count": 4217,
            "follows_count": 128,
            "media_count": len(self._listed()),
        }
        return pick("IGUser", known, selection.otherwise("id"))

    def media(self, media: Media, selection: Selection) -> dict[str, Any]:
        moving = media.type in {MediaType.VIDEO, MediaType.BROADCAST}
        known = {
            "id": media.id,
            "caption": media.caption or None,
            "media_type": media.type.value,
            "media_product_type": media.kind.value,
            # Left out of videos: Graph does so when their music has an owner, and here is no video.
            "media_url": None if moving else self._picture(media.id),
            "thumbnail_url": self._picture(media.id) if moving else None,
            "permalink": self._permalink(media),
            "shortcode": media.shortcode or None,
            "timestamp": graph_time(media.published_at),
            "username": self.config.username,
            "owner": {"id": self.config.account_id},
            "comments_count": self.state.comments_count(media),
            "like_count": media.like_count,
            "is_comment_enabled": True,
            "is_shared_to_feed": media.kind is MediaKind.REELS or None,
            "children": lambda inner: self._children(media, inner),
            "comments": lambda inner: self.comments(media, inner),
        }
        return pick("IGMedia", known, selection.otherwise("id"))

    def comment(self, comment: Comment, selection: Selection) -> dict[str, Any]:
        known = {
            "id": comment.id,
            "text": comment.text,
            "timestamp": graph_time(comment.at),
            "username": comment.author.username,
            "from": self._author(comment),
            "like_count": 0,
            "hidden": comment.hidden,
            "parent_id": comment.parent.id if comment.parent else None,
            "media": {"id": comment.media.id, "media_product_type": comment.media.kind.value},
            "legacy_instagram_comment_id": comment.id,
            "user": {"id": self.config.account_id} if comment.author == self.state.own else None,
            "replies": lambda inner: self._expanded(comment, inner),
        }
        return pick("IGComment", known, selection.otherwise("id", "text", "timestamp"))

    def media_list(
        self,
        selection: Selection,
        query: Mapping[str, str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> dict[str, Any]:
        """The account's posts, newest first, without advertisements, broadcasts and stories."""
        posts = [
            post
            for post in self._listed()
            if (since is None or post.published_at >= since) and (until is None or post.published_at <= until)
        ]
        posts.sort(key=_media_place)
        return paging.paged(
            posts,
            place=_media_place,
            shown=lambda post: self.media(post, selection),
            limit=paging.size(selection.limit, default=OBJECTS_PER_PAGE, most=MOST_PER_PAGE),
            address=self._address(self.config.account_id, "media", query),
            after=query.get("after"),
            before=query.get("before"),
        )

    def comments(
        self, media: Media, selection: Selection, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Top-level comments, newest first; those of an advertisement are listed nowhere, by default."""
        query = query or {}
        listed = media.kind is not MediaKind.AD or self.switches.ad_comments
        comments = [one for one in self.state.top_level(media) if not one.hollow] if listed else []
        return paging.paged(
            comments,
            place=_newest_first,
            shown=lambda comment: self.comment(comment, selection),
            limit=paging.size(selection.limit, default=COMMENTS_PER_PAGE, most=COMMENTS_PER_PAGE),
            address=self._address(media.id, "comments", query),
            after=query.get("after"),
            before=query.get("before"),
        )

    def replies(
        self,
        comment: Comment,
        selection: Selection,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Replies of a thread, oldest first."""
        query = query or {}
        until = self.state.listed_until
        replies = [reply for reply in comment.replies if until is None or reply.serial <= until]
        return paging.paged(
            sorted(replies, key=_oldest_first),
            place=_oldest_first,
            shown=lambda reply: self.comment(reply, selection),
            limit=paging.size(selection.limit, default=OBJECTS_PER_PAGE, most=COMMENTS_PER_PAGE),
            address=self._address(comment.id, "replies", query),
            after=query.get("after"),
            before=query.get("before"),
        )

    def _expanded(self, comment: Comment, selection: Selection) -> dict[str, Any] | None:
        """Replies as a field of their comment: left out when there are none."""
        page = self.replies(comment, selection)
        return page if page["data"] else None

    def _listed(self) -> list[Media]:
        return [post for post in self.state.posts.values() if post.kind not in UNLISTED]

    def _author(self, comment: Comment) -> dict[str, str]:
        author = {"id": comment.author.id, "username": comment.author.username}
        if comment.author == self.state.own:
            author["self_ig_scoped_id"] = self.config.self_scoped_id
        return author

    def _children(self, media: Media, selection: Selection) -> dict[str, Any] | None:
        if not media.children:
            return None
        return {"data": [self.media(child, selection) for child in media.children]}

    def _permalink(self, media: Media) -> str | None:
        if not media.shortcode:
            return None
        folder = "reel" if media.kind is MediaKind.REELS else "p"
        return f"https://www.instagram.com/{folder}/{media.shortcode}/"

    def _picture(self, object_id: str) -> str:
        return str(self.base.origin() / "pictures" / f"{object_id}.png")

    def _address(self, object_id: str, edge: str, query: Mapping[str, str]) -> URL:
        kept = {
            name: value
            for name, value in query.items()
            if name not in {"access_token", "after", "before", "limit"}
        }
        return (self.base / object_id / edge).with_query(kept)


def _oldest_first(comment: Comment) -> paging.Place:
    return int(comment.at.timestamp() * 1_000_000), comment.serial


def _newest_first(comment: Comment) -> paging.Place:
    moment, serial = _oldest_first(comment)
    return -moment, -serial


def _media_place(media: Media) -> paging.Place:
    return -int(media.published_at.timestamp() * 1_000_000), int(media.id) if media.id.isdigit() else 0
