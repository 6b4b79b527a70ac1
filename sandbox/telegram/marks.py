"""Methods that mark messages: reactions and pins."""

from __future__ import annotations

from sandbox.telegram.access import find_message, open_chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.method import ChatId, Family, Nested, Params
from sandbox.telegram.model import Chat, Json, Place
from sandbox.telegram.network import Network
from sandbox.telegram.objects import inspected_object, message_object

FAMILY = Family()
# The only emoji a bot may react with. The check mark, for one, is not among them.
EMOJI = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 "
    "🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 "
    "☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡"
)
REACTIONS = frozenset(EMOJI.split())


class React(Params):
    """`setMessageReaction`."""

    chat_id: ChatId = ""
    message_id: int = 0
    reaction: Nested = None


class Pin(Params):
    """`pinChatMessage`, `unpinChatMessage`."""

    chat_id: ChatId = ""
    message_id: int | None = None


@FAMILY.method("setMessageReaction", React)
def set_message_reaction(network: Network, params: React) -> bool:
    """Put the bot's reaction, or with an empty list take it back. A bot has at most one."""
    chat = open_chat(network, params.chat_id)
    message = find_message(chat, params.message_id, "message to react")
    reactions = _reactions(params.reaction)
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in reactions:
        emoji = str(reaction.get("emoji")).replace("\ufe0f", "")  # with or without the emoji selector
        if reaction.get("type") != "emoji" or emoji not in REACTIONS:
            raise bad_request("REACTION_INVALID")
    message.reactions = reactions
    network.watchers.publish("reaction", message=inspected_object(chat, message))
    return True


@FAMILY.method("pinChatMessage", Pin)
def pin_chat_message(network: Network, params: Pin) -> bool:
    """Pin, which leaves a service message."""
    chat = _pinnable(network, params)
    message = find_message(chat, params.message_id or 0, "message to pin")
    if message.message_id in chat.pinned:
        chat.pinned.remove(message.message_id)
    chat.pinned.append(message.message_id)
    place = Place(message.place.thread_id, message.place.in_topic) if message.place.in_topic else None
    content = {"pinned_message": message_object(chat, message, nested=True)}
    network.post(chat, content, service=True, place=place)
    return True


@FAMILY.method("unpinChatMessage", Pin)
def unpin_chat_message(network: Network, params: Pin) -> bool:
    """Unpin one message, the latest pinned when none is named."""
    chat = _pinnable(network, params)
    message_id = params.message_id or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    return True


def _pinnable(network: Network, params: Pin) -> Chat:
    chat = open_chat(network, params.chat_id)
    if not (chat.is_private or network.has_rights):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def _reactions(raw: object) -> list[Json]:
    if not raw:
        return []
    if not isinstance(raw, list) or not all(isinstance(reaction, dict) for reaction in raw):
        raise bad_request("expected an Array of ReactionType")
    return raw
