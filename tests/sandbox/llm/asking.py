"""What the product sends: schemas, messages and the sandbox's knowledge cut into passages."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

from openai.types.chat import ChatCompletionMessageParam
from openai.types.responses import ResponseInputParam, ResponseTextConfigParam

from sandbox.llm.drafting import Answer, answer
from sandbox.llm.task import Knowledge, Task

KNOWLEDGE = Path(__file__).parents[3] / "sandbox" / "knowledge"
BUSINESS = {"name": "Лаванда", "handle": "lavanda_home", "kind": "shop", "lang": "ru"}
CATEGORIES = [
    "question",
    "urgent",
    "complaint",
    "praise",
    "partnership",
    "toxic",
    "spam",
    "irrelevant",
]

CLASSIFICATION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "category": {"type": "string", "enum": CATEGORIES},
        "confidence": {"type": "integer"},
        "language": {"type": "string"},
        "sentiment": {"type": "string", "enum": ["positive", "neutral", "negative", "mixed"]},
        "reasoning": {"type": "string"},
        "needs_human": {"type": "boolean"},
        "injection_suspected": {"type": "boolean"},
    },
    "required": [
        "category",
        "confidence",
        "language",
        "sentiment",
        "reasoning",
        "needs_human",
        "injection_suspected",
    ],
    "additionalProperties": False,
}
ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "answerable": {"type": "boolean"},
        "reply": {"type": "string"},
        "used_ids": {"type": "array", "items": {"type": "string"}},
        "needs_manager_reason": {"type": ["string", "null"]},
    },
    "required": ["answerable", "reply", "used_ids", "needs_manager_reason"],
    "additionalProperties": False,
}


def shop() -> list[dict[str, Any]]:
    """The sandbox's knowledge as passages: a heading or a catalogue row each."""
    passages: list[dict[str, Any]] = []
    for name in ("about.md", "delivery.md", "faq-en.md"):
        text = (KNOWLEDGE / name).read_text(encoding="utf-8")
        sections = re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]
        top = sections[0].splitlines()[0]
        for section in sections:
            heading, _, body = section.partition("\n")
            if body.strip():
                passages.append({"title": f"{top} > {heading}", "kind": "text", "text": body.strip()})
    care = (KNOWLEDGE / "care.txt").read_text(encoding="utf-8")
    passages += [{"title": "Уход", "kind": "text", "text": part} for part in care.split("\n\n")[1:]]
    passages += [{"title": row["name"], "kind": "product", "text": rendered(row)} for row in catalogue()]
    return [{"id": f"k{number}"} | passage for number, passage in enumerate(passages, 1)]


def catalogue() -> list[dict[str, str]]:
    with (KNOWLEDGE / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def rendered(row: dict[str, str]) -> str:
    stock = "в наличии" if int(row["stock"]) else "нет в наличии"
    price = f"{row['price']} {row['currency']}"
    return f"{row['name']}; {price}; {stock}; {row['attributes']}; обновлено {row['updated']}"


def task(kind: str, text: str, **fields: Any) -> dict[str, Any]:
    """The last user message of the product."""
    return {
        "task": kind,
        "comment": {"text": text, "author": "anna_p", "kind": "comment"},
        "post": None,
        "thread": [],
        "language": None,
    } | fields


def draft(text: str, passages: list[dict[str, Any]] | None = None, **fields: Any) -> Answer:
    """The stand-in's answer without HTTP; the shop's knowledge unless told otherwise."""
    fields.setdefault("category", "question")
    knowledge = {"knowledge": shop() if passages is None else passages, "business": BUSINESS}
    return answer(Task.model_validate(task("answer", text, **fields)), Knowledge.model_validate(knowledge))


def inputs(asked: dict[str, Any], knowledge: list[dict[str, Any]] | None = None) -> ResponseInputParam:
    messages: ResponseInputParam = []
    if knowledge is not None:
        known = {"knowledge": knowledge, "business": BUSINESS}
        messages.append({"role": "user", "content": json.dumps(known, ensure_ascii=False)})
    messages.append({"role": "user", "content": json.dumps(asked, ensure_ascii=False)})
    return messages


def messages(
    asked: dict[str, Any], knowledge: list[dict[str, Any]] | None = None
) -> list[ChatCompletionMessageParam]:
    said: list[ChatCompletionMessageParam] = [{"role": "system", "content": "Answer politely."}]
    if knowledge is not None:
        known = {"knowledge": knowledge, "business": BUSINESS}
        said.append({"role": "user", "content": json.dumps(known, ensure_ascii=False)})
    said.append({"role": "user", "content": json.dumps(asked, ensure_ascii=False)})
    return said


def text_form(name: str, schema: dict[str, Any]) -> ResponseTextConfigParam:
    return {"format": {"type": "json_schema", "name": name, "schema": schema, "strict": True}}
