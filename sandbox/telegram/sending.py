"""Methods that post: text, photo, document, and the sign that the bot is busy."""

from __future__ import annotations

import secrets

from sandbox.telegram.access import find_place, open_chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.keyboard import read_markup
from sandbox.telegram.method import ChatId, Family, Nested, Params
from sandbox.telegram.model import Chat, Json, Place, Upload
from sandbox.telegram.network import Network
from sandbox.telegram.objects import message_object
from sandbox.telegram.text import caption_text, message_text

FAMILY = Family()
UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes of a document
PHOTO_LIMIT = 10 * 1024 * 1024
PHOTO_SIZE = (1280, 960)  # told of every photo: nobody here looks into pictures
CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
        "cancel",
    }
)


class Send(Params):
    """What all posting methods take."""

    chat_id: ChatId = ""
    message_thread_id: int | None = None
    reply_parameters: Nested = None
    reply_to_message_id: int | None = None
    allow_sending_without_reply: bool = False
    parse_mode: str = ""
    reply_markup: Nested = None


class SendMessage(Send):
    """`sendMessage`."""

    text: str = ""
    entities: Nested = None
    link_preview_options: Nested = None


class SendFile(Send):
    """`sendPhoto`, `sendDocument`."""

    photo: Nested = None
    document: Nested = None
    caption: str = ""
    caption_entities: Nested = None


class ChatAction(Params):
    """`sendChatAction`."""

    chat_id: ChatId = ""
    message_thread_id: int | None = None
    action: str = ""


@FAMILY.method("sendMessage", SendMessage)
def send_message(network: Network, params: SendMessage) -> Json:
    """Post a text."""
    styled = message_text(params.text, params.parse_mode, params.entities, network.user)
    options = read_nested(params.link_preview_options, "link preview options")
    return _post(
        network, params, styled.content("text") | ({"link_preview_options": options} if options else {})
    )


@FAMILY.method("sendPhoto", SendFile)
def send_photo(network: Network, params: SendFile) -> Json:
    """Post a photo with a caption."""
    file = _file(network, params.photo, "photo", PHOTO_LIMIT)
    width, height = PHOTO_SIZE
    sizes = [{**described(file), "width": width, "height": height}]
    return _post_file(network, params, {"photo": sizes}, file)


@FAMILY.method("sendDocument", SendFile)
def send_document(network: Network, params: SendFile) -> Json:
    """Post a file with a caption."""
    file = _file(network, params.document, "document", UPLOAD_LIMIT)
    named = {"file_name": file.filename, "mime_type": file.content_type}
    return _post_file(network, params, {"document": {**described(file), **named}}, file)


@FAMILY.method("sendChatAction", ChatAction)
def send_chat_action(network: Network, params: ChatAction) -> bool:
    """Nobody watches "typing…" here; chat, thread and action are checked."""
    if params.action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = open_chat(network, params.chat_id)
    # Unlike messages, an action in the General topic is addressed by thread 1.
    if params.message_thread_id != 1:
        find_place(network, chat, params.message_thread_id, None)
    return True


def read_nested(raw: object, name: str) -> Json:
    """A nested object, empty when there is none."""
    if not raw:
        return {}
    if isinstance(raw, str):
        raise bad_request(f"can't parse {name} JSON object")
    if not isinstance(raw, dict):
        raise bad_request(f"object expected as {name}")
    return {field: value for field, value in raw.items() if value is not None}


def _post(network: Network, params: Send, content: Json) -> Json:
    """The server reads the content first, then the markup, then looks at the chat; so do its refusals."""
    private = not str(params.chat_id).startswith("-")
    markup = read_markup(params.reply_markup, private=private)
    reply = _reply(params)
    chat = open_chat(network, params.chat_id)
    place = _place(network, chat, params, reply)
    network.spend(chat)
    message = network.post(
        chat, content, place=place, keyboard=markup.keyboard, force_reply=markup.force_reply
    )
    return message_object(chat, message)


def _reply(params: Send) -> Json:
    if params.reply_parameters:
        return read_nested(params.reply_parameters, "reply parameters")
    return {
        "message_id": params.reply_to_message_id,
        "allow_sending_without_reply": params.allow_sending_without_reply,
    }


def _place(network: Network, chat: Chat, params: Send, reply: Json) -> Place:
    try:
        reply_to = int(reply.get("message_id") or 0)
    except (TypeError, ValueError):
        raise bad_request('field "message_id" must be of type Number') from None
    may_lack = bool(reply.get("allow_sending_without_reply"))
    place = find_place(network, chat, params.message_thread_id, reply_to, may_lack=may_lack)
    quote = reply.get("quote")
    if quote and place.reply_to is not None:
        content = chat.messages[place.reply_to].content
        if str(quote) not in str(content.get("text", content.get("caption", ""))):
            raise bad_request("QUOTE_TEXT_INVALID")
    return place


def _post_file(network: Network, params: SendFile, content: Json, file: Upload) -> Json:
    caption = caption_text(params.caption, params.parse_mode, params.caption_entities, network.user)
    shown = _post(network, params, content | caption.content("caption"))
    described = shown.get("document") or shown["photo"][0]
    network.keep_file(described["file_id"], file)
    return shown


def _file(network: Network, raw: object, kind: str, limit: int) -> Upload:
    """An upload, a file sent before, or an address, which is noted but never fetched."""
    if not raw:
        raise bad_request(f"there is no {kind} in the request")
    if isinstance(raw, Upload):
        if not raw.data:
            raise bad_request("file must be non-empty")
        if len(raw.data) > limit:
            raise bad_request(f"file of size {len(raw.data)} bytes is too big for a {kind}")
        return raw
    if isinstance(raw, str) and raw.startswith(("http://", "https://")):
        return Upload(raw.rsplit("/", 1)[-1] or kind, "application/octet-stream", b"")
    known = network.files.get(str(raw))
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


def described(file: Upload) -> Json:
    """What a message tells of a file."""
    size = {"file_size": len(file.data)} if file.data else {}
    return {"file_id": secrets.token_urlsafe(24), "file_unique_id": secrets.token_urlsafe(9), **size}
