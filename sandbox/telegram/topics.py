"""Methods about forum topics."""

from __future__ import annotations

from sandbox.telegram.access import open_chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.method import ChatId, Family, Params
from sandbox.telegram.model import Chat, Json, Place, Topic
from sandbox.telegram.network import Network

FAMILY = Family()
NAME_LIMIT = 128
DEFAULT_COLOR = 0x6FB9F0
COLORS = frozenset({DEFAULT_COLOR, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F})


class Create(Params):
    """`createForumTopic`."""

    chat_id: ChatId = ""
    name: str = ""
    icon_color: int = DEFAULT_COLOR
    icon_custom_emoji_id: str | None = None


class OneTopic(Params):
    """A method about a topic."""

    chat_id: ChatId = ""
    message_thread_id: int = 0


class EditTopic(OneTopic):
    """`editForumTopic`: what is not given stays."""

    name: str | None = None
    icon_custom_emoji_id: str | None = None


@FAMILY.method("createForumTopic", Create)
def create_forum_topic(network: Network, params: Create) -> Json:
    """A new topic; its service message is its number. It counts as a message against flood."""
    chat = _forum(network, params.chat_id)
    name = _checked_name(params.name)
    if params.icon_color not in COLORS:
        raise bad_request("invalid icon color specified")
    network.spend(chat)
    number = chat.last_message_id + 1
    topic = Topic(number, name, params.icon_color, params.icon_custom_emoji_id)
    chat.topics[number] = topic
    shown = _shown(topic)
    network.post(chat, {"forum_topic_created": shown}, place=Place(number, in_topic=True), service=True)
    return {"message_thread_id": number, **shown}


@FAMILY.method("editForumTopic", EditTopic)
def edit_forum_topic(network: Network, params: EditTopic) -> bool:
    """A new name or icon."""
    chat = _forum(network, params.chat_id)
    topic = _topic(chat, params.message_thread_id)
    name = topic.name if not params.name else _checked_name(params.name)
    icon = topic.icon_custom_emoji_id
    if params.icon_custom_emoji_id is not None:
        icon = params.icon_custom_emoji_id or None
    if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon_custom_emoji_id = name, icon
    content = {"forum_topic_edited": {"name": name} | ({"icon_custom_emoji_id": icon} if icon else {})}
    _note(network, chat, topic, content)
    return True


@FAMILY.method("closeForumTopic", OneTopic)
def close_forum_topic(network: Network, params: OneTopic) -> bool:
    """Only administrators may write there from now on."""
    return _set_closed(network, params, closed=True)


@FAMILY.method("reopenForumTopic", OneTopic)
def reopen_forum_topic(network: Network, params: OneTopic) -> bool:
    """Everybody may write there again."""
    return _set_closed(network, params, closed=False)


@FAMILY.method("deleteForumTopic", OneTopic)
def delete_forum_topic(network: Network, params: OneTopic) -> bool:
    """Take the topic away with all its messages."""
    chat = _forum(network, params.chat_id)
    remove_topic(network, chat, _topic(chat, params.message_thread_id))
    return True


def remove_topic(network: Network, chat: Chat, topic: Topic) -> None:
    """Forget a topic and its messages. No update tells the bot of it."""
    del chat.topics[topic.thread_id]
    for message in chat.messages.values():
        if message.place.in_topic and message.place.thread_id == topic.thread_id and not message.deleted:
            network.delete(chat, message)


def _set_closed(network: Network, params: OneTopic, *, closed: bool) -> bool:
    chat = _forum(network, params.chat_id)
    topic = _topic(chat, params.message_thread_id)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    _note(network, chat, topic, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})
    return True


def _forum(network: Network, chat_id: int | str) -> Chat:
    chat = open_chat(network, chat_id)
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    if not network.has_rights:
        raise bad_request("not enough rights to manage topics")
    return chat


def _topic(chat: Chat, thread_id: int) -> Topic:
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _checked_name(name: str) -> str:
    """The server cuts a long name instead of refusing it."""
    name = name.strip()[:NAME_LIMIT]
    if not name:
        raise bad_request("topic name must be non-empty")
    return name


def _shown(topic: Topic) -> Json:
    icon = {"icon_custom_emoji_id": topic.icon_custom_emoji_id} if topic.icon_custom_emoji_id else {}
    return {"name": topic.name, "icon_color": topic.icon_color, **icon}


def _note(network: Network, chat: Chat, topic: Topic, content: Json) -> None:
    network.post(chat, content, place=Place(topic.thread_id, in_topic=True), service=True)
