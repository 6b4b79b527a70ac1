"""Passages as other importers may write them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.llm.asking import catalogue, draft

CAFE = [
    {"id": "h", "title": "", "text": "We are open Mon–Fri 8:00–20:00, Sat–Sun 9:00–18:00."},
    {"id": "a", "title": "", "text": "Address: 14 Baker Street, London."},
    {"id": "p", "title": "", "text": "Flat white £3.60, cappuccino £3.80, oat milk +£0.50."},
    {"id": "d", "title": "", "text": "Dogs are welcome on the terrace."},
    {"id": "q", "title": "FAQ", "text": "Do you have wifi?\nYes, it is free for guests."},
]


@pytest.mark.parametrize(
    "row",
    [
        {"title": "Плед «Туман»", "text": "Плед «Туман»; 4 900 ₽; в наличии; состав: шерсть"},
        {"title": "catalogue.csv", "text": "Плед «Туман»; 4 900 ₽; в наличии; состав: шерсть"},
        {"title": "Плед «Туман»", "text": "price: 4 900 ₽\nstock: 7\nсостав: шерсть"},
        {"title": "Плед «Туман»", "text": "цена: 4900 ₽; остаток: 3", "price": 4900, "currency": "₽"},
        {"name": "Плед «Туман»", "text": "", "price": "4 900", "currency": "₽", "stock": 7},
        {
            "title": "Плед «Туман»",
            "text": "",
            "price": 4900,
            "currency": "₽",
            "attributes": {"цвет": "серый"},
        },
    ],
)
def test_a_products_price_is_found_in_any_rendering(row: dict[str, Any]) -> None:
    answer = draft("Сколько стоит плед?", [{"id": "x", "kind": "product"} | row])
    assert answer.used_ids == ("x",)
    assert "Плед «Туман» — 4" in answer.reply
    assert "900 ₽" in answer.reply


@pytest.mark.parametrize(
    ("stock", "said"),
    [("0", "нет в наличии"), ("нет", "нет в наличии"), ("12", "есть в наличии"), (3, "есть")],
)
def test_stock_is_said_as_the_row_has_it(stock: Any, said: str) -> None:
    row = {"id": "x", "kind": "product", "title": "Плед", "text": "Плед; 4 900 ₽", "stock": stock}
    assert said in draft("Плед есть в наличии?", [row]).reply


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("what time do you open on Sunday?", "h"),
        ("where are you?", "a"),
        ("how much is a flat white", "p"),
        ("do you have oat milk?", "p"),
        ("are dogs allowed?", "d"),
        ("do you have wifi?", "q"),
    ],
)
def test_plain_sentences_are_found_and_quoted(question: str, passage: str) -> None:
    answer = draft(question, CAFE)
    assert answer.used_ids == (passage,)
    quoted = next(part["text"] for part in CAFE if part["id"] == passage).splitlines()[-1]
    assert quoted.rstrip(".") in answer.reply


def test_one_price_of_many_is_never_guessed_across_languages() -> None:
    answer = draft("Сколько стоит капучино?", CAFE)
    assert "3.60" not in answer.reply
    assert not answer.answerable


def test_bare_facts_cross_languages() -> None:
    passages = [
        {"id": "r", "title": "", "text": "Возврат в течение 7 дней."},
        {"id": "d", "title": "", "text": "Доставка СДЭК от 390 ₽, 3–6 дней."},
    ]
    assert "within 7 days" in draft("What is your return policy?", passages).reply
    assert "Delivery starts at 390 ₽, it takes 3–6 days." in draft("How much is shipping?", passages).reply


def test_markdown_of_a_document_does_not_reach_the_reply() -> None:
    passage = {"id": "m", "title": "", "text": "## Адрес\n\n- **Мы здесь:** `ул. Мира, 5`, Казань"}
    assert "Мы здесь: ул. Мира, 5" in draft("Где вы?", [passage]).reply


def test_the_sandbox_catalogue_has_what_the_page_promises() -> None:
    rows = catalogue()
    assert list(rows[0]) == ["name", "price", "currency", "stock", "attributes", "updated"]
    assert len(rows) == 10
    assert all("English: " in row["attributes"] for row in rows)
    assert {row["name"] for row in rows if row["stock"] == "0"} == {"Мыло «Ромашка»"}
