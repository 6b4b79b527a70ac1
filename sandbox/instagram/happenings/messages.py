"""Messages and what is done to them."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from sandbox.instagram.account import Account
from sandbox.instagram.batching import Event, Form
from sandbox.instagram.control_request import ControlError, Username
from sandbox.instagram.events import item, message_item, message_told
from sandbox.instagram.happenings.happening import (
    Happening,
    Identifier,
    Words,
    done,
    messaging,
    new_mid,
    person_of,
)
from sandbox.instagram.model import Attachment, Message, now

DEFAULT_TEXT = "Подскажите, есть в наличии?"
MOST_ATTACHMENTS = 20

AttachmentType = Literal[
    "audio",
    "file",
    "ig_post",
    "ig_reel",
    "ig_story",
    "image",
    "media",
    "reel",
    "share",
    "story",
    "story_mention",
    "video",
]


class GivenAttachment(BaseModel):
    """An attachment with the payload it is told by."""

    model_config = ConfigDict(extra="forbid")

    type: str
    payload: dict[str, Any]


class Story(BaseModel):
    """The account's story that a message answers."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    id: Identifier = "18000000000000555"
    url: str = "https://cdn.example/story.jpg"
    link_sticker_url: str | None = None


class MessageWritten(Happening):
    """A person's message, with anything a message may carry; `more` is added to what is told of it."""

    kind: Literal["message"]
    username: Username = "anna_k"
    text: Words | None = None
    attachments: list[AttachmentType | GivenAttachment] = Field(
        default_factory=list, max_length=MOST_ATTACHMENTS
    )
    reply_to: Identifier | Story | None = None
    quick_reply: str | None = None
    referral: dict[str, Any] | None = None
    is_unsupported: bool = False
    more: dict[str, Any] = Field(default_factory=dict)

    def play(self, account: Account) -> list[Event]:
        message = _written(account, self.username, self._text(), tuple(self._carried()))
        told = message_item(message, account.config, **self._told())
        return [messaging(account, message.id, "messages", told)]

    def _text(self) -> str:
        if self.text is None:
            return "" if self.attachments or self.is_unsupported else DEFAULT_TEXT
        return self.text

    def _carried(self) -> list[Attachment]:
        return [Attachment(one["type"], str(one["payload"].get("url", ""))) for one in self._attachments()]

    def _attachments(self) -> list[dict[str, Any]]:
        return [
            {"type": one, "payload": _payload(one)} if isinstance(one, str) else one.model_dump()
            for one in self.attachments
        ]

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.attachments:
            told["attachments"] = self._attachments()
        if isinstance(self.reply_to, Story):
            told["reply_to"] = {"story": self.reply_to.model_dump(exclude_none=True)}
        elif self.reply_to is not None:
            told["reply_to"] = {"mid": self.reply_to}
        if self.quick_reply is not None:
            told["quick_reply"] = {"payload": self.quick_reply}
        if self.referral is not None:
            told["referral"] = self.referral
        if self.is_unsupported:
            told["is_unsupported"] = True
        return {**told, **self.more}


class SelfMessageWritten(Happening):
    """The account writes to itself, as a developer trying things out does."""

    kind: Literal["self_message"]
    text: Words = "Проверка"

    def play(self, account: Account) -> list[Event]:
        mid = new_mid()
        message = {"mid": mid, "text": self.text, "is_echo": True, "is_self": True}
        told = item(account.config.account_id, account.config, now(), message=message)
        return [messaging(account, mid, "messages", told)]


class MessageEchoed(Happening):
    """Somebody of the account answers in the Instagram app, and it comes back as the switch says."""

    kind: Literal["echo"]
    username: Username = "anna_k"
    text: Words = "Да, есть в наличии"

    def play(self, account: Account) -> list[Event]:
        message = account.state.write(person_of(account, self.username), self.text, own=True)
        return message_told(message, account.config, account.switches)


class OverheardMessage(Happening):
    """A message in a conversation that another application answers."""

    kind: Literal["standby"]
    username: Username = "anna_k"
    text: Words = DEFAULT_TEXT

    def play(self, account: Account) -> list[Event]:
        message = _written(account, self.username, self.text)
        told = message_item(message, account.config)
        return [messaging(account, message.id, "standby", told, form=Form.STANDBY)]


class MessageDeleted(Happening):
    """A message is unsent; Graph no longer tells it."""

    kind: Literal["deletion"]
    message_id: Identifier
    username: Username = "anna_k"

    def play(self, account: Account) -> list[Event]:
        message = account.state.messages.get(self.message_id)
        if message is not None:
            message.text, message.attachments, message.deleted = "", (), True
        told = {"mid": self.message_id, "is_deleted": True}
        own = message is not None and message.own
        return [done(account, self.message_id, self.username, "messages", own=own, message=told)]


class MessageEdited(Happening):
    """A message gets other words. The documentation draws `num_edit` as text; numbers are seen too."""

    kind: Literal["message_edit"]
    message_id: Identifier
    username: Username = "anna_k"
    text: Words = "Подскажите, есть в наличии два?"
    num_edit: StrictInt | StrictStr = "1"

    def play(self, account: Account) -> list[Event]:
        message = account.state.messages.get(self.message_id)
        if message is not None:
            message.text = self.text
        told = {"mid": self.message_id, "text": self.text, "num_edit": self.num_edit}
        own = message is not None and message.own
        return [done(account, self.message_id, self.username, "message_edit", own=own, message_edit=told)]


class NewMessageToldAsEdit(Happening):
    """A new message told as its edit number 0: without words and, unless `named`, without people."""

    kind: Literal["edit_anomaly"]
    username: Username = "anna_k"
    text: Words = DEFAULT_TEXT
    named: bool = False

    def play(self, account: Account) -> list[Event]:
        message = _written(account, self.username, self.text)
        edit = {"mid": message.id, "num_edit": 0}
        told = item(message.person.id, account.config, message.at, message_edit=edit)
        if not self.named:
            del told["sender"], told["recipient"]
        return [messaging(account, message.id, "message_edit", told)]


class MessageReactedTo(Happening):
    """A person puts a reaction under a message or takes it back; the account's last one by default."""

    kind: Literal["reaction", "unreaction"]
    username: Username = "anna_k"
    message_id: Identifier | None = None
    reaction: str = "love"
    emoji: str = "\u2764\ufe0f"

    def play(self, account: Account) -> list[Event]:
        mid = self.message_id or _last_mid(account, self.username)
        if self.kind == "reaction":
            told = {"mid": mid, "action": "react", "reaction": self.reaction, "emoji": self.emoji}
        else:
            told = {"mid": mid, "action": "unreact"}
        return [done(account, mid, self.username, "message_reactions", reaction=told)]


class MessageRead(Happening):
    """A person has read up to a message, the account's last one by default."""

    kind: Literal["read"]
    username: Username = "anna_k"
    message_id: Identifier | None = None

    def play(self, account: Account) -> list[Event]:
        mid = self.message_id or _last_mid(account, self.username)
        return [done(account, mid, self.username, "messaging_seen", read={"mid": mid})]


def _payload(kind: AttachmentType) -> dict[str, Any]:
    url = {"url": f"https://lookaside.example/{kind}/{uuid.uuid4().hex}"}
    match kind:
        case "ig_post":
            return {"ig_post_media_id": "18000000000000001", "title": "Саше с лавандой", **url}
        case "reel" | "ig_reel":
            return {"reel_video_id": "18000000000000003", "title": "Как мы вяжем букеты", **url}
        case _:
            return url


def _written(account: Account, username: str, text: str, attachments: tuple[Attachment, ...] = ()) -> Message:
    return account.state.write(person_of(account, username), text, own=False, attachments=attachments)


def _last_mid(account: Account, username: str) -> str:
    messages = account.state.conversations.get(person_of(account, username).id, [])
    last = next((one for one in reversed(messages) if one.own), messages[-1] if messages else None)
    if last is None:
        raise ControlError("there is no message: give a message_id", status=404)
    return last.id
