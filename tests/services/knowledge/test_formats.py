"""Files with known contents in every format come back exactly; what cannot be read says so."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pytest

from db.models.knowledge import PassageKind
from services.knowledge.reading import FileUnreadable, ReadDocument, read, read_apart

SAMPLES = Path(__file__).parent / "samples"


def products(document: ReadDocument) -> list[dict[str, Any]]:
    return [passage for passage in document.passages if passage["kind"] is PassageKind.PRODUCT]


def texts(document: ReadDocument) -> list[tuple[str, str]]:
    return [
        (passage["title"], passage["text"])
        for passage in document.passages
        if passage["kind"] is PassageKind.TEXT
    ]


@pytest.mark.parametrize("name", ["prices.xlsx", "prices.xls"])
def test_a_price_list_of_excel_becomes_rows(name: str) -> None:
    document = read(SAMPLES / name)
    candle, soap = products(document)
    assert candle == {
        "kind": PassageKind.PRODUCT,
        "title": "Свеча «Прованс»",
        "text": "Свеча «Прованс»; 1290 RUB; Объём: 200 мл; stock: 12; updated: 2026-11-01",
        "price": Decimal(1290),
        "currency": "RUB",
        "stock": "12",
        "updated": date(2026, 11, 1),
        "attributes": {"Объём": "200 мл"},
    }
    assert (soap["price"], soap["stock"], soap["updated"]) == (Decimal("390.5"), "под заказ", None)
    assert texts(document) == [("prices › Свечи", "Магазин «Лаванда»\n\nПрайс от 01.11.2026")]
    assert list(map(str, document.skipped)) == ["sheet “Свечи”: row 8: no name, or no readable price"]


def test_every_sheet_is_read_and_one_of_questions_becomes_pairs() -> None:
    document = read(SAMPLES / "faq.xlsx")
    [pair] = [passage for passage in document.passages if passage["kind"] is PassageKind.PAIR]
    assert (pair["title"], pair["text"]) == ("Есть доставка?", "Есть доставка?\nДа, по России.")
    assert texts(document) == [("faq › Часы", "Понедельник · 10–20\n\nВоскресенье · выходной")]
    assert list(map(str, document.skipped)) == [
        "sheet “Вопросы”: row 3: no question, or no answer",
        "sheet “Черновик”: hidden",
    ]


def test_a_word_document_keeps_headings_tables_and_their_order(tmp_path: Path) -> None:
    written = docx.Document()
    written.add_paragraph("Мы делаем свечи.")
    written.add_heading("Доставка", 1)
    written.add_paragraph("По Москве 300 ₽.")
    written.add_heading("Сроки", 2)
    written.add_paragraph("2–3 дня.")
    written.add_heading("Цены", 1)
    table = written.add_table(rows=2, cols=2)
    for cell, words in zip(
        [cell for row in table.rows for cell in row.cells], ["Товар", "Цена", "Свеча", "1 290 ₽"], strict=True
    ):
        cell.text = words
    written.add_paragraph("Вопрос: Можно вернуть?\nОтвет: Да, 14 дней.")
    written.save(str(tmp_path / "shop.docx"))
    document = read(tmp_path / "shop.docx")
    assert texts(document) == [
        ("shop", "Мы делаем свечи."),
        ("Доставка", "По Москве 300 ₽."),
        ("Доставка › Сроки", "2–3 дня."),
    ]
    [candle] = products(document)
    assert (candle["title"], candle["price"], candle["currency"]) == ("Свеча", Decimal(1290), "RUB")
    assert document.passages[-1] == {
        "kind": PassageKind.PAIR,
        "title": "Можно вернуть?",
        "text": "Можно вернуть?\nДа, 14 дней.",
    }


def test_a_page_of_a_site_is_read_without_its_menus_and_scripts(tmp_path: Path) -> None:
    page = """<!doctype html><html><head><title>x</title><style>p{}</style></head><body>
      <nav>Главная Каталог</nav><h1>Доставка</h1><p>По&nbsp;Москве <b>300&nbsp;₽</b>.</p>
      <script>alert('цена 1')</script><ul><li>Курьер</li><li>Почта</li></ul>
      <h2>Цены</h2><table><tr><th>Товар</th><th>Цена</th></tr><tr><td>Свеча</td><td>1290 ₽</td></tr></table>
      <footer>© 2026</footer></body></html>"""
    (tmp_path / "site.html").write_text(page, encoding="utf-8")
    document = read(tmp_path / "site.html")
    assert texts(document) == [("Доставка", "По Москве 300 ₽.\n\nКурьер\n\nПочта")]
    assert [(product["title"], product["price"]) for product in products(document)] == [
        ("Свеча", Decimal(1290))
    ]


def test_a_pdf_is_read_page_by_page() -> None:
    assert texts(read(SAMPLES / "guide.pdf")) == [
        ("guide › p. 1", "Доставка по Москве стоит 300 ₽ и занимает два дня.\nКурьер звонит за час."),
        ("guide › p. 2", "Returns are accepted within 14 days."),
    ]


def test_a_scanned_pdf_is_recognised_and_said_so() -> None:
    with pytest.raises(FileUnreadable, match=r"scan\.pdf: is scanned, its pages are pictures"):
        read(SAMPLES / "scan.pdf")


def test_scanned_pages_among_others_are_told() -> None:
    document = read(SAMPLES / "mixed.pdf")
    assert [text for _title, text in texts(document)] == ["Доставка.", "Возврат."]
    assert list(map(str, document.skipped)) == ["pages 2: pictures without text"]


@pytest.mark.parametrize("name", ["locked.pdf", "locked.xlsx"])
def test_a_password_is_told_from_damage(name: str) -> None:
    with pytest.raises(FileUnreadable, match="is protected by a password; save it without one"):
        read(SAMPLES / name)


@pytest.mark.parametrize("name", ["guide.pdf", "prices.xlsx", "prices.xls"])
def test_a_file_that_was_cut_short_is_damaged(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((SAMPLES / name).read_bytes()[:600])
    with pytest.raises(FileUnreadable, match="is damaged"):
        read(tmp_path / name)


def test_a_bomb_is_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 20_000_000)
    with pytest.raises(FileUnreadable, match="far larger inside"):
        read(tmp_path / "bomb.xlsx")


def test_a_disguised_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prices.docx").write_bytes((SAMPLES / "prices.xlsx").read_bytes())
    with pytest.raises(FileUnreadable, match="is not what its name says"):
        read(tmp_path / "prices.docx")


@pytest.mark.parametrize("name", ["prices.xlsx", "faq.xlsx", "guide.pdf"])
async def test_reading_apart_gives_the_very_same(name: str) -> None:
    assert await read_apart(SAMPLES / name) == read(SAMPLES / name)


async def test_reading_apart_tells_the_same_reasons() -> None:
    with pytest.raises(FileUnreadable, match=r"scan\.pdf: is scanned"):
        await read_apart(SAMPLES / "scan.pdf")
