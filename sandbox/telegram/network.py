"""Everything one stand-in knows, and how a change spreads: to the bot as updates, to watchers as events."""

from __future__ import annotations

import math
import time
from collections import OrderedDict

from sandbox.telegram.errors import too_many_requests
from sandbox.telegram.model import (
    Chat,
    Json,
    Membership,
    Message,
    Place,
    Tap,
    TelegramConfig,
    Upload,
)
from sandbox.telegram.objects import bot_object, inspected_object, message_object, user_object
from sandbox.telegram.switches import Switches
from sandbox.telegram.updates import UpdateQueue
from sandbox.telegram.watchers import Watchers
from sandbox.telegram.webhook import Webhook

NUMBERING_EPOCH = 1_750_000_000  # 2025-06-15
NUMBERS_A_SECOND = 10
MINUTE = 60.0
FILE_LIMIT = 100  # uploads kept, the newest
TAP_LIMIT = 10_000


def first_number() -> int:
    """Where ids start. They grow from run to run, because what the bot stores outlives this process."""
    return max(1, (int(time.time()) - NUMBERING_EPOCH) * NUMBERS_A_SECOND % 2**31)


class Network:
    """The people, the chats and the bot of one stand-in."""

    def __init__(self, config: TelegramConfig) -> None:
        self.config = config
        self.switches = Switches()
        self.updates = UpdateQueue(first_number())
        self.webhook = Webhook(self.updates)
        self.watchers = Watchers()
        self.bot = bot_object(config)
        self.people = {person.id: person for person in (*config.members, config.stranger)}
        self.group = self.open_group(config.chat_id)
        self.chats = {self.group.id: self.group}
        for person in self.people.values():
            stranger = person.id == config.stranger.id
            standing = Membership.LEFT if stranger else Membership.MEMBER
            private = Chat(person.id, person=person, bot=standing, last_message_id=first_number())
            self.chats[private.id] = private
        self.taps: OrderedDict[str, Tap] = OrderedDict()
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.files: OrderedDict[str, Upload] = OrderedDict()

    def open_group(self, chat_id: int) -> Chat:
        """An empty managers' group with this id."""
        config = self.config
        return Chat(chat_id, title=config.chat_title, forum=config.forum, last_message_id=first_number())

    @property
    def has_rights(self) -> bool:
        """Whether the bot may keep topics, pin, and delete what others wrote."""
        return self.switches.admin or self.switches.rights

    def user(self, user_id: int) -> Json | None:
        """The `User` with this id, if the bot can know it."""
        if user_id == self.config.bot_id:
            return self.bot
        person = self.people.get(user_id)
        return None if person is None else user_object(person)

    def post(
        self,
        chat: Chat,
        content: Json,
        *,
        sender: Json | None = None,
        place: Place | None = None,
        service: bool = False,
        sender_chat: Json | None = None,
        keyboard: Json | None = None,
        force_reply: Json | None = None,
    ) -> Message:
        """Add a message to a chat and show it to watchers; without `sender` it is the bot's."""
        chat.last_message_id += 1
        message = Message(
            chat.last_message_id,
            date=int(time.time()),
            sender=sender or self.bot,
            content=content,
            place=place or Place(),
            by_bot=sender is None,
            service=service,
            sender_chat=sender_chat,
            keyboard=keyboard,
            force_reply=force_reply,
        )
        chat.messages[message.message_id] = message
        self.watchers.publish("message", message=inspected_object(chat, message))
        return message

    def tell_bot(self, chat: Chat, message: Message, kind: str = "message") -> int | None:
        """Queue a person's message for the bot; the update's id, or None when the bot may not see it."""
        if chat.bot is not Membership.MEMBER or not self._is_for_bot(chat, message):
            return None
        return self.updates.add(kind, message_object(chat, message))

    def edited(self, chat: Chat, message: Message) -> None:
        """Count an edit and show it to watchers."""
        message.edits += 1
        message.edit_date = int(time.time())
        self.watchers.publish("edit", message=inspected_object(chat, message))

    def delete(self, chat: Chat, message: Message) -> None:
        """Take a message away."""
        message.deleted = True
        if message.message_id in chat.pinned:
            chat.pinned.remove(message.message_id)
        self.watchers.publish("delete", chat_id=chat.id, message_id=message.message_id)

    def spend(self, chat: Chat) -> None:
        """Count one write of the bot in a group; 429 when the minute is full. Private chats are free."""
        limit = self.switches.flood_per_minute
        now = time.monotonic()
        while chat.writes and now - chat.writes[0] >= MINUTE:
            chat.writes.popleft()
        if chat.is_private or limit is None:
            return
        if len(chat.writes) >= limit:
            raise too_many_requests(max(1, math.ceil(MINUTE - (now - chat.writes[0]))))
        chat.writes.append(now)

    def keep_tap(self, tap: Tap) -> None:
        """Remember a tap; the oldest is forgotten when there are too many."""
        self.taps[tap.id] = tap
        if len(self.taps) > TAP_LIMIT:
            self.taps.popitem(last=False)

    def keep_file(self, file_id: str, upload: Upload) -> None:
        """Remember an upload; the oldest is forgotten when there are too many."""
        self.files[file_id] = upload
        if len(self.files) > FILE_LIMIT:
            self.files.popitem(last=False)

    def close(self) -> None:
        """Let everybody go who waits for something."""
        self.webhook.stop()
        self.watchers.close()

    def _is_for_bot(self, chat: Chat, message: Message) -> bool:
        """Privacy mode: commands for this bot, also in captions, answers to it, and service messages."""
        if chat.is_private or self.switches.admin or message.service:
            return True
        replied = chat.messages.get(message.place.reply_to or 0)
        if replied is not None and replied.by_bot:
            return True
        content = message.content
        entities = content.get("entities") or content.get("caption_entities") or ()
        first = next(iter(entities), None)
        if first is None or first["type"] != "bot_command" or first["offset"] != 0:
            return False
        text: str = content.get("text") or content.get("caption") or ""
        _, _, addressee = text[: first["length"]].partition("@")
        return not addressee or addressee.lower() == self.config.bot_username.lower()
