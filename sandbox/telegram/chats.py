"""Methods about the bot itself, chats and their members."""

from __future__ import annotations

from sandbox.telegram.access import open_chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.method import ChatId, Family, Params
from sandbox.telegram.model import Chat, Json, Membership
from sandbox.telegram.network import Network
from sandbox.telegram.objects import chat_object, member_object, message_object, user_object

FAMILY = Family()
NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


class OneChat(Params):
    """A method about a chat."""

    chat_id: ChatId = ""


class OneMember(OneChat):
    """A method about a member of a chat."""

    user_id: int = 0


@FAMILY.method("getMe", Params)
def get_me(network: Network, _params: Params) -> Json:
    """The bot. Privacy mode is on, whatever its rights in the group."""
    return network.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
    }


@FAMILY.method("getChat", OneChat)
def get_chat(network: Network, params: OneChat) -> Json:
    """`ChatFullInfo`."""
    chat = open_chat(network, params.chat_id, write=False)
    shown = chat_object(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": NO_GIFTS,
    }
    pinned = chat.find(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        shown["pinned_message"] = message_object(chat, pinned, nested=True)
    return shown


@FAMILY.method("getChatMember", OneMember)
def get_chat_member(network: Network, params: OneMember) -> Json:
    """One person's standing; who never was in the group has left it."""
    chat = open_chat(network, params.chat_id, write=False)
    member = _members(network, chat).get(params.user_id)
    if member is not None:
        return member
    person = network.people.get(params.user_id)
    if person is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_object(user_object(person), "left")


@FAMILY.method("getChatAdministrators", OneChat)
def get_chat_administrators(network: Network, params: OneChat) -> list[Json]:
    """The owner, and the bot if it has rights."""
    chat = open_chat(network, params.chat_id, write=False)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    standing = {"creator", "administrator"}
    return [member for member in _members(network, chat).values() if member["status"] in standing]


@FAMILY.method("getChatMemberCount", OneChat)
def get_chat_member_count(network: Network, params: OneChat) -> int:
    """People and bot."""
    return len(_members(network, open_chat(network, params.chat_id, write=False)))


@FAMILY.method("leaveChat", OneChat)
def leave_chat(network: Network, params: OneChat) -> bool:
    """Leave the group; only a person can bring the bot back."""
    chat = open_chat(network, params.chat_id, write=False)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot = Membership.LEFT
    return True


def bot_member(network: Network) -> Json:
    """The bot as a member in good standing of the group."""
    return member_object(network.bot, "administrator" if network.has_rights else "member")


def _members(network: Network, chat: Chat) -> dict[int, Json]:
    bot_id = network.config.bot_id
    if chat.person is not None:
        person = member_object(user_object(chat.person), "member")
        return {chat.person.id: person, bot_id: member_object(network.bot, "member")}
    members = {
        person.id: member_object(user_object(person), "member" if place else "creator")
        for place, person in enumerate(network.config.members)
    }
    return members | {bot_id: bot_member(network)}
