"""What a draft is held against."""

from __future__ import annotations

from typing import Any

import pytest

from services.evaluate.case import Case
from services.evaluate.expecting import failed_checks

KB = [{"kind": "product", "title": "Свеча", "text": "Свеча; 1 290 ₽; 45 часов", "price": 1290}]


def case(action: str = "draft", text: str = "Сколько стоит?", **checks: Any) -> Case:
    return Case.model_validate(
        {
            "id": "a",
            "text": text,
            "lang": "ru",
            "category": "question",
            "action": action,
            "context": {"kb": KB, "caption": "С 10:00"},
            "checks": checks,
        }
    )


@pytest.mark.parametrize(
    ("wanted", "text", "stands"),
    [
        ("1290", "Стоит 1 290 ₽.", True),
        ("1 290", "Стоит 1290 ₽.", True),
        ("1290", "Стоит 11 290 ₽.", False),
        ("10", "Скидка 100 ₽", False),
        ("10", "Скидка 10 %.", True),
        ("990|1290", "1 290 ₽", True),
        ("бесплатн", "Доставка БЕСПЛАТНАЯ", True),
        ("ещё", "еще есть", True),
        ("M", "Medium is gone", False),
        ("M", "Есть размер M.", True),
        ("да", "Когда дата?", False),
    ],
)
def test_what_must_stand_in_a_draft(wanted: str, text: str, stands: bool) -> None:
    assert failed_checks(case(must=[wanted]), text) == ([] if stands else [f"must: {wanted}"])
    must_not = failed_checks(case(must_not=[wanted]), text)
    assert bool(must_not) is stands


def test_each_check_is_told_with_what_failed_it() -> None:
    wrong = failed_checks(
        case(must=["1290"], must_not=["скидк|акци"], lang="ru", max_chars=40, no_new_numbers=True),
        "Hello! We have a big скидка of 90 percent for you today only",
    )
    assert wrong == ["must: 1290", "must_not: скидк", "lang: ru", "max_chars: 60/40", "no_new_numbers: 90"]


def test_numbers_of_the_sources_the_post_and_the_talk_are_not_new() -> None:
    asked = case(no_new_numbers=True, text="А 2 штуки?")
    assert failed_checks(asked, "@customer_1 2 штуки по 1290,00 ₽, 45 часов, с 10:00") == []
    assert failed_checks(asked, "2580 ₽ за 2") == ["no_new_numbers: 2580"]


def test_where_no_draft_was_made_only_an_expected_one_is_missed() -> None:
    assert failed_checks(case(must=["1290"]), None) == ["no_draft"]
    assert failed_checks(case("hide", must_not=["1290"]), None) == []


@pytest.mark.parametrize(
    ("text", "language", "could"),
    [
        ("Здравствуйте! Свеча стоит 1 290 ₽.", "ru", True),
        ("Hello! The candle is 1 290 ₽.", "ru", False),
        ("Добрый день! Мы напишем вам о свече.", "uk", False),
        ("Доброго дня! Свічка коштує 1 290 ₽.", "uk", True),
        ("Доброго дня! Свічка коштує 1 290 ₽.", "ru", False),
        ("Сәлеметсіз бе! Бағасы 1 290 ₽.", "kk", True),
        ("Здравствуйте, сейчас уточним и напишем вам", "kk", False),
        ("We ship to Kazakhstan and Belarus for you.", "de", False),
        ("Die Kerze kostet 1 290 ₽ und ist auf Lager.", "de", True),
        ("Die Kerze kostet 1 290 ₽ und ist auf Lager.", "en", False),
        ("Teşekkürler, 1 290 ₽", "tr", True),
        ("Спасибо! ❤️", "uk", True),
        ("გამარჯობა", "ka", True),
    ],
)
def test_a_draft_in_another_language_is_noticed(text: str, language: str, could: bool) -> None:
    assert failed_checks(case(lang=language), text) == ([] if could else [f"lang: {language}"])
