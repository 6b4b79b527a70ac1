"""From files, as people really save them, to passages."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from db.models.knowledge import PassageKind
from services.knowledge.reading import FileUnreadable, ReadDocument, read
from services.knowledge.reading.disguise import LARGEST_TEXT
from services.knowledge.reading.document import LONGEST_PASSAGE, LONGEST_TITLE
from services.knowledge.reading.table import MOST_ROWS


def written(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> ReadDocument:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return read(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_catalogue_is_read_as_spreadsheets_save_it(
    tmp_path: Path, encoding: str, delimiter: str, end: str
) -> None:
    rows = [
        ["Название", "Цена", "Валюта", "Наличие", "Аромат"],
        ['"Свеча ""Прованс"""', "1 290" if delimiter == "," else '"1 290,50"', "RUB", "да", "лаванда"],
        ["Мыло", "390", "RUB", "", ""],
    ]
    document = written(tmp_path, "c.csv", end.join(delimiter.join(row) for row in rows) + end, encoding)
    first, second = document.passages
    assert first["kind"] is PassageKind.PRODUCT
    assert first["title"] == 'Свеча "Прованс"'
    assert first["price"] == (Decimal(1290) if delimiter == "," else Decimal("1290.50"))
    assert first["currency"] == "RUB"
    assert first["attributes"] == {"Аромат": "лаванда"}
    assert first["stock"] == "да"
    assert first["text"].endswith("RUB; Аромат: лаванда; stock: да")
    assert (second["title"], second["price"], second["attributes"]) == ("Мыло", Decimal(390), {})
    assert list(map(str, document.skipped)) == []


def test_a_price_keeps_the_shops_own_word_for_its_currency(tmp_path: Path) -> None:
    document = written(tmp_path, "c.csv", "name;price;currency\nСвеча;1 290;₽\n", "utf-8")
    [candle] = document.passages
    assert (candle["text"], candle["currency"]) == ("Свеча; 1 290 ₽", "RUB")


def test_a_comma_in_every_row_does_not_hide_the_semicolons(tmp_path: Path) -> None:
    document = written(
        tmp_path, "c.csv", "name;price;note, if any\nСвеча;1 290,00;да, есть\nМыло;390,00;a, b\n"
    )
    assert [passage["price"] for passage in document.passages] == [Decimal(1290), Decimal(390)]


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("1290", "1290"),
        ("1 290 ₽", "1290"),
        ("1\u00a0290,00 руб.", "1290"),
        ("1290.50", "1290.50"),
        ("от 500 р.", "500"),
        ("0", "0"),
        ("$15", "15"),
        ("", None),
        ("по запросу", None),
        ("1 290–1 490", None),  # two prices are none
        ("1290 (было 1490)", None),
        ("2 шт. по 500", None),
        ("1,290", None),  # a thousand, or three decimals
        ("1,290.00", None),
        ("1" * 13, None),
    ],
)
def test_a_price_is_the_one_number_of_its_cell(tmp_path: Path, cell: str, price: str | None) -> None:
    content = f'name;price\nМыло;100\nСвеча;"{cell}"\n'
    document = written(tmp_path, "c.csv", content)
    if price is None:
        assert [passage["title"] for passage in document.passages] == ["Мыло"]
        assert list(map(str, document.skipped)) == ["row 3: no name, or no readable price"]
    else:
        assert document.passages[1]["price"] == Decimal(price)


def test_rows_that_cannot_be_used_are_reported_and_the_others_kept(tmp_path: Path) -> None:
    document = written(tmp_path, "c.csv", "name;price\n;100\nСвеча;\n;;\n\nМыло;390;extra\nШтора\n")
    assert [passage["title"] for passage in document.passages] == ["Мыло"]
    assert [line.split(":")[0] for line in map(str, document.skipped)] == ["row 2", "row 3", "row 7"]


def test_a_product_without_stock_and_currency_has_neither(tmp_path: Path) -> None:
    [product] = written(tmp_path, "c.csv", "товар,стоимость\nСвеча,1290\n").passages
    assert (product["currency"], product["attributes"], product["text"]) == (None, {}, "Свеча; 1290")


@pytest.mark.parametrize("content", ["title;цвет\nСвеча;белый\n", "просто слова", "price;stock\n1;2\n"])
def test_a_catalogue_must_name_its_columns(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileUnreadable, match="name the columns"):
        written(tmp_path, "c.csv", content)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("c.csv", b"", "name the columns"),
        ("c.csv", b"name;price\n", "holds no text"),
        ("c.csv", b'name;price\n"' + b"a" * 200_000, "not a readable table"),  # a quote that never ends
        ("d.md", b"", "holds no text"),
        ("d.txt", b" \n\n ", "holds no text"),
        ("d.txt", b"\x98\xff\xfe", "UTF-8 or Windows-1251"),
        ("d.txt", "Привет".encode("utf-16-le"), "UTF-8 or Windows-1251"),
        ("d.md", b"PK\x03\x04\x00\x00", "is no text"),
        ("d.pdf", b"%PDF-1.7", "is damaged"),
        ("d.pdf", b"words", "is not what its name says"),
        ("d.xls", b"words", "is not what its name says"),
        ("d.xlsx", b"words", "damaged, or is not what its name says"),
        ("d.docx", b"PK\x03\x04 and no more", "damaged, or is not what its name says"),
        ("d.png", b"words", "cannot be read; PDF, Word"),
        ("d", b"words", "cannot be read; PDF, Word"),
        ("d.txt", b"a" * (LARGEST_TEXT + 1), "larger than 5 MiB"),
    ],
)
def test_a_broken_file_says_what_is_wrong_with_it(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(FileUnreadable, match=says) as refused:
        written(tmp_path, name, content)
    assert str(refused.value).startswith(name)


def test_old_line_ends_are_read_too(tmp_path: Path) -> None:
    document = written(tmp_path, "c.csv", "name;price\rСвеча;1290\rМыло;390\r")
    assert len(document.passages) == 2


def test_a_document_is_cut_by_headings_and_keeps_their_path(tmp_path: Path) -> None:
    text = (
        "Вступление\n\n# Доставка #\nПо Москве 300 ₽.\n## Сроки\n2–3 дня.\n# Оплата\nКартой.\n#не заголовок\n"
    )
    document = written(tmp_path, "faq.MD", text)
    assert [(passage["title"], passage["text"]) for passage in document.passages] == [
        ("faq", "Вступление"),
        ("Доставка", "По Москве 300 ₽."),
        ("Доставка › Сроки", "2–3 дня."),
        ("Оплата", "Картой.\n#не заголовок"),
    ]
    assert {passage["kind"] for passage in document.passages} == {PassageKind.TEXT}


def test_paragraphs_are_gathered_and_long_ones_cut_between_words(tmp_path: Path) -> None:
    short = "Слово " * 20
    long = "слово " * 400
    document = written(tmp_path, "d.txt", f"{short}\n\n{short}\n\n{long}\n\n{'я' * 2000}\n\n{short}")
    pieces = [passage["text"] for passage in document.passages]
    assert all(0 < len(piece) <= LONGEST_PASSAGE for piece in pieces)
    assert pieces[0] == f"{short.strip()}\n\n{short.strip()}"
    assert not any(piece.startswith("лово") for piece in pieces)
    words = " ".join(pieces).split()
    assert words.count("слово") == 400
    assert "".join(pieces).count("я") >= 2000


def test_titles_and_products_have_bounds(tmp_path: Path) -> None:
    [passage] = written(tmp_path, "d.md", f"# {'T' * 5000}\nтекст").passages
    assert len(passage["title"]) == LONGEST_TITLE
    [product] = written(tmp_path, "c.csv", f"name;price;note\n{'N' * 5000};1;{'x' * 50_000}\n").passages
    assert (len(product["title"]), len(product["text"])) == (LONGEST_TITLE, LONGEST_PASSAGE)


def test_a_huge_catalogue_is_read_up_to_a_bound_that_is_told(tmp_path: Path) -> None:
    rows = "".join(f"Товар {number};{number}\n" for number in range(MOST_ROWS + 50))
    document = written(tmp_path, "c.csv", f"name;price\n{rows}")
    assert len(document.passages) == MOST_ROWS - 1
    assert list(map(str, document.skipped)) == [f"rows after {MOST_ROWS}"]


def test_one_line_as_large_as_a_file_may_be_is_read(tmp_path: Path) -> None:
    document = written(tmp_path, "d.txt", "слово " * (LARGEST_TEXT // 12))
    assert sum(passage["text"].count("слово") for passage in document.passages) == LARGEST_TEXT // 12
