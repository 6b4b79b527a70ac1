"""Answers given next instead of the model's own, planned over `POST /_control/script`."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.llm.task import TaskKind

MOST_PLANNED = 1_000


class ScriptedAnswer(BaseModel):
    """One answer: `content` verbatim (an object as JSON), a refusal, or one cut short (`incomplete`).

    Without `content` an incomplete answer is the model's own, cut in half. With `task` it waits for that
    task; without, the next call takes it, whatever it asks.
    """

    model_config = ConfigDict(extra="forbid")

    content: str | dict[str, Any] | list[Any] | None = None
    status: Literal["completed", "incomplete"] = "completed"
    refusal: str | None = None
    task: TaskKind | None = None

    @property
    def text(self) -> str | None:
        if self.content is None or isinstance(self.content, str):
            return self.content
        return json.dumps(self.content, ensure_ascii=False)


class Script(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answers: list[ScriptedAnswer] = Field(max_length=MOST_PLANNED)


@dataclass
class Prompter:
    """The answers still to be given, in order."""

    planned: deque[ScriptedAnswer] = field(default_factory=lambda: deque(maxlen=MOST_PLANNED))

    def take(self, task: TaskKind | None) -> ScriptedAnswer | None:
        """The first answer that is for `task` or for anybody, taken off the plan."""
        for answer in self.planned:
            if answer.task in {None, task}:
                self.planned.remove(answer)
                return answer
        return None
