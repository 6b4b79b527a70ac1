"""One played Instagram account: its state, and everything that happens around a change of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.instagram.background import Background
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.events import comment_event, message_event, serialize
from sandbox.instagram.ledger import Effect, Entry
from sandbox.instagram.model import Comment, Message
from sandbox.instagram.state import State
from sandbox.instagram.switches import Switches
from sandbox.instagram.tokens import Tokens
from sandbox.instagram.webhooks import Delivery, WebhookSender

# Fields of an account's webhooks that the product may subscribe to; documented for Instagram Login.
WEBHOOK_FIELDS = (
    "comments",
    "live_comments",
    "mentions",
    "messages",
    "message_echoes",
    "message_edit",
    "message_reactions",
    "messaging_handover",
    "messaging_optins",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "standby",
    "story_insights",
)


@dataclass(kw_only=True)
class Account:
    """What Graph and the control addresses share.

    `subscribed` are the fields of `subscribed_apps`, already set up at first as a dashboard does it. As on
    the real platform they do not choose: any field subscribes to everything, none to nothing.
    """

    config: InstagramConfig
    state: State
    switches: Switches
    tokens: Tokens
    background: Background
    sender: WebhookSender
    ledger: list[Entry] = field(default_factory=list)
    subscribed: tuple[str, ...] = ("comments", "live_comments", "messages")

    def tell_comment(self, comment: Comment) -> Delivery | None:
        """Send the webhook of a new comment; None for an own one when echoes are switched off."""
        if comment.author == self.state.own and not self.switches.own_reply_echo:
            return None
        return self.sender.send(comment.id, self.comment_body(comment), subscribed=bool(self.subscribed))

    def tell_message(self, message: Message) -> Delivery | None:
        """Send the webhook of a new message; None for an own one when echoes are switched off."""
        if message.own and not self.switches.message_echo:
            return None
        body = serialize(message_event(message, self.config), self.switches.serializer)
        return self.sender.send(message.id, body, subscribed=bool(self.subscribed))

    def comment_body(self, comment: Comment) -> bytes:
        return serialize(comment_event(comment, self.config, self.switches), self.switches.serializer)

    # Effects: what the product does, each one noted in the ledger

    def reply(self, comment_id: str, text: str) -> Comment:
        reply = self.state.reply(comment_id, text)
        self._note(Effect.REPLY, comment_id, text, reply.id)
        self.tell_comment(reply)
        return reply

    def private_reply(self, comment_id: str, text: str) -> Message:
        message = self.state.private_reply(comment_id, text)
        self._note(Effect.PRIVATE_REPLY, comment_id, text, message.id, message.person.id)
        self.tell_message(message)
        return message

    def message(self, person_id: str, text: str, *, human_agent: bool) -> Message:
        message = self.state.message(person_id, text, human_agent=human_agent)
        self._note(Effect.MESSAGE, None, text, message.id, person_id)
        self.tell_message(message)
        return message

    def hide(self, comment_id: str, *, hidden: bool) -> None:
        if self.state.hide(comment_id, hidden=hidden):
            self._note(Effect.HIDE if hidden else Effect.UNHIDE, comment_id, None, comment_id)

    def delete(self, comment_id: str) -> None:
        self.state.delete(comment_id)
        self._note(Effect.DELETE, comment_id, None, comment_id)

    def _note(
        self,
        effect: Effect,
        comment_id: str | None,
        text: str | None,
        made: str,
        person_id: str | None = None,
    ) -> None:
        self.ledger.append(
            Entry(effect=effect, comment_id=comment_id, text=text, id=made, recipient_id=person_id)
        )
