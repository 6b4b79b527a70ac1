"""The normalised inbound item, the post it stands under, and what was understood of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.life.comment import CommentState
from db.models.table import Dated, Leased, Model, choice


class CommentKind(StrEnum):
    """What kind of words reached us."""

    COMMENT = "comment"
    LIVE_COMMENT = "live_comment"
    MENTION = "mention"
    MESSAGE = "message"
    STORY_REPLY = "story_reply"


class MediaState(StrEnum):
    """Whether the post's caption and link are known."""

    UNKNOWN = "unknown"
    KNOWN = "known"
    UNREADABLE = "unreadable"


class Media(Dated, Model):
    """A post."""

    __tablename__ = "media"
    __table_args__ = (UniqueConstraint("account_id", "instagram_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    instagram_id: Mapped[str]
    kind: Mapped[str | None]  # FEED, REELS, AD, LIVE, STORY
    caption: Mapped[str | None]
    permalink: Mapped[str | None]
    image_url: Mapped[str | None]
    description: Mapped[str | None]  # what the picture shows
    original_instagram_id: Mapped[str | None]  # of an advertisement: the post it was made from
    ad_id: Mapped[str | None]
    published_at: Mapped[datetime | None]
    children: Mapped[list[Any]] = mapped_column(server_default="[]")  # image addresses of an album
    comments_count: Mapped[int | None]  # Instagram's, when its comments were last listed
    state: Mapped[MediaState] = mapped_column(choice(MediaState), server_default=MediaState.UNKNOWN)
    fetched_at: Mapped[datetime | None]


class Comment(Dated, Leased, Model):
    """`thread` is the top-level comment's Instagram id; of messages `dm:` and the person's id."""

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("account_id", "instagram_id"),
        Index("ix_comments_thread", "account_id", "thread"),
        Index(
            "ix_comments_open",
            "id",
            postgresql_where="state IN ('received', 'classifying', 'classified', 'answering')",
        ),
        Index("ix_comments_failed", "id", postgresql_where="state = 'failed'"),
        Index("ix_comments_created_at", "account_id", "created_at"),
        Index("ix_comments_author", "account_id", "author_instagram_id"),
        Index("ix_comments_media", "media_id", "id"),
        Index("ix_comments_kept", "created_at", postgresql_where="erased_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[CommentKind] = mapped_column(choice(CommentKind))
    instagram_id: Mapped[str]
    parent_instagram_id: Mapped[str | None]
    thread: Mapped[str]
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))
    author_instagram_id: Mapped[str | None]
    author_username: Mapped[str | None]
    text: Mapped[str]
    written_at: Mapped[datetime | None]
    state: Mapped[CommentState] = mapped_column(choice(CommentState), server_default=CommentState.RECEIVED)
    hidden: Mapped[bool] = mapped_column(server_default="false")
    attachments: Mapped[list[Any]] = mapped_column(server_default="[]")  # types, as Meta names them
    edited_at: Mapped[datetime | None]  # by the customer
    gone_at: Mapped[datetime | None]  # it was deleted, or is out of our reach
    erased_at: Mapped[datetime | None]  # the person's words and names are gone from here


class Category(StrEnum):
    """The classes of `product.md`, Categories."""

    QUESTION = "question"
    URGENT = "urgent"
    COMPLAINT = "complaint"
    PRAISE = "praise"
    PARTNERSHIP = "partnership"
    TOXIC = "toxic"
    SPAM = "spam"
    IRRELEVANT = "irrelevant"


class Sentiment(StrEnum):
    """How the customer sounds."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    MIXED = "mixed"


class Classification(Dated, Model):
    """One reading of a comment; the newest counts, earlier ones stay as history."""

    __tablename__ = "classifications"
    __table_args__ = (Index("ix_classifications_comment", "comment_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    category: Mapped[Category] = mapped_column(choice(Category))
    confidence: Mapped[int]  # 0-100, the model's own; not calibrated
    language: Mapped[str]  # ISO 639-1
    sentiment: Mapped[Sentiment] = mapped_column(choice(Sentiment))
    reasoning: Mapped[str]
    needs_human: Mapped[bool]
    injection_suspected: Mapped[bool]
    llm_call_id: Mapped[int | None] = mapped_column(ForeignKey("llm_calls.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("managers.id"))  # who corrected it
