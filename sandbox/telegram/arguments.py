"""What came with a call: query, form, multipart or JSON."""

from __future__ import annotations

import json
import mimetypes

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.model import Json, Upload

ATTACHMENT = "attach://"
NESTED = frozenset(
    {
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "message_ids",
        "reaction",
        "reply_markup",
        "reply_parameters",
        "scope",
    }
)
SECRET = frozenset({"secret_token"})


async def read_arguments(request: web.Request) -> Json:
    """All parameters by name. Files become `Upload`s, also where a field names them by `attach://`."""
    arguments: Json = dict(request.query)
    try:
        if request.content_type == "application/json":
            arguments |= _parsed(await request.read())
        elif request.method == "POST":
            for name, value in (await request.post()).items():
                arguments[name] = _upload(value) if isinstance(value, web.FileField) else value
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except (HttpProcessingError, ValueError):
        raise bad_request("can't parse the request body") from None
    for name, value in arguments.items():
        if isinstance(value, str) and value.startswith(ATTACHMENT):
            arguments[name] = arguments.get(value.removeprefix(ATTACHMENT))
    return decoded(arguments)


def decoded(arguments: Json) -> Json:
    """Nested objects out of their JSON text; text that is no JSON stays, for the method to refuse."""
    plain = {name: _decoded(value) if name in NESTED else value for name, value in arguments.items()}
    try:
        json.dumps(plain, ensure_ascii=False, default=lambda _upload: None).encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        raise bad_request("strings must be encoded in UTF-8") from None
    return plain


def shown_arguments(arguments: Json) -> Json:
    """The parameters for the record: files by name and size, no secrets."""
    return {name: _shown(name, value) for name, value in arguments.items()}


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _parsed(body: bytes) -> Json:
    parsed = json.loads(body or b"{}")
    if not isinstance(parsed, dict):
        raise bad_request("object expected")
    return parsed


def _upload(field: web.FileField) -> Upload:
    with field.file as file:
        data = file.read()
    guessed, _ = mimetypes.guess_type(field.filename)
    return Upload(field.filename, guessed or "application/octet-stream", data)


def _shown(name: str, value: object) -> object:
    if name in SECRET:
        return "…"
    if isinstance(value, Upload):
        return {"filename": value.filename, "content_type": value.content_type, "size": len(value.data)}
    return value
