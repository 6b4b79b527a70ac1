"""Word documents: headings, paragraphs and tables in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table

from services.knowledge.reading.document import FileUnreadable, Section, passages_of
from services.knowledge.reading.remark import Part, Remark, Said
from services.knowledge.reading.table import passages as table


def passages(path: Path, skipped: list[Remark]) -> Iterator[dict[str, Any]]:
    """Raises FileUnreadable."""
    try:
        document = Document(str(path))
        blocks = list(document.iter_inner_content())
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError):
        raise FileUnreadable(path.name, Said.DAMAGED) from None
    headings: list[tuple[int, str]] = []
    lines: list[str] = []

    def flush() -> Iterator[dict[str, Any]]:
        section = Section(tuple(words for _level, words in headings), "\n\n".join(lines))
        lines.clear()
        yield from passages_of(path.stem, [section])

    for block in blocks:
        if isinstance(block, Table):
            yield from flush()
            title = " › ".join(words for _level, words in headings) or path.stem
            told: list[Remark] = []
            yield from table(title, _rows(block), told)
            skipped.extend(replace(line, part=Part.TABLE, name=title) for line in told)
            continue
        level = _level(block.style.name if block.style is not None else None)
        if level is None:
            lines.append(block.text)
        elif block.text.strip():
            yield from flush()
            headings = [(other, words) for other, words in headings if other < level]
            headings.append((level, " ".join(block.text.split())))
    yield from flush()


def _rows(found: Table) -> Iterator[list[str]]:
    for row in found.rows:
        yield [cell.text for cell in row.cells]


def _level(style: str | None) -> int | None:
    """The level of a heading's style, whatever Word's language was: the built-in names stay English."""
    words = (style or "").lower().split()
    if words == ["title"]:
        return 0
    if len(words) == 2 and words[0] == "heading" and words[1].isdigit():
        return int(words[1])
    return None
