"""Prompts are files with a version in their name; a changed prompt is a new file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Prompt:
    """The instructions of one purpose."""

    version: str
    text: str


@cache
def prompt(version: str) -> Prompt:
    """The prompt `classify.v1` and its like."""
    return Prompt(version, resources.files(__name__).joinpath(f"{version}.md").read_text(encoding="utf-8"))


CLASSIFY = "classify.v2"
ANSWER = "answer.v2"
