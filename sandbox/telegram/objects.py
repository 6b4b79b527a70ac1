"""Bot API objects made from what the stand-in remembers."""

from __future__ import annotations

from sandbox.telegram.model import Chat, Json, Message, Person, TelegramConfig

ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_restrict_members",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
ADMINISTRATOR_LACKS = (
    "is_anonymous",
    "can_be_edited",
    "can_manage_video_chats",
    "can_promote_members",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)


def user_object(person: Person) -> Json:
    """A `User` who is a human."""
    return {
        "id": person.id,
        "is_bot": False,
        "first_name": person.name,
        "username": person.username,
        "language_code": person.language_code,
    }


def bot_object(config: TelegramConfig) -> Json:
    """The `User` that the bot is."""
    return {
        "id": config.bot_id,
        "is_bot": True,
        "first_name": config.bot_username,
        "username": config.bot_username,
    }


def chat_object(chat: Chat) -> Json:
    """A `Chat`."""
    if chat.person is not None:
        person = chat.person
        return {"id": chat.id, "type": "private", "first_name": person.name, "username": person.username}
    forum = {"is_forum": True} if chat.forum else {}
    return {"id": chat.id, "type": "supergroup", "title": chat.title, **forum}


def message_object(chat: Chat, message: Message, *, nested: bool = False) -> Json:
    """A `Message` as a bot sees it.

    As the server does, a message of a topic that answers nothing carries the topic's first message as
    `reply_to_message`, and a nested message carries no further one. `reply_markup` is an inline keyboard
    or absent; other markups are not part of a `Message`.
    """
    place = message.place
    shown: Json = {
        "message_id": message.message_id,
        "from": message.sender,
        "chat": chat_object(chat),
        "date": message.date,
    }
    if message.sender_chat is not None:
        shown["sender_chat"] = message.sender_chat
    if place.thread_id is not None:
        shown["message_thread_id"] = place.thread_id
    if place.in_topic:
        shown["is_topic_message"] = True
    if message.edit_date is not None:
        shown["edit_date"] = message.edit_date
    answered = place.reply_to or (place.thread_id if place.in_topic else None)
    if not nested and answered is not None and answered != message.message_id:
        replied = chat.find(answered)
        if replied is not None:
            shown["reply_to_message"] = message_object(chat, replied, nested=True)
    shown.update(message.content)
    if message.keyboard is not None:
        shown["reply_markup"] = message.keyboard
    return shown


def inspected_object(chat: Chat, message: Message) -> Json:
    """A `Message` plus what only the stand-in's driver may know."""
    extra: Json = {"edits": message.edits, "reactions": message.reactions}
    if message.force_reply is not None:
        extra["force_reply"] = message.force_reply
    return message_object(chat, message) | extra


def inaccessible_object(chat: Chat, message_id: int) -> Json:
    """An `InaccessibleMessage`: what a tap carries when its message is gone."""
    return {"chat": chat_object(chat), "message_id": message_id, "date": 0}


def member_object(user: Json, status: str) -> Json:
    """A `ChatMember` of any status."""
    member: Json = {"status": status, "user": user}
    match status:
        case "creator":
            member["is_anonymous"] = False
        case "administrator":
            member |= dict.fromkeys(ADMINISTRATOR_RIGHTS, True) | dict.fromkeys(ADMINISTRATOR_LACKS, False)
        case "kicked":
            member["until_date"] = 0
        case _:
            pass
    return member
