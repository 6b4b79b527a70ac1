"""From an element to what it means. Nothing here trusts the payload.

A comment event holds no time, no post caption and, for mentions, no text: they are fetched later. A shape
that cannot be meant is `Malformed`, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from db.models.comment import CommentKind
from services.ingest.document import readable
from services.ingest.envelope import (
    COMMENT_FIELDS,
    MESSAGING_FIELDS,
    TEST_ACCOUNT,
    identifier,
    messaging_part,
    moment,
)
from services.ingest.meaning import (
    Deletion,
    Edit,
    Inbound,
    Malformed,
    Normalised,
    NotForPipeline,
    OwnComment,
    Reason,
    Said,
    TestPayload,
    Unread,
)

MAX_TEXT = 10_000  # characters; Instagram's own limit for a comment is 2,200, for a message 1,000 bytes
MAX_USERNAME = 100  # Instagram allows 30
MAX_ATTACHMENTS = 20  # Instagram sends at most 10 with one message

# What the App Dashboard's "Send to My Server" always sends, beside entry.id "0", which the bare form lacks.
TEST_COMMENT = "17865799348089039"
TEST_AUTHOR = "232323232"
TEST_MEDIA = "123123123"
TEST_MESSAGE = "random_mid"

_NUMBER = re.compile(r"[0-9]{1,9}")


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
    echo = field == "message_echoes" or bool(inside.get("is_echo"))
    match part:
        case "message" if inside.get("is_deleted"):
            return Deletion(_said(payload, inside, own, echo=echo))
        case "message" | "postback":
            return _message(payload, inside, own, echo=echo)
        case "message_edit":
            return _edit(payload, inside, own)
        case "reaction":
            return NotForPipeline(Reason.REACTION, _optional(inside, "mid"))
        case "read":
            return NotForPipeline(Reason.READ, _optional(inside, "mid"))
        case "referral":
            return NotForPipeline(Reason.REFERRAL)
        case _:
            return NotForPipeline(Reason.SERVICE)


def _message(payload: Mapping[str, Any], inside: Mapping[str, Any], own: _Own, *, echo: bool) -> Normalised:
    said = _said(payload, inside, own, echo=echo)
    if isinstance(said, OwnComment):
        return said
    if not said.text.strip() and not said.attachments:
        return NotForPipeline(Reason.EMPTY, said.instagram_id)
    if said.author_instagram_id is None:
        raise ShapeError("the sender's id is missing or not an id")
    return said


def _edit(payload: Mapping[str, Any], inside: Mapping[str, Any], own: _Own) -> Normalised:
    """Number 0 is no edit: Meta sends it instead of some new messages, mostly without text and sender."""
    number = inside.get("num_edit")
    if not _NUMBER.fullmatch(str(number)):
        raise ShapeError("num_edit is not a number")
    said = _said(payload, inside, own, echo=False)
    if not said.text.strip():
        if isinstance(said, OwnComment):
            return NotForPipeline(Reason.EDIT_ZERO, said.instagram_id)
        return Unread(said.instagram_id, said.author_instagram_id, said.written_at)
    new = int(str(number)) == 0
    return said if new and _known(said) else Edit(said, int(str(number)))


def _known(said: Said) -> bool:
    return isinstance(said, OwnComment) or said.author_instagram_id is not None


def _said(payload: Mapping[str, Any], inside: Mapping[str, Any], own: _Own, *, echo: bool) -> Said:
    """Read a message, or a tap on an icebreaker or menu entry, whose title is what the person asks."""
    mid = _required(inside, "mid")
    answered = _part(inside, "reply_to")
    parent_id, story = _optional(answered, "mid"), _part(answered, "story")
    story_id = _optional(story, "id")
    kind = CommentKind.STORY_REPLY if story else CommentKind.MESSAGE
    text = _text(inside, "text") or _text(inside, "title")
    sender, recipient = _part(payload, "sender"), _part(payload, "recipient")
    written_at = moment(payload.get("timestamp"))
    if echo or payload.get("is_self") or own.wrote(_optional(sender, "id"), None):
        return OwnComment(kind, mid, parent_id, story_id, _optional(recipient, "id"), text, written_at)
    return Inbound(
        kind=kind,
        instagram_id=mid,
        parent_instagram_id=parent_id,
        media_instagram_id=story_id,
        media_kind="STORY" if story else None,
        ad_id=_optional(_part(inside, "referral"), "ad_id"),
        author_instagram_id=_optional(sender, "id"),
        text=text,
        written_at=written_at,
        attachments=_attachments(inside),
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
