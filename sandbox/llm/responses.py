"""`POST /v1/responses`: the Responses API, stateless and without streaming."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sandbox.llm.completion import Completion
from sandbox.llm.errors import BadRequestError
from sandbox.llm.prompt import Form, Json, Message, Prompt, form_of, text_of
from sandbox.llm.usage import Usage

_ECHOED: Json = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
}


def read_prompt(body: Json) -> Prompt:
    """The prompt in a request's body; `instructions` are its first message."""
    messages = []
    if isinstance(body.get("instructions"), str):
        messages.append(Message("developer", body["instructions"]))
    messages.extend(_messages(body.get("input")))
    limit = body.get("max_output_tokens")
    return Prompt(tuple(messages), _form(body), limit if isinstance(limit, int) else None)


def _messages(given: Any) -> list[Message]:
    if isinstance(given, str) and given:
        return [Message("user", given)]
    if not isinstance(given, list) or not given:
        raise BadRequestError("Missing required parameter: 'input'.", "input", "missing_required_parameter")
    messages = []
    for index, item in enumerate(given):
        if not isinstance(item, dict):
            raise BadRequestError(f"Invalid type for 'input[{index}]'.", f"input[{index}]", "invalid_type")
        if "role" in item:
            messages.append(
                Message(str(item["role"]), text_of(item.get("content"), f"input[{index}].content"))
            )
    return messages


def _form(body: Json) -> Form:
    text = body.get("text")
    form = text.get("format") if isinstance(text, dict) else None
    if not isinstance(form, dict):
        return Form()
    strict = form.get("strict") is True
    return form_of(form.get("type"), form.get("name"), form.get("schema"), strict=strict, param="text.format")


def render(body: Json, completion: Completion, usage: Usage, model: str) -> Json:
    """The response object for `completion`."""
    status = "completed" if completion.complete else "incomplete"
    now = int(time.time())
    if completion.refusal is not None:
        part: Json = {"type": "refusal", "refusal": completion.refusal}
    else:
        part = {"type": "output_text", "text": completion.text, "annotations": [], "logprobs": []}
    return {
        "id": f"resp_{secrets.token_hex(24)}",
        "object": "response",
        "created_at": now,
        "completed_at": now if completion.complete else None,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None if completion.complete else {"reason": "max_output_tokens"},
        "model": model,
        "output": [
            {
                "id": f"msg_{secrets.token_hex(24)}",
                "type": "message",
                "status": status,
                "role": "assistant",
                "content": [part],
            }
        ],
        "service_tier": "default",
        "usage": {
            "input_tokens": usage.input,
            "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": usage.written},
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.total,
        },
    } | {name: _or_default(body.get(name), default) for name, default in _ECHOED.items()}


def _or_default(value: Any, default: Any) -> Any:
    return default if value is None else value
