"""Tables: product rows, question–answer pairs, or rows that are only text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from db.models.knowledge import PassageKind
from services.knowledge.reading.document import LONGEST_PASSAGE, LONGEST_TITLE, Section, pair, passages_of
from services.knowledge.reading.remark import Remark, Said

MOST_ROWS = 20_000
MOST_MONEY = Decimal(10) ** 12  # what a price's column holds
TITLE_ROWS = 15  # a price list begins with the shop's name, its address, a date …

Row = Sequence[str]


class Column(StrEnum):
    """What a column holds, whatever its heading."""

    NAME = "name"
    PRICE = "price"
    CURRENCY = "currency"
    STOCK = "stock"
    UPDATED = "updated"
    QUESTION = "question"
    ANSWER = "answer"


_HEADINGS: Mapping[Column, frozenset[str]] = {
    Column.NAME: frozenset({
        "name", "title", "product", "item", "product name", "название", "наименование", "товар",
        "наименование товара", "название товара", "позиция", "услуга",
    }),
    Column.PRICE: frozenset({"price", "cost", "цена", "стоимость", "розничная цена", "цена розничная"}),
    Column.CURRENCY: frozenset({"currency", "валюта"}),
    Column.STOCK: frozenset({
        "stock", "availability", "in stock", "наличие", "остаток", "в наличии", "количество",
    }),
    Column.UPDATED: frozenset({"updated", "updated at", "date", "обновлено", "дата обновления", "дата"}),
    Column.QUESTION: frozenset({"question", "вопрос"}),
    Column.ANSWER: frozenset({"answer", "ответ"}),
}  # fmt: skip
_PRODUCTS = {Column.NAME, Column.PRICE}
_PAIRS = {Column.QUESTION, Column.ANSWER}
_CURRENCIES: Mapping[str, str] = {
    "₽": "RUB", "руб": "RUB", "р": "RUB", "rub": "RUB", "$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR",
    "£": "GBP", "gbp": "GBP", "₸": "KZT", "тг": "KZT", "тенге": "KZT", "kzt": "KZT", "₴": "UAH", "грн": "UAH",
    "uah": "UAH", "byn": "BYN",
}  # fmt: skip
_CURRENCY = re.compile(r"[₽$€£₸₴]|[a-zа-я]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names the columns, and what it makes of them."""

    titles: Row
    columns: Mapping[Column, int]
    unit: str = ""
    """What the price's heading says of its currency: “Цена, руб.”."""

    @property
    def products(self) -> bool:
        """Whether each row is a product."""
        return self.columns.keys() >= _PRODUCTS

    @property
    def pairs(self) -> bool:
        """Whether each row is a question with its answer."""
        return self.columns.keys() >= _PAIRS

    @property
    def known(self) -> bool:
        """Whether the rows mean something to us."""
        return self.products or self.pairs


def header_of(row: Row) -> Header:
    """What a row says if it is the one that names the columns."""
    columns: dict[Column, int] = {}
    unit = ""
    for index, cell in enumerate(row):
        title, _, rest = re.sub(r"[()\[\]]", ",", cell.strip().lower()).partition(",")
        for column, headings in _HEADINGS.items():
            if title.strip() in headings and column not in columns:
                columns[column] = index
                unit = rest if column is Column.PRICE else unit
    return Header([cell.strip() for cell in row], columns, unit)


def passages(
    title: str, rows: Iterator[Row], skipped: list[Remark], first: int = 1
) -> Iterator[dict[str, Any]]:
    """What a table of a spreadsheet or a document holds.

    Rows above the one that names the columns are kept as text; without such a row the whole table is text.
    `first` is the number of the first row as its reader sees it.
    """
    above: list[Row] = []
    for number, row in enumerate(rows, start=first):
        header = header_of(row)
        if header.known:
            yield from _as_text(title, above)
            yield from under(header, rows, skipped, number + 1)
            return
        above.append(row)
        if number - first >= TITLE_ROWS:
            break
    yield from _as_text(title, [*above, *_bounded(rows, skipped)])


def under(header: Header, rows: Iterator[Row], skipped: list[Remark], first: int) -> Iterator[dict[str, Any]]:
    """The rows under `header`; rows that cannot be used are told in `skipped`."""
    for number, row in enumerate(rows, start=first):
        if number > MOST_ROWS:
            skipped.append(Remark(Said.AFTER_ROWS, {"most": MOST_ROWS}))
            return
        if not any(cell.strip() for cell in row):
            continue
        read = _product(header, row) if header.products else _pair(header, row)
        if read is not None:
            yield read
        else:
            said = Said.ROW_NO_PRICE if header.products else Said.ROW_NO_ANSWER
            skipped.append(Remark(said, {"row": number}))


def _bounded(rows: Iterator[Row], skipped: list[Remark]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            skipped.append(Remark(Said.AFTER_ROWS, {"most": MOST_ROWS}))
            return
        yield row


def _as_text(title: str, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Rows that are no products: a line each."""
    lines = [" · ".join(cell.strip() for cell in row if cell.strip()) for row in rows]
    text = "\n\n".join(line for line in lines if line)
    yield from passages_of(title, [Section((), text)])


def _pair(header: Header, row: Row) -> dict[str, Any] | None:
    question, answer = _cell(header, row, Column.QUESTION), _cell(header, row, Column.ANSWER)
    return pair(question, answer) if question and answer else None


def _product(header: Header, row: Row) -> dict[str, Any] | None:
    name, shown = _cell(header, row, Column.NAME), _cell(header, row, Column.PRICE)
    price = price_of(shown)
    if not name or price is None:
        return None
    attributes = {
        title: value.strip()
        for index, (title, value) in enumerate(zip(header.titles, row, strict=False))
        if title and value.strip() and index not in header.columns.values()
    }
    currency = _currency(header, row, shown)
    stock = _cell(header, row, Column.STOCK) or None
    updated = _date(_cell(header, row, Column.UPDATED))
    # In the shop's own words where there are some, for customers read them in the answer: “₽”, not “RUB”.
    unit = _cell(header, row, Column.CURRENCY) or currency
    facts = [name, shown if unit is None or _named(shown) else f"{shown} {unit}"]
    facts += [f"{title}: {value}" for title, value in attributes.items()]
    facts += [f"stock: {stock}"] if stock else []
    facts += [f"updated: {updated.isoformat()}"] if updated else []
    return {
        "kind": PassageKind.PRODUCT,
        "title": name[:LONGEST_TITLE],
        "text": "; ".join(facts)[:LONGEST_PASSAGE],
        "price": price,
        "currency": currency,
        "stock": stock,
        "updated": updated,
        "attributes": attributes,
    }


def _cell(header: Header, row: Row, column: Column) -> str:
    index = header.columns.get(column)
    return row[index].strip() if index is not None and index < len(row) else ""


def _currency(header: Header, row: Row, shown: str) -> str | None:
    """From its own column, from the price's cell, or from the price's heading (“Цена, руб.”)."""
    own = _cell(header, row, Column.CURRENCY)
    for words in (own, shown, header.unit):
        named = _named(words)
        if named:
            return named
    return own or None


def _named(words: str) -> str | None:
    """The code of the currency that `words` name."""
    return next((code for word in _CURRENCY.findall(words.lower()) if (code := _CURRENCIES.get(word))), None)


def _date(words: str) -> date | None:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(words, form).date()  # noqa: DTZ007 - a day on a list has no zone
        except ValueError:
            continue
    return None


# Thousands in groups, at most two decimals: “1,290” may be either and is not guessed.
_ONE_PRICE = re.compile(r"\D*?((?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+|\d+)(?:[.,]\d{1,2})?)\D*")


def price_of(text: str) -> Decimal | None:
    """The one number in a cell; None for none, for several (“1 290–1 490”) and for unclear ones."""
    found = _ONE_PRICE.fullmatch(text)
    if found is None:
        return None
    price = Decimal(re.sub(r"\s", "", found[1]).replace(",", "."))
    return price if price < MOST_MONEY else None
