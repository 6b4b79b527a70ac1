"""What a reader has to say about a file: a key and values, put into words where somebody reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

KINDS = "PDF, Word (.docx), Excel (.xlsx, .xls), CSV, HTML, Markdown and TXT"


class Said(StrEnum):
    """Why a file cannot be read, and what of a file that can was left out."""

    WRONG_KIND = "wrong_kind"
    TOO_LARGE = "too_large"
    DISGUISED = "disguised"
    NOT_TEXT = "not_text"
    PASSWORD = "password"  # noqa: S105 - that the file has one
    DAMAGED = "damaged"
    LARGE_INSIDE = "large_inside"
    SCANNED = "scanned"
    NO_COLUMNS = "no_columns"
    TABLE_UNREADABLE = "table_unreadable"
    ENCODING = "encoding"
    HOLDS_NOTHING = "holds_nothing"
    TOO_SLOW = "too_slow"
    READER_DIED = "reader_died"
    CANNOT_OPEN = "cannot_open"

    AFTER_PASSAGES = "after_passages"
    AFTER_ROWS = "after_rows"
    ROW_NO_PRICE = "row_no_price"
    ROW_NO_ANSWER = "row_no_answer"
    PAGES_PICTURES = "pages_pictures"
    AFTER_PAGES = "after_pages"
    AFTER_SHEETS = "after_sheets"
    SHEET_HIDDEN = "sheet_hidden"
    SHEET_DAMAGED = "sheet_damaged"


ENGLISH: Mapping[Said, str] = {
    Said.WRONG_KIND: f"cannot be read; {KINDS} can",
    Said.TOO_LARGE: "larger than {most} MiB; split it",
    Said.DISGUISED: "is not what its name says; save it anew as {suffix}",
    Said.NOT_TEXT: "is no text, whatever its name says; save it anew as {suffix}",
    Said.PASSWORD: "is protected by a password; save it without one",
    Said.DAMAGED: "is damaged, or is not what its name says; save it anew",
    Said.LARGE_INSIDE: "is far larger inside than it looks, and was not opened",
    Said.SCANNED: (
        "is scanned, its pages are pictures without text;"
        " send the document it was made from, or run text recognition on it first"
    ),
    Said.NO_COLUMNS: (
        "the first row must name the columns, with “name” and “price” (or “question” and “answer”) among them"
    ),
    Said.TABLE_UNREADABLE: "is not a readable table ({error})",
    Said.ENCODING: "is not a text in UTF-8 or Windows-1251; save it as UTF-8",
    Said.HOLDS_NOTHING: "holds no text",
    Said.TOO_SLOW: "takes too long to read; split it",
    Said.READER_DIED: "could not be read, its reader ended early; save it anew",
    Said.CANNOT_OPEN: "cannot be opened",
    Said.AFTER_PASSAGES: "everything after {most} passages",
    Said.AFTER_ROWS: "rows after {most}",
    Said.ROW_NO_PRICE: "row {row}: no name, or no readable price",
    Said.ROW_NO_ANSWER: "row {row}: no question, or no answer",
    Said.PAGES_PICTURES: "pages {pages}: pictures without text",
    Said.AFTER_PAGES: "pages after {most}",
    Said.AFTER_SHEETS: "sheets after {most}",
    Said.SHEET_HIDDEN: "hidden",
    Said.SHEET_DAMAGED: "damaged",
}
"""The words of the command line; the bot has its own in every language."""


class Part(StrEnum):
    """What a remark may be about, if not about the whole file."""

    SHEET = "sheet"
    TABLE = "table"


_PLACES: Mapping[Part, str] = {Part.SHEET: "sheet “{name}”: ", Part.TABLE: "table under “{name}”: "}


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark; `part` and its `name` say where in the file. `str` of it is English."""

    said: Said
    values: Mapping[str, str | int] = field(default_factory=dict)
    part: Part | None = None
    name: str = ""

    def __str__(self) -> str:
        place = "" if self.part is None else _PLACES[self.part].format(name=self.name)
        return place + ENGLISH[self.said].format(**self.values)

    def packed(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"said": self.said, "values": dict(self.values), "part": self.part, "name": self.name}

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> Remark:
        """As `packed` made it. Raises KeyError and ValueError for anything else."""
        part = packed["part"]
        return cls(
            Said(packed["said"]), packed["values"], None if part is None else Part(part), packed["name"]
        )
