"""A table in a text file: CSV with any delimiter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from services.knowledge.reading.document import FileUnreadable
from services.knowledge.reading.remark import Remark, Said
from services.knowledge.reading.table import Header, header_of, under

_DELIMITERS = (";", ",", "\t", "|")


def passages(name: str, text: str, skipped: list[Remark]) -> Iterator[dict[str, Any]]:
    """One passage per row. Raises FileUnreadable, also when the first row does not name the columns."""
    try:
        rows, header = _opened(name, text)
        yield from under(header, rows, skipped, first=2)
    except csv.Error as error:
        raise FileUnreadable(name, Said.TABLE_UNREADABLE, error=str(error)) from None


def _opened(name: str, text: str) -> tuple[Iterator[list[str]], Header]:
    for delimiter in _DELIMITERS:  # the right one is the one that makes sense of the first row
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        header = header_of(next(rows, []))
        if header.known:
            return rows, header
    raise FileUnreadable(name, Said.NO_COLUMNS)
