"""Methods that change or take away messages."""

from __future__ import annotations

import time

from sandbox.telegram.access import find_message, open_chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.keyboard import read_markup
from sandbox.telegram.method import ChatId, Family, Nested, Params
from sandbox.telegram.model import Chat, Json, Message
from sandbox.telegram.network import Network
from sandbox.telegram.objects import message_object
from sandbox.telegram.sending import read_nested
from sandbox.telegram.text import caption_text, message_text

FAMILY = Family()
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DELETABLE_SECONDS = 48 * 3600
DELETE_LIMIT = 100  # messages in one deleteMessages


class Edit(Params):
    """Which message, and its new keyboard; without one the keyboard goes."""

    chat_id: ChatId = ""
    message_id: int = 0
    reply_markup: Nested = None


class EditText(Edit):
    """`editMessageText`."""

    text: str = ""
    parse_mode: str = ""
    entities: Nested = None
    link_preview_options: Nested = None


class EditCaption(Edit):
    """`editMessageCaption`."""

    caption: str = ""
    parse_mode: str = ""
    caption_entities: Nested = None


class Delete(Params):
    """`deleteMessage`."""

    chat_id: ChatId = ""
    message_id: int = 0


class DeleteMany(Params):
    """`deleteMessages`."""

    chat_id: ChatId = ""
    message_ids: Nested = None


@FAMILY.method("editMessageText", EditText)
def edit_message_text(network: Network, params: EditText) -> Json:
    """A new text and keyboard."""
    styled = message_text(params.text, params.parse_mode, params.entities, network.user)
    options = read_nested(params.link_preview_options, "link preview options")
    content = styled.content("text") | ({"link_preview_options": options} if options else {})
    chat, message = _editable(network, params)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _change(network, chat, message, params, content)


@FAMILY.method("editMessageCaption", EditCaption)
def edit_message_caption(network: Network, params: EditCaption) -> Json:
    """A new caption and keyboard."""
    styled = caption_text(params.caption, params.parse_mode, params.caption_entities, network.user)
    chat, message = _editable(network, params)
    if "text" in message.content:
        raise bad_request("there is no caption in the message to edit")
    kept = {name: value for name, value in message.content.items() if not name.startswith("caption")}
    return _change(network, chat, message, params, kept | styled.content("caption"))


@FAMILY.method("editMessageReplyMarkup", Edit)
def edit_message_reply_markup(network: Network, params: Edit) -> Json:
    """A new keyboard, or none."""
    chat, message = _editable(network, params)
    return _change(network, chat, message, params, message.content)


@FAMILY.method("deleteMessage", Delete)
def delete_message(network: Network, params: Delete) -> bool:
    """Take one message away."""
    chat = open_chat(network, params.chat_id)
    message = find_message(chat, params.message_id, "message to delete")
    if not _is_deletable(network, chat, message):
        raise bad_request("message can't be deleted")
    network.delete(chat, message)
    return True


@FAMILY.method("deleteMessages", DeleteMany)
def delete_messages(network: Network, params: DeleteMany) -> bool:
    """Take up to a hundred messages away; those that are gone are skipped."""
    chat = open_chat(network, params.chat_id)
    try:
        numbers = [int(number) for number in params.message_ids or ()]
    except (TypeError, ValueError):
        raise bad_request("can't parse message identifiers JSON array") from None
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > DELETE_LIMIT:
        raise bad_request("too many message identifiers specified")
    found = [message for number in numbers if (message := chat.find(number)) is not None]
    if not all(_is_deletable(network, chat, message) for message in found):
        raise bad_request("message can't be deleted")
    for message in found:
        network.delete(chat, message)
    return True


def _editable(network: Network, params: Edit) -> tuple[Chat, Message]:
    chat = open_chat(network, params.chat_id)
    message = find_message(chat, params.message_id, "message to edit")
    if not message.by_bot or message.service:
        raise bad_request("message can't be edited")
    return chat, message


def _change(network: Network, chat: Chat, message: Message, params: Edit, content: Json) -> Json:
    markup = read_markup(params.reply_markup, private=chat.is_private)
    if markup.force_reply is not None:
        raise bad_request("inline keyboard expected")
    if content == message.content and markup.keyboard == message.keyboard:
        raise bad_request(NOT_MODIFIED)
    network.spend(chat)
    message.content, message.keyboard = content, markup.keyboard
    network.edited(chat, message)
    return message_object(chat, message)


def _is_deletable(network: Network, chat: Chat, message: Message) -> bool:
    if time.time() - message.date >= DELETABLE_SECONDS:
        return False
    return message.by_bot or chat.is_private or network.has_rights
