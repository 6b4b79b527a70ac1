"""One file, by the format that its name and its content agree on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from services.knowledge.reading import separated, text
from services.knowledge.reading.disguise import admit
from services.knowledge.reading.document import MOST_PASSAGES, FileUnreadable, ReadDocument, passages_of
from services.knowledge.reading.remark import Remark, Said


def read(path: Path) -> ReadDocument:
    """Read one file. Raises FileUnreadable. Blocking, and as trusting as its parsers are."""
    admit(path)
    skipped: list[Remark] = []
    found = _passages(path, skipped)
    passages = list(islice(found, MOST_PASSAGES))
    if next(found, None) is not None:
        skipped.append(Remark(Said.AFTER_PASSAGES, {"most": MOST_PASSAGES}))
    if not passages:
        raise FileUnreadable(path.name, Said.HOLDS_NOTHING)
    return ReadDocument(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), passages, skipped)


def _passages(path: Path, skipped: list[Remark]) -> Iterator[dict[str, Any]]:
    match path.suffix.lower():
        case ".csv":
            yield from separated.passages(path.name, text.decoded(path.name, path.read_bytes()), skipped)
        case ".md" | ".txt":
            words = text.decoded(path.name, path.read_bytes())
            yield from passages_of(path.stem, text.sections(words))
        case ".html" | ".htm":
            from services.knowledge.reading import page

            yield from page.passages(path.stem, text.decoded(path.name, path.read_bytes()), skipped)
        case ".docx":
            from services.knowledge.reading import word

            yield from word.passages(path, skipped)
        case ".pdf":
            from services.knowledge.reading import pdf

            yield from pdf.passages(path, skipped)
        case _:
            from services.knowledge.reading import spreadsheet

            yield from spreadsheet.passages(path, skipped)
