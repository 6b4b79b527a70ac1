"""Which chat, thread and message a call means, and whether the bot may."""

from __future__ import annotations

from sandbox.telegram.errors import ApiError, bad_request, forbidden
from sandbox.telegram.model import Chat, Membership, Message, Place
from sandbox.telegram.network import Network


def open_chat(network: Network, chat_id: int | str, *, write: bool = True) -> Chat:
    """The chat a call names, if the bot may read it, or with `write` also speak there."""
    if chat_id == "":
        raise bad_request("chat_id is empty")
    chat = network.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        says = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, says, migrate_to=chat.migrated_to)
    match chat.bot, chat.is_private:
        case (Membership.KICKED, True) if write:
            raise forbidden("bot was blocked by the user")
        case (Membership.LEFT, True) if write:
            raise forbidden("bot can't initiate conversation with a user")
        case (Membership.LEFT, True):
            raise bad_request("chat not found")
        case (Membership.KICKED, False):
            raise forbidden("bot was kicked from the supergroup chat")
        case (Membership.LEFT, False):
            raise forbidden("bot is not a member of the supergroup chat")
        case _:
            return chat


def find_message(chat: Chat, message_id: int, role: str) -> Message:
    """The message with this id; `role` says in the refusal what it was wanted for."""
    message = chat.find(message_id)
    if message is None:
        raise bad_request(f"{role} not found")
    return message


def find_place(
    network: Network, chat: Chat, thread_id: int | None, reply_to: int | None, *, may_lack: bool = False
) -> Place:
    """Where a new message goes.

    A reply without a thread follows the message it answers. Outside of topics the server numbers the
    thread of an answer by its first message, without `is_topic_message`. With `may_lack`
    (`allow_sending_without_reply`) a missing message to answer is forgotten.
    """
    replied: Message | None = None
    if reply_to:
        replied = chat.find(reply_to)
        if replied is None and not may_lack:
            raise bad_request("message to be replied not found")
    if thread_id:
        in_topic = _check_thread(network, chat, thread_id)
        if replied is not None and replied.place.in_topic and replied.place.thread_id != thread_id:
            replied = None  # an answer across topics is an external reply, which carries no message
        return Place(thread_id, in_topic, replied.message_id if replied else None)
    if replied is None:
        return Place()
    if replied.place.in_topic or chat.is_private:
        return Place(replied.place.thread_id, replied.place.in_topic, replied.message_id)
    return Place(replied.place.thread_id or replied.message_id, in_topic=False, reply_to=replied.message_id)


def _check_thread(network: Network, chat: Chat, thread_id: int) -> bool:
    """Whether the thread is a topic."""
    topic = chat.topics.get(thread_id)
    if topic is None:
        root = chat.find(thread_id)
        if root is None or chat.is_private or root.place.in_topic:
            raise bad_request("message thread not found")
        return False
    if topic.closed and not network.has_rights:
        raise bad_request("TOPIC_CLOSED")
    return True
