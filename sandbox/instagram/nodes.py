"""The objects of the account as Graph shows them, with the fields that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from sandbox.instagram import paging
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.errors import InvalidParameterError, UnsupportedObjectError
from sandbox.instagram.fields import Selection, pick
from sandbox.instagram.model import Comment, Media, MediaKind, MediaType, graph_time, now
from sandbox.instagram.state import State
from sandbox.instagram.switches import Switches

COMMENTS_PER_PAGE = 50  # documented maximum of the comments edge
OBJECTS_PER_PAGE = 25  # Graph's usual page where nothing else is documented
MOST_PER_PAGE = 100
# Kinds that are read by their id but are not among the account's media.
UNLISTED = frozenset({MediaKind.AD, MediaKind.LIVE, MediaKind.STORY})
STORY_LIFE = timedelta(hours=24)


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
            "mentioned_comment": self._mentioned_comment,
            "mentioned_media": self._mentioned_media,
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
            "username": media.owner.username if media.owner else self.config.username,
            "owner": None if media.owner else {"id": self.config.account_id},
            "comments_count": self.state.comments_count(media),
            "like_count": media.like_count,
            "is_comment_enabled": media.comments_enabled,
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
            "media": lambda inner: self.media(comment.media, inner.otherwise("id", "media_product_type")),
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
        return self._media_page("media", posts, selection, query)

    def stories(self, selection: Selection, query: Mapping[str, str]) -> dict[str, Any]:
        """Stories of the last 24 hours, newest first."""
        since = now() - STORY_LIFE
        posts = self.state.posts.values()
        stories = [post for post in posts if post.kind is MediaKind.STORY and post.published_at > since]
        return self._media_page("stories", stories, selection, query)

    def live_media(self, selection: Selection, query: Mapping[str, str]) -> dict[str, Any]:
        """Broadcasts that run now."""
        posts = self.state.posts.values()
        running = [post for post in posts if post.kind is MediaKind.LIVE and not post.ended]
        return self._media_page("live_media", running, selection, query)

    def tags(self, selection: Selection, query: Mapping[str, str]) -> dict[str, Any]:
        """Posts of others that name the account, newest first."""
        return self._media_page("tags", list(self.state.mentioning.values()), selection, query)

    def _media_page(
        self, edge: str, posts: list[Media], selection: Selection, query: Mapping[str, str]
    ) -> dict[str, Any]:
        return paging.paged(
            sorted(posts, key=_media_place),
            place=_media_place,
            shown=lambda post: self.media(post, selection),
            limit=paging.size(selection.limit, default=OBJECTS_PER_PAGE, most=MOST_PER_PAGE),
            address=self._address(self.config.account_id, edge, query),
            after=query.get("after"),
            before=query.get("before"),
        )

    def comments(
        self, media: Media, selection: Selection, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Top-level comments, newest first; those of an advertisement are listed nowhere, by default."""
        query = query or {}
        listed = media.kind is not MediaKind.AD or self.switches.ad_comments
        comments = self.state.top_level(media) if listed else []
        comments = [one for one in comments if not one.hollow and self.state.tells(one)]
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
        replies = [
            reply
            for reply in comment.replies
            if (until is None or reply.serial <= until) and self.state.tells(reply)
        ]
        return paging.paged(
            sorted(replies, key=_oldest_first),
            place=_oldest_first,
            shown=lambda reply: self.comment(reply, selection),
            limit=paging.size(selection.limit, default=OBJECTS_PER_PAGE, most=COMMENTS_PER_PAGE),
            address=self._address(comment.id, "replies", query),
            after=query.get("after"),
            before=query.get("before"),
        )

    def _mentioned_comment(self, selection: Selection) -> dict[str, Any]:
        """`mentioned_comment.comment_id(ID){…}`: a comment under somebody else's post; few of its fields."""
        comment_id = _argument(selection, "comment_id")
        comment = self.state.comments.get(comment_id)
        if comment is None or comment.media.owner is None:
            raise UnsupportedObjectError(comment_id, "get")
        known = {
            "id": comment.id,
            "text": comment.text,
            "timestamp": graph_time(comment.at),
            "like_count": 0,
            "media": lambda inner: self.media(comment.media, inner.otherwise("id")),
        }
        return pick("IGComment", known, selection.otherwise("id"))

    def _mentioned_media(self, selection: Selection) -> dict[str, Any]:
        """`mentioned_media.media_id(ID){…}`: somebody else's post."""
        media_id = _argument(selection, "media_id")
        media = self.state.mentioning.get(media_id)
        if media is None:
            raise UnsupportedObjectError(media_id, "get")
        return self.media(media, selection.otherwise("id"))

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


def _argument(selection: Selection, name: str) -> str:
    if name not in selection.arguments:
        raise InvalidParameterError(f"The parameter {name} is required")
    return selection.arguments[name]


def _oldest_first(comment: Comment) -> paging.Place:
    return int(comment.at.timestamp() * 1_000_000), comment.serial


def _newest_first(comment: Comment) -> paging.Place:
    moment, serial = _oldest_first(comment)
    return -moment, -serial


def _media_place(media: Media) -> paging.Place:
    return -int(media.published_at.timestamp() * 1_000_000), int(media.id) if media.id.isdigit() else 0
