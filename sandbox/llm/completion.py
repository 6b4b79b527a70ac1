"""Deciding what to say to a prompt: a scripted answer, the rules' own to a known task, or a harmless one."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.llm.classification import classify
from sandbox.llm.drafting import answer
from sandbox.llm.prompt import Prompt
from sandbox.llm.schema import NOTICE, conform, harmless
from sandbox.llm.script import Prompter
from sandbox.llm.task import Task, TaskKind, read_knowledge, read_task
from sandbox.llm.usage import CHARACTERS_PER_TOKEN, tokens_in

# The schemas agreed with the product; another name with a task inside is filled harmlessly.
_SCHEMAS = {"classification": TaskKind.CLASSIFY, "answer": TaskKind.ANSWER}


@dataclass(frozen=True, slots=True)
class Completion:
    """The words of an answer; with `refusal` there are none, and `complete` tells whether they were cut."""

    text: str
    complete: bool = True
    refusal: str | None = None


def complete(prompt: Prompt, prompter: Prompter) -> Completion:
    """Answer `prompt`; a text longer than its limit of tokens is cut there, as the real model's is."""
    task = read_task(prompt.user_texts)
    scripted = prompter.take(task.task if task else None)
    if scripted and scripted.refusal is not None:
        return Completion("", refusal=scripted.refusal)
    if scripted and scripted.text is not None:
        return Completion(scripted.text, complete=scripted.status == "completed")
    text = _own_words(prompt, task)
    if scripted and scripted.status == "incomplete":
        return Completion(text[: len(text) // 2], complete=False)
    if prompt.most_tokens is not None and tokens_in(text) > prompt.most_tokens:
        return Completion(text[: prompt.most_tokens * CHARACTERS_PER_TOKEN], complete=False)
    return Completion(text)


def _own_words(prompt: Prompt, task: Task | None) -> str:
    form = prompt.form
    known = form.name is None or _SCHEMAS.get(form.name) == (task.task if task else None)
    if task is not None and known:
        value = _think(task, prompt)
        return _dump(conform(value, form.schema) if form.schema else value)
    if form.schema is not None:
        return _dump(harmless(form.schema))
    return _dump({"notice": NOTICE}) if form.json else NOTICE


def _think(task: Task, prompt: Prompt) -> dict[str, Any]:
    knowledge = read_knowledge(prompt.user_texts)
    match task.task:
        case TaskKind.CLASSIFY:
            return asdict(classify(task, knowledge.business))
        case TaskKind.ANSWER:
            return asdict(answer(task, knowledge))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
