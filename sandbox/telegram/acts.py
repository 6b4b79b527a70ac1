"""What people do: press, write, edit, throw the bot out. Each tells the bot what the real Telegram would."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass

from sandbox.telegram.access import find_place
from sandbox.telegram.chats import bot_member
from sandbox.telegram.entities import find_entities, units
from sandbox.telegram.errors import ApiError, ControlError, NotAnsweredError
from sandbox.telegram.model import Chat, Json, Membership, Person, Place, Tap, Upload
from sandbox.telegram.network import Network
from sandbox.telegram.objects import (
    chat_object,
    inaccessible_object,
    member_object,
    message_object,
    user_object,
)
from sandbox.telegram.sending import PHOTO_SIZE, described
from sandbox.telegram.text import CAPTION_LIMIT, TEXT_LIMIT
from sandbox.telegram.topics import remove_topic

PRESS_PATIENCE = 5.0  # seconds a press waits for the bot's answer
# The user that Telegram puts into `from` when an administrator writes as the group.
ANONYMOUS: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


@dataclass(frozen=True, slots=True)
class SentFile:
    """What a person sends: a document, or a photo. `size` is told in place of the real one."""

    upload: Upload
    photo: bool = False
    size: int | None = None


async def press(
    network: Network, user_id: int, message_id: int, data: str, chat_id: int | None = None
) -> Json:
    """Press a button and wait for the answer: `{text, alert, ms, …}`.

    `data` need not be on the message: clients can be forged, and old keyboards stay on screens. When the
    message is deleted the bot gets an inaccessible one.
    """
    person, chat = _person(network, user_id), _chat(network, chat_id)
    message = chat.messages.get(message_id)
    if message is None or not message.by_bot:
        raise ControlError(f"chat {chat.id} has no message {message_id} of the bot")
    if chat.bot is not Membership.MEMBER:
        raise ControlError("the bot is not in that chat")
    answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
    begun = time.monotonic()
    tap = Tap(str(secrets.randbits(62)), person, chat.id, message_id, begun, answer)
    network.keep_tap(tap)
    shown = inaccessible_object(chat, message_id) if message.deleted else message_object(chat, message)
    query = {
        "id": tap.id,
        "from": user_object(person),
        "message": shown,
        "chat_instance": str(abs(chat.id)),
        "data": data,
    }
    update_id = network.updates.add("callback_query", query)
    done, _ = await asyncio.wait({answer}, timeout=PRESS_PATIENCE)
    if not done:
        raise NotAnsweredError(f"the bot did not answer within {PRESS_PATIENCE:g} s")
    elapsed = round((time.monotonic() - begun) * 1000)
    return {**answer.result(), "ms": elapsed, "callback_id": tap.id, "update_id": update_id}


def send(
    network: Network,
    user_id: int,
    text: str,
    *,
    reply_to: int | None = None,
    thread_id: int | None = None,
    chat_id: int | None = None,
    anonymous: bool = False,
    file: SentFile | None = None,
) -> Json:
    """Write a message: `{message_id, update_id}`, the latter None when the bot may not see it.

    A first message in the private chat starts the bot. `anonymous` writes as the group itself. With a
    `file` the text is its caption, and may be empty.
    """
    person, chat = _person(network, user_id), _chat(network, chat_id)
    if chat.is_private and chat.id != user_id:
        raise ControlError("a person can write only in the own private chat")
    if chat.is_private and chat.bot is Membership.KICKED:
        raise ControlError("that person has blocked the bot; unblock first")
    content = _content(text) if file is None else _attached(network, file, text)
    place = _place(network, chat, thread_id, reply_to)
    if chat.is_private:
        chat.bot = Membership.MEMBER
    sender = ANONYMOUS if anonymous else user_object(person)
    sender_chat = chat_object(chat) if anonymous else None
    message = network.post(chat, content, sender=sender, place=place, sender_chat=sender_chat)
    return {"message_id": message.message_id, "update_id": network.tell_bot(chat, message)}


def edit(network: Network, user_id: int, message_id: int, text: str, chat_id: int | None = None) -> Json:
    """Change an own message: `{message_id, update_id}`."""
    person, chat = _person(network, user_id), _chat(network, chat_id)
    message = chat.find(message_id)
    if message is None or message.service or message.sender["id"] != person.id:
        raise ControlError(f"chat {chat.id} has no message {message_id} of that person")
    message.content = _content(text)
    network.edited(chat, message)
    return {"message_id": message_id, "update_id": network.tell_bot(chat, message, "edited_message")}


def kick(network: Network) -> None:
    """Throw the bot out of the group."""
    if network.group.bot is not Membership.MEMBER:
        raise ControlError("the bot is not in the group")
    before = bot_member(network)
    network.group.bot = Membership.KICKED
    _tell_standing(network, network.group, before, member_object(network.bot, "kicked"))


def unkick(network: Network) -> None:
    """Add the bot to the group again, with the standing that the switches give."""
    if network.group.bot is Membership.MEMBER:
        raise ControlError("the bot is in the group")
    before = member_object(network.bot, network.group.bot.value)
    network.group.bot = Membership.MEMBER
    _tell_standing(network, network.group, before, bot_member(network))


def block(network: Network, user_id: int, *, blocked: bool) -> None:
    """Block the bot in the private chat, or unblock it."""
    chat = network.chats[_person(network, user_id).id]
    after = Membership.KICKED if blocked else Membership.MEMBER
    if chat.bot is after:
        raise ControlError("nothing to change")
    before, chat.bot = chat.bot, after
    _tell_standing(
        network, chat, member_object(network.bot, before.value), member_object(network.bot, after.value)
    )


def migrate(network: Network, new_chat_id: int) -> None:
    """Give the group another id, as when a group becomes a supergroup: no messages or topics come along."""
    if new_chat_id >= 0 or new_chat_id in network.chats:
        raise ControlError("new_chat_id must be negative and new")
    old = network.group
    new = network.open_group(new_chat_id)
    new.bot = old.bot
    owner = user_object(network.config.members[0])
    leaving = network.post(old, {"migrate_to_chat_id": new.id}, sender=owner, service=True)
    network.chats[new.id] = network.group = new
    arriving = network.post(new, {"migrate_from_chat_id": old.id}, sender=owner, service=True)
    network.tell_bot(old, leaving)
    network.tell_bot(new, arriving)
    old.migrated_to = new.id


def delete_topic(network: Network, thread_id: int) -> None:
    """Delete a topic of the group with its messages."""
    topic = network.group.topics.get(thread_id)
    if topic is None:
        raise ControlError(f"there is no topic {thread_id}")
    remove_topic(network, network.group, topic)


def delete(network: Network, message_id: int, chat_id: int | None = None) -> None:
    """Delete any message by hand. No update tells the bot of it."""
    chat = _chat(network, chat_id)
    message = chat.find(message_id)
    if message is None:
        raise ControlError(f"chat {chat.id} has no message {message_id}")
    network.delete(chat, message)


def expire(network: Network, callback_id: str | None) -> int:
    """Make one tap, or all, too old to be answered; how many."""
    taps = list(network.taps.values()) if callback_id is None else [network.taps.get(callback_id)]
    found = [tap for tap in taps if tap is not None]
    if callback_id is not None and not found:
        raise ControlError("there is no such callback query")
    for tap in found:
        tap.expired = True
    return len(found)


def _person(network: Network, user_id: int) -> Person:
    person = network.people.get(user_id)
    if person is None:
        raise ControlError(f"there is no person {user_id}")
    return person


def _chat(network: Network, chat_id: int | None) -> Chat:
    chat = network.group if chat_id is None else network.chats.get(chat_id)
    if chat is None:
        raise ControlError(f"there is no chat {chat_id}")
    return chat


def _place(network: Network, chat: Chat, thread_id: int | None, reply_to: int | None) -> Place:
    try:
        return find_place(network, chat, thread_id, reply_to)
    except ApiError as error:
        raise ControlError(error.description.removeprefix("Bad Request: ")) from None


def _attached(network: Network, file: SentFile, caption: str) -> Json:
    """A document or a photo as the bot sees it, with what `getFile` needs."""
    shown = described(file.upload)
    network.keep_file(shown["file_id"], file.upload)
    if file.size is not None:
        shown["file_size"] = file.size
    if file.photo:
        width, height = PHOTO_SIZE
        content: Json = {"photo": [{**shown, "width": width, "height": height}]}
    else:
        named = {"file_name": file.upload.filename} if file.upload.filename else {}
        content = {"document": {**shown, **named, "mime_type": file.upload.content_type}}
    if caption.strip():
        words = _content(caption, CAPTION_LIMIT)
        content["caption"] = words["text"]
        content |= {"caption_entities": words["entities"]} if "entities" in words else {}
    return content


def _content(text: str, limit: int = TEXT_LIMIT) -> Json:
    if not text.strip():
        raise ControlError("text must not be empty")
    try:
        too_long = units(text) > limit
        text.encode()
    except UnicodeEncodeError:
        raise ControlError("text must be valid Unicode") from None
    if too_long:
        raise ControlError(f"text must not exceed {limit} UTF-16 units")
    found = [entity.body() for entity in find_entities(text, ())]
    found.sort(key=lambda entity: int(entity["offset"]))
    return {"text": text} | ({"entities": found} if found else {})


def _tell_standing(network: Network, chat: Chat, before: Json, after: Json) -> None:
    person: Person = chat.person or network.config.members[0]
    network.updates.add(
        "my_chat_member",
        {
            "chat": chat_object(chat),
            "from": user_object(person),
            "date": int(time.time()),
            "old_chat_member": before,
            "new_chat_member": after,
        },
    )
    network.watchers.publish("chat", chat_id=chat.id, bot=after["status"])
