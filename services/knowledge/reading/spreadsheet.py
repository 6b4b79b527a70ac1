"""Excel and LibreOffice spreadsheets, old and new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from services.knowledge.reading.document import FileUnreadable
from services.knowledge.reading.remark import Part, Remark, Said
from services.knowledge.reading.table import passages as table

MOST_SHEETS = 50


def passages(path: Path, skipped: list[Remark]) -> Iterator[dict[str, Any]]:
    """Every visible sheet is a table; its name is its title. Raises FileUnreadable."""
    try:
        book = CalamineWorkbook.from_path(path)
    except PasswordError:
        raise FileUnreadable(path.name, Said.PASSWORD) from None
    except CalamineError:
        raise FileUnreadable(path.name, Said.DAMAGED) from None
    for number, sheet in enumerate(book.sheets_metadata):
        if number >= MOST_SHEETS:
            skipped.append(Remark(Said.AFTER_SHEETS, {"most": MOST_SHEETS}))
            return
        if str(sheet.visible).rpartition(".")[2] != "Visible":
            skipped.append(Remark(Said.SHEET_HIDDEN, part=Part.SHEET, name=sheet.name))
            continue
        told: list[Remark] = []
        title = f"{path.stem} › {sheet.name}"
        try:
            yield from table(title, _rows(book, sheet.name), told)
        except CalamineError:
            told.append(Remark(Said.SHEET_DAMAGED))
        skipped.extend(replace(line, part=Part.SHEET, name=sheet.name) for line in told)


def _rows(book: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    for row in book.get_sheet_by_name(name).iter_rows():
        yield [_shown(cell) for cell in row]


def _shown(cell: object) -> str:
    """A cell as people see it: 1290.0 is 1290."""
    match cell:
        case bool():
            return "да" if cell else "нет"
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return f"{cell:.10f}".rstrip("0")
        case datetime():
            return cell.date().isoformat() if cell.time() == datetime.min.time() else f"{cell:%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
