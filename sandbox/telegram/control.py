"""The driver's addresses, `/_control/…`: acting as people, looking at chats, turning switches.

Everything is JSON; whatever is wrong with a request is answered with 400 and `{"error": …}`.
"""

from __future__ import annotations

import mimetypes
from enum import StrEnum
from typing import Any, TypeVar, assert_never

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from sandbox.telegram import acts
from sandbox.telegram.errors import ControlError, NotAnsweredError
from sandbox.telegram.journal import Journal
from sandbox.telegram.model import Json, Upload
from sandbox.telegram.network import Network
from sandbox.telegram.objects import inspected_object
from sandbox.telegram.switches import Switches


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Press(_Body):
    """`POST /_control/press`."""

    user_id: int
    message_id: int
    data: str
    chat_id: int | None = None


class Attachment(_Body):
    """A file that a person sends: `data` in base64, `times` over. `size` is told in place of the real one."""

    name: str = ""
    data: Base64Bytes
    times: int = Field(default=1, ge=1)
    mime_type: str | None = None
    photo: bool = False
    size: int | None = None

    def sent(self) -> acts.SentFile:
        """As the stand-in keeps it."""
        kind = self.mime_type or mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        return acts.SentFile(Upload(self.name, kind, self.data * self.times), self.photo, self.size)


class Send(_Body):
    """`POST /_control/send`; the own id as `chat_id` is the private chat, `text` a file's caption."""

    user_id: int
    text: str = ""
    file: Attachment | None = None
    reply_to: int | None = None
    thread_id: int | None = None
    chat_id: int | None = None
    anonymous: bool = False


class Edit(_Body):
    """`POST /_control/edit`."""

    user_id: int
    message_id: int
    text: str
    chat_id: int | None = None


class ChatAction(StrEnum):
    """What may happen to a chat."""

    KICK = "kick"
    UNKICK = "unkick"
    BLOCK = "block"
    UNBLOCK = "unblock"
    MIGRATE = "migrate"
    DELETE_TOPIC = "delete_topic"
    DELETE_MESSAGE = "delete_message"


class ChangeChat(_Body):
    """`POST /_control/chat`."""

    action: ChatAction
    new_chat_id: int | None = None
    thread_id: int | None = None
    user_id: int | None = None
    message_id: int | None = None
    chat_id: int | None = None


class Redeliver(_Body):
    """`POST /_control/redeliver`."""

    update_id: int
    times: int = Field(default=1, ge=1, le=100)


class Expire(_Body):
    """`POST /_control/expire`: one callback query, or `all`."""

    callback_id: str | None = None
    all: bool = False


B = TypeVar("B", bound=BaseModel)


@web.middleware
async def control_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer control mistakes as JSON."""
    try:
        return await handler(request)
    except ControlError as error:
        return web.json_response({"error": str(error)}, status=400)
    except NotAnsweredError as error:
        return web.json_response({"error": str(error)}, status=504)


class Control:
    """The handlers."""

    def __init__(self, network: Network, journal: Journal) -> None:
        self._network = network
        self._journal = journal

    def routes(self) -> list[web.RouteDef]:
        """All addresses but those of the faults."""
        return [
            web.post("/_control/press", self._press),
            web.post("/_control/send", self._send),
            web.post("/_control/edit", self._edit),
            web.post("/_control/chat", self._chat),
            web.post("/_control/redeliver", self._redeliver),
            web.post("/_control/expire", self._expire),
            web.post("/_control/switches", self._turn),
            web.get("/_control/switches", self._switches),
            web.get("/_control/messages", self._messages),
            web.get("/_control/calls", self._calls),
            web.get("/_control/files/{file_id}", self._file),
            web.get("/_control/events", self._network.watchers.stream),
        ]

    async def _press(self, request: web.Request) -> web.Response:
        body = await _read(request, Press)
        answer = await acts.press(self._network, body.user_id, body.message_id, body.data, body.chat_id)
        return web.json_response(answer)

    async def _send(self, request: web.Request) -> web.Response:
        body = await _read(request, Send)
        file = None if body.file is None else body.file.sent()
        sent = acts.send(self._network, **body.model_dump(exclude={"file"}), file=file)
        return web.json_response(sent)

    async def _edit(self, request: web.Request) -> web.Response:
        body = await _read(request, Edit)
        return web.json_response(acts.edit(self._network, **body.model_dump()))

    async def _chat(self, request: web.Request) -> web.Response:
        body = await _read(request, ChangeChat)
        network = self._network
        match body.action:
            case ChatAction.KICK:
                acts.kick(network)
            case ChatAction.UNKICK:
                acts.unkick(network)
            case ChatAction.BLOCK | ChatAction.UNBLOCK as action:
                blocked = action is ChatAction.BLOCK
                acts.block(network, _given(body.user_id, "user_id"), blocked=blocked)
            case ChatAction.MIGRATE:
                acts.migrate(network, _given(body.new_chat_id, "new_chat_id"))
            case ChatAction.DELETE_TOPIC:
                acts.delete_topic(network, _given(body.thread_id, "thread_id"))
            case ChatAction.DELETE_MESSAGE:
                acts.delete(network, _given(body.message_id, "message_id"), body.chat_id)
            case _:
                assert_never(body.action)
        return web.json_response({"chat_id": network.group.id, "bot": network.group.bot.value})

    async def _redeliver(self, request: web.Request) -> web.Response:
        body = await _read(request, Redeliver)
        if not self._network.updates.repeat(body.update_id, body.times):
            raise ControlError(f"there was no update {body.update_id}")
        return web.json_response({"redelivered": body.times})

    async def _expire(self, request: web.Request) -> web.Response:
        body = await _read(request, Expire)
        if body.all == (body.callback_id is not None):
            raise ControlError("give either callback_id or all")
        return web.json_response({"expired": acts.expire(self._network, body.callback_id)})

    async def _turn(self, request: web.Request) -> web.Response:
        """Only the switches given change."""
        turned = (await _read(request, Switches)).model_dump(exclude_unset=True)
        self._network.switches = self._network.switches.model_copy(update=turned)
        return await self._switches(request)

    async def _switches(self, _request: web.Request) -> web.Response:
        return web.json_response(self._network.switches.model_dump())

    async def _messages(self, request: web.Request) -> web.Response:
        """Every message that is not deleted, chat by chat, oldest first."""
        wanted = request.query.get("chat_id")
        shown: list[Json] = [
            inspected_object(chat, message)
            for chat in self._network.chats.values()
            if wanted is None or str(chat.id) == wanted
            for message in chat.messages.values()
            if not message.deleted
        ]
        return web.json_response(shown)

    async def _calls(self, _request: web.Request) -> web.Response:
        return web.json_response(self._journal.shown())

    async def _file(self, request: web.Request) -> web.Response:
        """What the bot or a person uploaded."""
        upload = self._network.files.get(request.match_info["file_id"])
        if upload is None:
            raise ControlError("there is no such file")
        return web.Response(body=upload.data, content_type=upload.content_type)


async def _read(request: web.Request, model: type[B]) -> B:
    try:
        return model.model_validate_json(await request.read() or b"{}")
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())
        raise ControlError("; ".join(wrong)) from None


def _given(value: Any | None, name: str) -> Any:
    if value is None:
        raise ControlError(f"{name}: Field required")
    return value
