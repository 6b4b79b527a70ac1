"""From a file to passages: Markdown, plain text, and a CSV catalogue."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from db.models.knowledge import PassageKind

LONGEST_PASSAGE = 900  # characters (platform notes, LLM §2: 600-900 with the title's path)
LARGEST_FILE = 5 * 1024 * 1024
LONGEST_TITLE = 200
MOST_ROWS = 20_000
MOST_MONEY = Decimal(10) ** 12  # what a price's column holds
_DELIMITERS = (";", ",", "\t", "|")
SUFFIXES = frozenset({".md", ".txt", ".csv"})

# The first row of a catalogue, in either language.
_COLUMNS = {
    "name": {"name", "title", "product", "название", "наименование", "товар"},
    "price": {"price", "цена", "стоимость"},
    "currency": {"currency", "валюта"},
    "stock": {"stock", "availability", "наличие", "остаток"},
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")  # no text holds these: it is a picture, or in UTF-16
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")


class FileUnreadable(Exception):
    """A knowledge file could not be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What a file holds: rows for `passages`, and a report of what was left out."""

    name: str
    sha256: str
    passages: list[dict[str, Any]]
    skipped: list[str] = field(default_factory=list)


def read(path: Path) -> ReadDocument:
    """Read one file. Raises FileUnreadable. Blocking: call it off the event loop."""
    if path.suffix.lower() not in SUFFIXES:
        raise FileUnreadable(f"{path.name}: only Markdown, TXT and CSV can be read")
    if path.stat().st_size > LARGEST_FILE:
        raise FileUnreadable(f"{path.name}: larger than {LARGEST_FILE // 2**20} MiB; split it")
    data = path.read_bytes()
    text = _decoded(path.name, data)
    skipped: list[str] = []
    if path.suffix.lower() == ".csv":
        passages = list(_catalogue(path.name, text, skipped))
    else:
        passages = list(_document(path.stem, text))
    if not passages:
        raise FileUnreadable(f"{path.name}: holds no text")
    return ReadDocument(path.name, hashlib.sha256(data).hexdigest(), passages, skipped)


def _decoded(name: str, data: bytes) -> str:
    """UTF-8, or Windows-1251 as spreadsheets save it."""
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text
    raise FileUnreadable(f"{name}: is not a text in UTF-8 or Windows-1251")


def _document(title: str, text: str) -> Iterator[dict[str, Any]]:
    """Passages by heading; their title is the path of headings."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []

    def flush() -> Iterator[dict[str, Any]]:
        for piece in _pieces("\n".join(lines).strip()):
            heading = " › ".join(words for _level, words in path) or title
            yield {"kind": PassageKind.TEXT, "title": heading[:LONGEST_TITLE], "text": piece}
        lines.clear()

    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield from flush()
        level = len(heading[1])
        path = [(other, words) for other, words in path if other < level] + [(level, heading[2])]
    yield from flush()


def _pieces(text: str) -> Iterator[str]:
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


def _catalogue(name: str, text: str, skipped: list[str]) -> Iterator[dict[str, Any]]:
    """One passage per product."""
    try:
        yield from _products(name, text, skipped)
    except csv.Error as error:
        raise FileUnreadable(f"{name}: is not a readable table ({error})") from None


def _products(name: str, text: str, skipped: list[str]) -> Iterator[dict[str, Any]]:
    rows = _rows(text, _DELIMITERS[0])
    header: list[str] = []
    columns: dict[str, int] = {}
    for delimiter in _DELIMITERS:  # the right one is the one that makes sense of the first row
        rows = _rows(text, delimiter)
        header = next(rows, [])
        columns = _columns(header)
        if {"name", "price"} <= columns.keys():
            break
    else:
        raise FileUnreadable(
            f"{name}: the first row must name the columns, with “name” and “price” among them"
        )
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            skipped.append(f"rows after {MOST_ROWS}")
            return
        if not any(cell.strip() for cell in row):
            continue
        product = _product(header, columns, row)
        if product is None:
            skipped.append(f"row {number}: no name, or no readable price")
        else:
            yield product


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _columns(header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(header):
        for column, names in _COLUMNS.items():
            if cell.strip().lower() in names:
                found.setdefault(column, index)
    return found


def _product(header: list[str], columns: dict[str, int], row: list[str]) -> dict[str, Any] | None:
    def cell(column: str) -> str:
        index = columns.get(column)
        return row[index].strip() if index is not None and index < len(row) else ""

    price = _price(cell("price"))
    if not cell("name") or price is None:
        return None
    attributes = {
        header[index].strip(): value.strip()
        for index, value in enumerate(row)
        if index < len(header) and index not in columns.values() and value.strip()
    }
    if cell("stock"):
        attributes["stock"] = cell("stock")
    currency = cell("currency") or None
    facts = [cell("name"), f"{cell('price')} {currency or ''}".strip()]
    facts += [f"{key}: {value}" for key, value in attributes.items()]
    return {
        "kind": PassageKind.PRODUCT,
        "title": cell("name")[:LONGEST_TITLE],
        "text": "; ".join(facts)[:LONGEST_PASSAGE],
        "price": price,
        "currency": currency,
        "attributes": attributes,
    }


# Thousands in groups, at most two decimals: “1,290” may be either and is not guessed.
_ONE_PRICE = re.compile(r"\D*?((?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+|\d+)(?:[.,]\d{1,2})?)\D*")


def _price(text: str) -> Decimal | None:
    """The one number in a cell; None for none, for several (“1 290–1 490”) and for unclear ones."""
    found = _ONE_PRICE.fullmatch(text)
    if found is None:
        return None
    price = Decimal(re.sub(r"\s", "", found[1]).replace(",", "."))
    return price if price < MOST_MONEY else None
