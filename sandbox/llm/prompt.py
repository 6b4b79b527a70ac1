"""A request for words, the same for both APIs: who said what, and the form that the answer must have."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.llm.errors import BadRequestError
from sandbox.llm.schema import check_strict

Json = dict[str, Any]
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is all text parts joined; pictures are not looked at."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """The form asked for: `schema` is None for free text; `json` without a schema is any object."""

    json: bool = False
    name: str | None = None
    schema: Json | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    messages: tuple[Message, ...]
    form: Form
    most_tokens: int | None = None

    @property
    def user_texts(self) -> list[str]:
        return [message.text for message in self.messages if message.role == "user"]

    @property
    def whole(self) -> str:
        """Everything sent, in order, as one text: what is counted and cached."""
        return "\n".join(f"{message.role}:{message.text}" for message in self.messages)


def text_of(content: Any, param: str) -> str:
    """The text of a message's content: a string or parts that carry `text`."""
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    if not isinstance(content, list):
        raise BadRequestError(f"Invalid type for '{param}'.", param, "invalid_type")
    parts = [part for part in content if isinstance(part, dict)]
    return "\n".join(part["text"] for part in parts if isinstance(part.get("text"), str))


def form_of(kind: Any, name: Any, schema: Any, *, strict: bool, param: str) -> Form:
    """The form from `json_schema`, `json_object`, `text` or nothing, its schema checked as OpenAI does."""
    match kind:
        case None | "text":
            return Form()
        case "json_object":
            return Form(json=True, schema=schema if isinstance(schema, dict) else None)
        case "json_schema":
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise BadRequestError(f"Missing or invalid parameter: '{param}.name'.", f"{param}.name")
            if not isinstance(schema, dict):
                raise BadRequestError(f"Missing required parameter: '{param}.schema'.", f"{param}.schema")
            problem = check_strict(schema) if strict else None
            if problem:
                message = f"Invalid schema for response_format '{name}': {problem}"
                raise BadRequestError(message, param, "invalid_json_schema")
            return Form(json=True, name=name, schema=schema)
        case _:
            raise BadRequestError(f"Invalid value: '{kind}'.", f"{param}.type", "invalid_value")


def read_body(raw: bytes) -> Json:
    """The request's body, which must be a JSON object with a model and without streaming."""
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise BadRequestError("We could not parse the JSON body of your request.")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise BadRequestError("you must provide a model parameter", "model")
    if body.get("stream"):
        raise BadRequestError("The offline stand-in does not stream.", "stream", "unsupported_value")
    return body
