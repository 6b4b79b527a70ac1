"""`POST /v1/chat/completions`: the Chat Completions API, one choice, without streaming."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sandbox.llm.completion import Completion
from sandbox.llm.errors import BadRequestError
from sandbox.llm.prompt import Form, Json, Message, Prompt, form_of, text_of
from sandbox.llm.usage import Usage


def read_prompt(body: Json) -> Prompt:
    """The prompt in a request's body."""
    given = body.get("messages")
    if not isinstance(given, list) or not given:
        raise BadRequestError(
            "Missing required parameter: 'messages'.", "messages", "missing_required_parameter"
        )
    messages = tuple(_message(index, item) for index, item in enumerate(given))
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    return Prompt(messages, _form(body), limit if isinstance(limit, int) else None)


def _message(index: int, item: Any) -> Message:
    if not isinstance(item, dict) or "role" not in item:
        raise BadRequestError(
            f"Missing required parameter: 'messages[{index}].role'.", f"messages[{index}].role"
        )
    return Message(str(item["role"]), text_of(item.get("content"), f"messages[{index}].content"))


def _form(body: Json) -> Form:
    """`json_object` may carry a `schema`, as some compatible servers allow."""
    form = body.get("response_format")
    if not isinstance(form, dict):
        return Form()
    described = form.get("json_schema")
    described = described if isinstance(described, dict) else {}
    schema = described.get("schema", form.get("schema"))
    strict = described.get("strict") is True
    return form_of(form.get("type"), described.get("name"), schema, strict=strict, param="response_format")


def render(completion: Completion, usage: Usage, model: str) -> Json:
    """The chat completion object for `completion`."""
    refused = completion.refusal is not None
    message: Json = {
        "role": "assistant",
        "content": None if refused else completion.text,
        "refusal": completion.refusal,
        "annotations": [],
    }
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": "stop" if completion.complete else "length",
            }
        ],
        "usage": {
            "prompt_tokens": usage.input,
            "completion_tokens": usage.output,
            "total_tokens": usage.total,
            "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }
