"""Plain text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.knowledge.reading.document import FileUnreadable, Section
from services.knowledge.reading.remark import Said

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")  # no text holds these: it is a picture, or a program's file
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(name: str, data: bytes) -> str:
    """UTF-8, Windows-1251 as spreadsheets save it, or UTF-16 that says so. Raises FileUnreadable."""
    marked = [encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)]
    for encoding in marked or ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text
    raise FileUnreadable(name, Said.ENCODING)


def sections(text: str) -> Iterator[Section]:
    """Text by Markdown's headings; each section carries the path of headings above it."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []

    def section() -> Section:
        return Section(tuple(words for _level, words in path), "\n".join(lines))

    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield section()
        lines.clear()
        level = len(heading[1])
        path = [(other, words) for other, words in path if other < level] + [(level, heading[2])]
    yield section()
