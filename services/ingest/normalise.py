"""What an element means: a customer's comment or message, our own, or nothing the pipeline works on.

A comment event holds no time, no post caption and, for mentions, no text: the caller fetches them. Nothing
here trusts the payload; a shape that cannot be meant is `Malformed`, never an exception.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from db.models.comment import CommentKind
from services.ingest.document import readable
from services.ingest.envelope import COMMENT_FIELDS, MESSAGING_FIELDS, identifier, messaging_part, moment

MAX_TEXT = 10_000  # characters; Instagram's own limit for a comment is 2,200, for a message 1,000 bytes
MAX_USERNAME = 100  # Instagram allows 30
MAX_ATTACHMENTS = 20  # Instagram sends at most 10 with one message

# What the App Dashboard's "Send to My Server" always sends, beside entry.id "0", which the bare form lacks.
TEST_ACCOUNT = "0"
TEST_COMMENT = "17865799348089039"
TEST_AUTHOR = "232323232"
TEST_MEDIA = "123123123"
TEST_MESSAGE = "random_mid"


class Reason(StrEnum):
    """Why an element is not for the pipeline."""

    REACTION = "reaction"
    READ = "read"
    REFERRAL = "referral"
    EDIT = "edit"
    EDIT_ZERO = "edit_zero"
    """Sent by Meta instead of some new messages, without text: only fetching by its id may tell the text."""
    DELETION = "deletion"
    EMPTY = "empty"
    """Neither text nor attachments."""
    STORY_INSIGHTS = "story_insights"
    STANDBY = "standby"
    """Another app answers this conversation."""
    SERVICE = "service"
    """Opt-ins, handover between apps, notices from Meta."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something a person wrote to us."""

    kind: CommentKind
    instagram_id: str
    """The comment's or message's id; of a mention in a caption, which has none, the post's."""
    parent_instagram_id: str | None = None
    """The comment or message it answers."""
    media_instagram_id: str | None = None
    """The post; under an ad the ad's own post; of a story reply the story; a mention's is not ours."""
    original_media_instagram_id: str | None = None
    """Under an ad: the organic post it was made from."""
    media_kind: str | None = None
    """FEED, REELS, AD, LIVE, STORY, or what Meta adds."""
    ad_id: str | None = None
    author_instagram_id: str | None = None
    author_username: str | None = None
    text: str = ""
    """At most `MAX_TEXT` characters, safe to store; empty for mentions, whose text must be fetched."""
    written_at: datetime | None = None
    """UTC; known for messages only."""
    attachments: tuple[str, ...] = ()
    """Types, as Meta names them; `unsupported` for what only the Instagram app can show."""


@dataclass(frozen=True, slots=True)
class OwnComment:
    """Something our account wrote, by us or in the Instagram app: confirms a delivery, is never answered."""

    kind: CommentKind
    instagram_id: str
    parent_instagram_id: str | None = None
    media_instagram_id: str | None = None
    recipient_instagram_id: str | None = None
    """Whom a message went to; None for comments."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class NotForPipeline:
    """Understood, and nothing to answer."""

    reason: Reason
    instagram_id: str | None = None
    """The comment or message it is about."""


@dataclass(frozen=True, slots=True)
class TestPayload:
    """The App Dashboard's test button: worth telling the owner, never classified or answered."""

    __test__ = False  # pytest collects classes by this name

    field: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A shape that cannot be understood; the problem is in plain words and quotes nothing of the payload."""

    problem: str


Normalised: TypeAlias = Inbound | OwnComment | NotForPipeline | TestPayload | Malformed


class ShapeError(Exception):
    """A payload that has another shape than its field."""


@dataclass(frozen=True, slots=True)
class _Own:
    """By what we know ourselves."""

    ids: frozenset[str]
    usernames: frozenset[str]

    def wrote(self, author_id: str | None, username: str | None) -> bool:
        # Also by name when an id is given: an account has several ids, but a username has one account.
        return author_id in self.ids or (username is not None and username.lower() in self.usernames)


def normalise(
    field: str,
    payload: Mapping[str, Any],
    account_instagram_id: str,
    own_ids: Collection[str],
    own_usernames: Collection[str] = (),
) -> Normalised:
    """Tell what an element of the inbox means; never raises.

    `own_ids` are all ids known of our account beside `account_instagram_id` (professional, app-scoped);
    `own_usernames` are its names without @, for events that come without `from.id`.
    """
    own = _Own(
        ids=frozenset({*own_ids, account_instagram_id}),
        usernames=frozenset(name.lower() for name in own_usernames),
    )
    try:
        if _is_test(payload, account_instagram_id):
            return TestPayload(field)
        if field in COMMENT_FIELDS:
            return _comment(field, payload, own)
        if field == "mentions":
            return _mention(payload)
        if field == "story_insights":
            return NotForPipeline(Reason.STORY_INSIGHTS)
        if field == "standby":
            return NotForPipeline(Reason.STANDBY)
        if field in MESSAGING_FIELDS:
            return _messaging(field, payload, own)
    except ShapeError as error:
        return Malformed(str(error))
    return Malformed("an unknown field")


def _is_test(payload: Mapping[str, Any], account_instagram_id: str) -> bool:
    author, media, message = (payload.get(name) for name in ("from", "media", "message"))
    return (
        account_instagram_id == TEST_ACCOUNT
        or payload.get("id") == TEST_COMMENT
        or (isinstance(message, Mapping) and message.get("mid") == TEST_MESSAGE)
        or (
            isinstance(author, Mapping)
            and isinstance(media, Mapping)
            and (author.get("id"), media.get("id")) == (TEST_AUTHOR, TEST_MEDIA)
        )
    )


def _comment(field: str, payload: Mapping[str, Any], own: _Own) -> Normalised:
    author, media = _part(payload, "from"), _part(payload, "media")
    comment_id = _required(payload, "id" if payload.get("id") else "comment_id")
    parent_id, media_id = _optional(payload, "parent_id"), _optional(media, "id")
    author_id, username = _optional(author, "id"), _username(author)
    media_kind = _optional(media, "media_product_type")
    live = field == "live_comments" or media_kind == "LIVE"
    kind = CommentKind.LIVE_COMMENT if live else CommentKind.COMMENT
    text = _text(payload, "text")
    if author.get("self_ig_scoped_id") or own.wrote(author_id, username):
        return OwnComment(kind, comment_id, parent_id, media_id, text=text)
    if not text.strip():
        return NotForPipeline(Reason.EMPTY, comment_id)
    return Inbound(
        kind=kind,
        instagram_id=comment_id,
        parent_instagram_id=parent_id,
        media_instagram_id=media_id,
        original_media_instagram_id=_optional(media, "original_media_id"),
        media_kind=media_kind,
        ad_id=_optional(media, "ad_id"),
        author_instagram_id=author_id,
        author_username=username,
        text=text,
    )


def _mention(payload: Mapping[str, Any]) -> Normalised:
    media_id = _required(payload, "media_id")
    comment_id = _optional(payload, "comment_id")
    return Inbound(CommentKind.MENTION, comment_id or media_id, media_instagram_id=media_id)


def _messaging(field: str, payload: Mapping[str, Any], own: _Own) -> Normalised:
    part = messaging_part(payload)
    if part is None:
        raise ShapeError("a messaging event with nothing in it that is known")
    inside = _part(payload, part)
    match part:
        case "message" if inside.get("is_deleted"):
            return NotForPipeline(Reason.DELETION, _required(inside, "mid"))
        case "message" | "postback":
            return _message(
                payload, inside, own, echo=field == "message_echoes" or bool(inside.get("is_echo"))
            )
        case "message_edit":
            reason = Reason.EDIT_ZERO if str(inside.get("num_edit")) == "0" else Reason.EDIT
            return NotForPipeline(reason, _optional(inside, "mid"))
        case "reaction":
            return NotForPipeline(Reason.REACTION, _optional(inside, "mid"))
        case "read":
            return NotForPipeline(Reason.READ, _optional(inside, "mid"))
        case "referral":
            return NotForPipeline(Reason.REFERRAL)
        case _:
            return NotForPipeline(Reason.SERVICE)


def _message(payload: Mapping[str, Any], inside: Mapping[str, Any], own: _Own, *, echo: bool) -> Normalised:
    """Read a message, or a tap on an icebreaker or menu entry, whose title is what the person asks."""
    mid = _required(inside, "mid")
    answered = _part(inside, "reply_to")
    parent_id, story = _optional(answered, "mid"), _part(answered, "story")
    story_id = _optional(story, "id")
    kind = CommentKind.STORY_REPLY if story else CommentKind.MESSAGE
    text = _text(inside, "text") or _text(inside, "title")
    sender, recipient = _part(payload, "sender"), _part(payload, "recipient")
    if echo or payload.get("is_self") or own.wrote(_optional(sender, "id"), None):
        return OwnComment(kind, mid, parent_id, story_id, _optional(recipient, "id"), text)
    attachments = _attachments(inside)
    if not text.strip() and not attachments:
        return NotForPipeline(Reason.EMPTY, mid)
    return Inbound(
        kind=kind,
        instagram_id=mid,
        parent_instagram_id=parent_id,
        media_instagram_id=story_id,
        media_kind="STORY" if story else None,
        ad_id=_optional(_part(inside, "referral"), "ad_id"),
        author_instagram_id=_required(sender, "id", "the sender's id"),
        text=text,
        written_at=moment(payload.get("timestamp")),
        attachments=attachments,
    )


def _attachments(message: Mapping[str, Any]) -> tuple[str, ...]:
    items = message.get("attachments") or []
    if not isinstance(items, list):
        raise ShapeError("attachments is not a list")
    types = [identifier(item.get("type")) if isinstance(item, Mapping) else None for item in items]
    unsupported = ["unsupported"] if message.get("is_unsupported") else []
    return tuple([kind or "unknown" for kind in types[:MAX_ATTACHMENTS]] + unsupported)


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give an object inside; an empty one when it is absent."""
    part = payload.get(name)
    if part is None:
        return {}
    if not isinstance(part, Mapping):
        raise ShapeError(f"{name} is not an object")
    return part


def _optional(payload: Mapping[str, Any], name: str) -> str | None:
    value = payload.get(name)
    return None if value is None or value == "" else _required(payload, name)


def _required(payload: Mapping[str, Any], name: str, called: str = "") -> str:
    value = identifier(payload.get(name))
    if value is None:
        raise ShapeError(f"{called or name} is missing or not an id")
    return value


def _text(payload: Mapping[str, Any], name: str) -> str:
    text = payload.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise ShapeError(f"{name} is not text")
    return readable(text[:MAX_TEXT])


def _username(author: Mapping[str, Any]) -> str | None:
    return _text(author, "username")[:MAX_USERNAME].removeprefix("@") or None
