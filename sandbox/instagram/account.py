"""One played Instagram account: its state, and everything that happens around a change of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.instagram.background import Background
from sandbox.instagram.batching import Event
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.delivery import Delivery
from sandbox.instagram.events import comment_event, comment_told, message_told, serialize
from sandbox.instagram.ledger import Effect, Entry
from sandbox.instagram.limits import Meter
from sandbox.instagram.model import Attachment, Comment, Message
from sandbox.instagram.state import State
from sandbox.instagram.switches import Switches
from sandbox.instagram.tokens import Tokens
from sandbox.instagram.webhooks import WebhookSender

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

    Several accounts have the switches, the background, the sender and the `book` of effects in common.
    `subscribed` are the fields of `subscribed_apps`, already set up at first as a dashboard does it. As on
    the real platform they do not choose: any field subscribes to everything, none to nothing.
    """

    config: InstagramConfig
    state: State
    switches: Switches
    tokens: Tokens
    background: Background
    sender: WebhookSender
    book: list[Entry] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)
    subscribed: tuple[str, ...] = ("comments", "live_comments", "messages")

    @property
    def ledger(self) -> list[Entry]:
        """The effects on this account."""
        return [entry for entry in self.book if entry.account_id == self.config.account_id]

    def goes_by(self, object_id: str) -> bool:
        """Whether this is one of the account's own ids."""
        config = self.config
        return object_id in {config.account_id, config.app_scoped_id, config.page_id}

    def tell(self, *events: Event) -> Delivery | None:
        """Send events of this account; None when they wait for others or are late."""
        return self.sender.tell(*events, subscriber=self)

    def tell_comment(self, comment: Comment) -> Delivery | None:
        """Send the webhook of a new comment; None also for an own one when echoes are switched off."""
        if comment.author == self.state.own and not self.switches.own_reply_echo:
            return None
        return self.tell(comment_told(comment, self.config, self.switches))

    def tell_message(self, message: Message) -> Delivery | None:
        """Send the webhook of a new message; None also for an own one when echoes are switched off."""
        if message.own and not self.switches.message_echo:
            return None
        return self.tell(*message_told(message, self.config, self.switches))

    def comment_body(self, comment: Comment) -> bytes:
        return serialize(comment_event(comment, self.config, self.switches), self.switches.serializer)

    # Effects: what the product does, each one noted in the ledger

    def reply(self, comment_id: str, text: str) -> Comment:
        reply = self.state.reply(comment_id, text)
        self._note(Effect.REPLY, comment_id, text, reply.id, media_id=reply.media.id)
        self.tell_comment(reply)
        return reply

    def comment(self, media_id: str, text: str) -> Comment:
        comment = self.state.comment_on(media_id, text)
        self._note(Effect.COMMENT, None, text, comment.id, media_id=media_id)
        self.tell_comment(comment)
        return comment

    def answer_mention(self, media_id: str, comment_id: str | None, text: str) -> Comment:
        """Nobody is told: it stands under somebody else's post."""
        comment = self.state.answer_mention(media_id, comment_id, text)
        self._note(Effect.REPLY, comment_id, text, comment.id, media_id=media_id)
        return comment

    def private_reply(self, comment_id: str, text: str) -> Message:
        message = self.state.private_reply(comment_id, text)
        self._note(Effect.PRIVATE_REPLY, comment_id, text, message.id, person_id=message.person.id)
        self.tell_message(message)
        return message

    def message(
        self, person_id: str, text: str, *, human_agent: bool, attachments: tuple[Attachment, ...] = ()
    ) -> Message:
        message = self.state.message(person_id, text, human_agent=human_agent, attachments=attachments)
        self._note(Effect.MESSAGE, None, text, message.id, person_id=person_id)
        self.tell_message(message)
        return message

    def hide(self, comment_id: str, *, hidden: bool) -> None:
        if self.state.hide(comment_id, hidden=hidden):
            self._note(Effect.HIDE if hidden else Effect.UNHIDE, comment_id, None, comment_id)

    def delete(self, comment_id: str) -> None:
        self.state.delete(comment_id)
        self._note(Effect.DELETE, comment_id, None, comment_id)

    def enable_comments(self, media_id: str, *, enabled: bool) -> None:
        if self.state.enable_comments(media_id, enabled=enabled):
            effect = Effect.COMMENTS_ON if enabled else Effect.COMMENTS_OFF
            self._note(effect, None, None, media_id, media_id=media_id)

    def _note(
        self,
        effect: Effect,
        comment_id: str | None,
        text: str | None,
        made: str,
        *,
        person_id: str | None = None,
        media_id: str | None = None,
    ) -> None:
        self.book.append(
            Entry(
                effect=effect,
                account_id=self.config.account_id,
                comment_id=comment_id,
                text=text,
                id=made,
                recipient_id=person_id,
                media_id=media_id,
            )
        )
