"""The schema of an answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """What the model drafts."""

    model_config = ConfigDict(extra="forbid")

    answerable: bool
    reply: str
    used_ids: list[str]
    needs_manager_reason: str | None
