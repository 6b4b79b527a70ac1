"""Webhook bodies: how comments and messages are told, and how a body somebody else wrote is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from sandbox.instagram.batching import Event, Form, compose, milliseconds
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.model import Comment, MediaKind, Message, now
from sandbox.instagram.switches import EchoForm, IdKey, Serializer, Switches

# Reported of Meta: beside the escapes of JSON itself it escapes these; `C` is the only upper-case digit.
META_ESCAPES = (("/", r"\/"), ("<", r"\u003C"), ("%", r"\u0025"), ("@", r"\u0040"))


def serialize(body: Any, serializer: Serializer = Serializer.META) -> bytes:
    """The bytes that are sent and signed."""
    if serializer is Serializer.UTF8:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    text = json.dumps(body, separators=(",", ":"))
    # None of the four marks belongs to the syntax of JSON, so they all stand inside strings.
    for mark, escape in META_ESCAPES:
        text = text.replace(mark, escape)
    return text.encode("ascii")


def comment_told(comment: Comment, config: InstagramConfig, switches: Switches) -> Event:
    """The event of a new comment."""
    live = comment.media.kind is MediaKind.LIVE
    return Event(
        about=comment.id,
        field="live_comments" if live else "comments",
        value=_comment_value(comment, config, switches),
        account_id=config.account_id,
    )


def comment_event(
    comment: Comment, config: InstagramConfig, switches: Switches, at: datetime | None = None
) -> Any:
    """The body that tells a comment alone; `at` is when it is sent, now by default."""
    return compose([comment_told(comment, config, switches)], switches, at or now())


def message_told(message: Message, config: InstagramConfig, switches: Switches) -> list[Event]:
    """The events of a new direct message: one, or for one of the account's own as the switch says."""
    item = message_item(message, config)
    told = Event(
        about=message.id, field="messages", value=item, account_id=config.account_id, form=Form.MESSAGING
    )
    if not message.own:
        return [told]
    echo = replace(told, field="message_echoes", form=Form.CHANGE)
    match switches.echo_form:
        case EchoForm.MESSAGES:
            return [told]
        case EchoForm.MESSAGE_ECHOES:
            return [echo]
        case EchoForm.BOTH:
            return [told, echo]
        case _:
            assert_never(switches.echo_form)


def message_item(message: Message, config: InstagramConfig, **more: Any) -> dict[str, Any]:
    """A message as it stands among others, with `more` told of it; the account's own one is an echo."""
    told: dict[str, Any] = {"mid": message.id}
    if message.text:
        told["text"] = message.text
    if message.attachments:
        told["attachments"] = [{"type": one.type, "payload": {"url": one.url}} for one in message.attachments]
    if message.own:
        told["is_echo"] = True
    return item(message.person.id, config, message.at, own=message.own, message={**told, **more})


def item(
    person_id: str, config: InstagramConfig, at: datetime, *, own: bool = False, **holds: Any
) -> dict[str, Any]:
    """Anything that happens in a conversation, `at` that time, told in milliseconds."""
    account, person = {"id": config.account_id}, {"id": person_id}
    return {
        "sender": account if own else person,
        "recipient": person if own else account,
        "timestamp": milliseconds(at),
        **holds,
    }


def _comment_value(comment: Comment, config: InstagramConfig, switches: Switches) -> dict[str, Any]:
    own = comment.author.id == config.account_id
    author = {} if switches.drop_from_id else {"id": comment.author.id}
    author["username"] = comment.author.username
    if own:
        author["self_ig_scoped_id"] = config.self_scoped_id
    media = {
        "id": comment.media.id,
        "ad_id": comment.media.ad_id,
        "ad_title": comment.media.ad_title,
        "original_media_id": comment.media.original_id,
        "media_product_type": comment.media.kind.value,
    }
    value: dict[str, Any] = {
        "from": author,
        "media": {name: told for name, told in media.items() if told is not None},
        "id" if switches.id_key is IdKey.ID else "comment_id": comment.id,
    }
    if comment.parent is not None:
        value["parent_id"] = comment.parent.id
    value["text"] = comment.text
    return value


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class ToldPerson(_Told):
    """An author or sender, by whatever is told of them."""

    id: str | None = None
    username: str | None = None


class ToldMedia(_Told):
    """The post of a comment."""

    id: str
    media_product_type: str = MediaKind.FEED.value
    ad_id: str | None = None
    ad_title: str | None = None
    original_media_id: str | None = None


class ToldComment(_Told):
    """A comment inside a webhook body."""

    id: str = Field(min_length=1, validation_alias=AliasChoices("id", "comment_id"))
    author: ToldPerson = Field(default_factory=ToldPerson, validation_alias="from")
    media: ToldMedia
    parent_id: str | None = None
    text: str = ""


class ToldText(_Told):
    """The content of a message."""

    mid: str = Field(min_length=1)
    text: str = ""
    is_echo: bool = False


class ToldMessage(_Told):
    """A direct message inside a webhook body."""

    sender: ToldPerson
    recipient: ToldPerson
    message: ToldText


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something in a body that is neither a comment nor a message."""


def read(body: Any) -> Iterator[ToldComment | ToldMessage | Unknown]:
    """What a webhook body of any envelope tells; nothing in it makes this fail."""
    for one in body if isinstance(body, list) else [body]:
        entries = one.get("entry") if isinstance(one, dict) else None
        for entry in entries if isinstance(entries, list) else [one]:
            if not isinstance(entry, dict):
                yield Unknown()
                continue
            for item in _items(entry.get("messaging")):
                yield _told(ToldMessage, item)
            changes = _items(entry.get("changes"))
            for change in [entry, *changes] if "field" in entry else changes:
                yield _change(change)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _change(change: Any) -> ToldComment | ToldMessage | Unknown:
    match change:
        case {"field": "comments" | "live_comments", "value": value}:
            return _told(ToldComment, value)
        case {"field": "messages", "value": value}:
            return _told(ToldMessage, value)
        case _:
            return Unknown()


def _told(kind: type[ToldComment | ToldMessage], value: Any) -> ToldComment | ToldMessage | Unknown:
    try:
        return kind.model_validate(value)
    except ValidationError:
        return Unknown()
