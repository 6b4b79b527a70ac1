"""What a file becomes: titled passages, product rows and question–answer pairs, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from db.models.knowledge import PassageKind
from services.knowledge.reading.remark import Remark, Said

LONGEST_PASSAGE = 900  # characters (LLM notes, §2: 600-900 with the title's path)
LONGEST_TITLE = 200
MOST_PASSAGES = 50_000


class FileUnreadable(Exception):
    """A knowledge file could not be read; `remark` says why and what to do, the text says it in English."""

    def __init__(self, name: str, said: Said, **values: str | int) -> None:
        self.name = name
        self.remark = Remark(said, values)
        super().__init__(f"{name}: {self.remark}")


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What a file holds: rows for `passages`, and what was left out."""

    name: str
    sha256: str
    passages: list[dict[str, Any]]
    skipped: list[Remark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Section:
    """Text under a path of headings; an empty path means the document's own title."""

    path: tuple[str, ...]
    text: str


_PAIR = re.compile(
    r"^\s*(?:вопрос|question|в|q)\s*[:.)]\s*(?P<question>[^\n]+(?:\n(?!\s*(?:ответ|answer|о|a)\s*[:.)])[^\n]+)*)"
    r"\n+\s*(?:ответ|answer|о|a)\s*[:.)]\s*"
    r"(?P<answer>.+?)(?=\n\s*(?:вопрос|question|в|q)\s*[:.)]|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


def passages_of(title: str, sections: Iterable[Section]) -> Iterator[dict[str, Any]]:
    """Sections as passages of at most `LONGEST_PASSAGE` characters; pairs stay whole."""
    for section in sections:
        heading = " › ".join(section.path) or title
        rest = 0
        for found in _PAIR.finditer(section.text):
            yield from _texts(heading, section.text[rest : found.start()])
            yield pair(found["question"], found["answer"])
            rest = found.end()
        yield from _texts(heading, section.text[rest:])


def pair(question: str, answer: str) -> dict[str, Any]:
    """A question with its answer, in one piece whatever its length."""
    asked = " ".join(question.split())
    return {"kind": PassageKind.PAIR, "title": asked[:LONGEST_TITLE], "text": f"{asked}\n{answer.strip()}"}


def _texts(heading: str, text: str) -> Iterator[dict[str, Any]]:
    for piece in pieces(text.strip()):
        yield {"kind": PassageKind.TEXT, "title": heading[:LONGEST_TITLE], "text": piece}


def pieces(text: str) -> Iterator[str]:
    """Paragraphs gathered up to `LONGEST_PASSAGE`; a longer paragraph is cut between words."""
    gathered = ""
    for paragraph in re.split(r"\n\s*\n", text):
        for words in _cut(paragraph.strip()):
            if gathered and len(gathered) + len(words) + 2 > LONGEST_PASSAGE:
                yield gathered
                gathered = words
            else:
                gathered = f"{gathered}\n\n{words}" if gathered else words
    if gathered:
        yield gathered


def _cut(words: str) -> Iterator[str]:
    """Pieces of at most `LONGEST_PASSAGE` characters."""
    start = 0
    while len(words) - start > LONGEST_PASSAGE:
        end = words.rfind(" ", start + 1, start + LONGEST_PASSAGE)
        end = end if end > 0 else start + LONGEST_PASSAGE
        yield words[start:end].strip()
        start = end
    if words:
        yield words[start:].strip()
