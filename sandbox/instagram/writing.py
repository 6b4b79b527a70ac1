"""What Graph does for the owner of a token: every effect of it is in the ledger."""

from __future__ import annotations

from typing import Any

from sandbox.instagram.account import WEBHOOK_FIELDS
from sandbox.instagram.call import Call, Visit
from sandbox.instagram.errors import InvalidParameterError, ResponseFormatError
from sandbox.instagram.limits import Bucket
from sandbox.instagram.model import Attachment, Media, MediaKind
from sandbox.instagram.network import Network
from sandbox.instagram.permissions import Scope

TYPING = frozenset({"typing_on", "typing_off", "mark_seen"})
REACTIONS = frozenset({"react", "unreact"})
ATTACHMENTS = frozenset({"image", "audio", "video", "file"})
SLOW = frozenset({"audio", "video"})  # sent ten times a second instead of a hundred


class Writing:
    """Answers to POST and DELETE."""

    def __init__(self, network: Network) -> None:
        self._network = network

    # Comments

    def reply(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.COMMENTS)
        reply = visit.account.reply(visit.call.id, visit.call.text("message"))
        return _made(visit.call, reply.id)

    def comment(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.COMMENTS)
        comment = visit.account.comment(visit.call.id, visit.call.text("message"))
        return _made(visit.call, comment.id)

    def mention(self, visit: Visit) -> dict[str, Any]:
        """An answer under somebody else's post, to its caption or to a comment."""
        visit.require(Scope.COMMENTS)
        visit.require_account()
        call = visit.call
        comment = visit.account.answer_mention(
            call.text("media_id"), call.text("comment_id") or None, call.text("message")
        )
        return _made(call, comment.id)

    def changing(self, call: Call) -> str:
        """The name by which faults are planned for changing an object."""
        if "comment_enabled" in call.params or isinstance(self._network.find(call.id), Media):
            return "comment_enabled"
        return "unhide" if call.text("hide").lower() == "false" else "hide"

    def change(self, visit: Visit) -> dict[str, Any]:
        """A post is opened or closed for comments, a comment is hidden or shown."""
        visit.require(Scope.COMMENTS)
        call = visit.call
        if self.changing(call) == "comment_enabled":
            wanted = _flag(call, "comment_enabled")
            visit.account.enable_comments(call.id, enabled=wanted)
        else:
            visit.account.state.comment(call.id, "post")
            visit.account.hide(call.id, hidden=_flag(call, "hide"))
        return {"success": True}

    def delete(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.COMMENTS)
        visit.account.delete(visit.call.id)
        return {"success": True}

    # Messages

    def sending(self, call: Call) -> str:
        """The name by which faults are planned for sending."""
        if "sender_action" in call.params:
            return "sender_action"
        return "private_reply" if "comment_id" in call.object("recipient") else "message"

    def send(self, visit: Visit) -> dict[str, Any]:
        """A private reply, a message, or a sign of life."""
        call = visit.call
        recipient = call.object("recipient")
        # A private reply needs the scope of comments: that of messages is not among those listed for it.
        visit.require(Scope.COMMENTS if "comment_id" in recipient else Scope.MESSAGES)
        visit.require_account()
        if "sender_action" in call.params:
            return self._act(visit, str(recipient.get("id")))
        tag = call.text("tag")
        if tag not in {"", "HUMAN_AGENT"}:
            raise InvalidParameterError("The message tag is not supported")
        content = call.object("message")
        text = content.get("text", "")
        if not isinstance(text, str):
            raise InvalidParameterError("Param message[text] must be a string")
        attachments = _attachments(content.get("attachment"))
        if "comment_id" in recipient:
            comment_id = str(recipient["comment_id"])
            comment = visit.account.state.comments.get(comment_id)
            live = comment is not None and comment.media.kind is MediaKind.LIVE
            visit.account.meter.count(Bucket.LIVE_PRIVATE_REPLIES if live else Bucket.PRIVATE_REPLIES)
            message = visit.account.private_reply(comment_id, text)
        elif "id" in recipient:
            slow = any(one.type in SLOW for one in attachments)
            visit.account.meter.count(Bucket.MEDIA_MESSAGES if slow else Bucket.MESSAGES)
            message = visit.account.message(
                str(recipient["id"]), text, human_agent=bool(tag), attachments=attachments
            )
        else:
            raise InvalidParameterError("The parameter recipient is required")
        return {"recipient_id": message.person.id, "message_id": message.id}

    @staticmethod
    def _act(visit: Visit, person_id: str) -> dict[str, Any]:
        action = visit.call.text("sender_action")
        if action in REACTIONS:
            visit.account.meter.count(Bucket.MESSAGES)
            payload = visit.call.object("payload")
            message = visit.account.state.messages.get(str(payload.get("message_id")))
            if message is None or message.person.id != person_id:
                raise InvalidParameterError("Param payload[message_id] names no message of this person")
            message.reaction = str(payload.get("reaction", "love")) if action == "react" else None
        elif action not in TYPING:
            raise InvalidParameterError("Param sender_action is not one of the known actions")
        return {"recipient_id": person_id}

    # Webhooks

    def subscribe(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.BASIC)
        visit.require_account()
        asked = visit.call.params.get("subscribed_fields", "")
        names = [str(name) for name in asked] if isinstance(asked, list) else str(asked).split(",")
        for position, name in enumerate(names):
            if name not in WEBHOOK_FIELDS:
                raise InvalidParameterError(
                    f"Param subscribed_fields[{position}] must be one of {{{', '.join(WEBHOOK_FIELDS)}}}"
                )
        visit.account.subscribed = tuple(dict.fromkeys(names))
        return {"success": True}

    def unsubscribe(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.BASIC)
        visit.require_account()
        visit.account.subscribed = ()
        return {"success": True}


def _made(call: Call, comment_id: str) -> dict[str, Any]:
    if "fields" in call.params:
        # Reported of the real API: the comment is there, the answer is an error.
        raise ResponseFormatError
    return {"id": comment_id}


def _flag(call: Call, name: str) -> bool:
    value = call.text(name).lower()
    if value not in {"true", "false"}:
        raise InvalidParameterError(f"The parameter {name} is required")
    return value == "true"


def _attachments(told: Any) -> tuple[Attachment, ...]:
    match told:
        case None:
            return ()
        case {"type": str(kind), "payload": {"url": str(url)}} if kind in ATTACHMENTS:
            return (Attachment(kind, url),)
        case _:
            raise InvalidParameterError("Param message[attachment] must have a known type and payload[url]")
