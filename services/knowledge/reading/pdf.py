"""PDF: the text of each page. A scanned page is a picture, and that is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pypdfium2 as pdfium

from services.knowledge.reading.document import FileUnreadable, Section, passages_of
from services.knowledge.reading.remark import Remark, Said

MOST_PAGES = 500
_PASSWORD: Final = 4  # FPDF_ERR_PASSWORD
_HYPHEN = re.compile(r"(?<=[a-zа-яё])[\u00ad\u2010\ufffe-]\n(?=[a-zа-яё])")
"""A word divided at a line's end; PDFium writes U+FFFE for some of these hyphens."""
_LINE = re.compile(r"(?<![\n.!?:;])\n(?![\n\s•–—-])")


def passages(path: Path, skipped: list[Remark]) -> Iterator[dict[str, Any]]:
    """One or more passages per page. Raises FileUnreadable."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise FileUnreadable(path.name, Said.PASSWORD) from None
        raise FileUnreadable(path.name, Said.DAMAGED) from None
    scanned: list[int] = []
    found = False
    for number in range(1, min(len(document), MOST_PAGES) + 1):
        text = _text(document, number - 1)
        if not text.strip():
            scanned.append(number)
            continue
        found = True
        yield from passages_of(path.stem, [Section((path.stem, f"p. {number}"), text)])
    if not found:
        raise FileUnreadable(path.name, Said.SCANNED)
    if scanned:
        skipped.append(Remark(Said.PAGES_PICTURES, {"pages": ", ".join(map(str, scanned[:20]))}))
    if len(document) > MOST_PAGES:
        skipped.append(Remark(Said.AFTER_PAGES, {"most": MOST_PAGES}))


def _text(document: pdfium.PdfDocument, index: int) -> str:
    try:
        raw = document[index].get_textpage().get_text_bounded()
    except pdfium.PdfiumError:
        return ""
    lines = raw.replace("\r\n", "\n").replace("\r", "\n")
    return _LINE.sub(" ", _HYPHEN.sub("", lines))
