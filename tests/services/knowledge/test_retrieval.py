"""Which passages a question finds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from db.engine import Database
from db.models.knowledge import PassageKind
from db.repositories import knowledge, searching
from services.knowledge.asking import MOST_WORDS, asked
from services.knowledge.offering import retrieved
from services.knowledge.spelling import beginning, in_other_letters, likeness
from services.knowledge.synonyms import Matter, groups_of
from tests.building import an_account


def row(name: str, rest: str = "", price: int = 100) -> dict[str, Any]:
    return {
        "kind": PassageKind.PRODUCT,
        "title": name,
        "text": f"{name}; {price} RUB; {rest}",
        "price": Decimal(price),
    }


def text(title: str, words: str) -> dict[str, Any]:
    return {"kind": PassageKind.TEXT, "title": title, "text": words, "price": None}


SHOP = [
    row("Свеча «Прованс»", "лаванда; гарантия: нет"),
    row("Свеча «Кедр»", "дерево; гарантия: нет"),
    row("Диффузор «Белый чай»", "100 мл; гарантия: нет"),
    row("Замена экрана iPhone 12", "гарантия: 90 дней"),
    row("Замена экрана iPhone 12 Pro", "гарантия: 90 дней"),
    row("Фитолампа", "24 Вт; гарантия: год"),
    text("Доставка › По городу", "Курьером 300 ₽, на следующий день."),
    text("Доставка › По России", "СДЭКом 390 ₽, до девяти дней."),
    text("Условия › Гарантия на работу", "Переделаем, если вернулось. Чек не нужен."),
    text("Условия › Оплата", "Картой, наличными, по счёту."),
    text("О нас › Чёрная пятница", "Всё дешевле один день в году."),
    text("О нас › Адрес", "Лесная, 12, ежедневно с 10:00 до 20:00."),
    text("In English › Payment", "Card and cash are fine."),
]


async def best(db: Database, question: str, caption: str = "", limit: int = 1) -> list[str]:
    async with db.transaction() as tx:
        account = await an_account(tx)
        await knowledge.replace(tx.session, account.id, "shop", "1", SHOP, {})
        found = await retrieved(tx.session, account.id, question, caption, limit)
    return [passage.title for passage in found]


@pytest.mark.parametrize(
    ("question", "caption", "title"),
    [
        ("сколько стоит прованс", "", "Свеча «Прованс»"),  # the marks around a name are no letters
        ("цена?", "Наша «Кедр» снова здесь", "Свеча «Кедр»"),
        ("почем?", "Свеча Прованс", "Свеча «Прованс»"),
        ("экран на 12 про сколько", "", "Замена экрана iPhone 12 Pro"),
        ("айфон 12 экран", "", "Замена экрана iPhone 12"),
        ("дифузор есть?", "", "Диффузор «Белый чай»"),  # misspelt
        ("лампа есть", "", "Фитолампа"),  # a part of the word
        ("difuzor skolko", "", "Диффузор «Белый чай»"),  # in other letters
        ("привезёте завтра?", "Свеча «Кедр»", "Доставка › По городу"),
        ("сколько курьером?", "«Кедр»", "Доставка › По городу"),  # it is no row's price that is asked for
        ("а в Казань?", "", "Доставка › По России"),
        ("гарантия какая", "Свеча «Кедр»", "Условия › Гарантия на работу"),  # the rows all say the word
        ("черная пятница будет?", "", "О нас › Чёрная пятница"),
        ("ЧЁРНАЯ", "", "О нас › Чёрная пятница"),
        ("картой можно?", "Диффузор", "Условия › Оплата"),
        ("can I pay by card", "", "In English › Payment"),
        ("где вы", "", "О нас › Адрес"),
    ],
)
async def test_the_passage_that_answers_comes_first(
    db: Database, question: str, caption: str, title: str
) -> None:
    assert await best(db, question, caption) == [title]


@pytest.mark.parametrize("question", ["", "?", "!!! 😍", "и а но", "' | & ! :* <-> \\ ( )"])
async def test_what_says_nothing_finds_nothing_and_breaks_nothing(db: Database, question: str) -> None:
    assert await best(db, question) == []


async def test_a_long_question_under_a_long_caption_stays_within_bounds(db: Database) -> None:
    words = " ".join(f"слово{number}" for number in range(500))
    meant = asked(words, f"{words} кедр")
    assert len({term.concept for term in meant.terms}) <= 2 * MOST_WORDS
    assert len(meant.terms) <= searching.MOST_QUERIES
    assert await best(db, words, words) == []


async def test_another_accounts_passages_are_never_found(db: Database) -> None:
    async with db.transaction() as tx:
        other = await an_account(tx, "17841400000000002")
        await knowledge.replace(
            tx.session, other.id, "theirs", "1", [row("Свеча «Тайная»", "прованс прованс")], {}
        )
    titles = await best(db, "свеча прованс тайная", limit=24)
    assert titles[0] == "Свеча «Прованс»"
    assert "Свеча «Тайная»" not in titles
    async with db.transaction() as tx:
        mine = await an_account(tx)
        assert "тайн" not in await searching.lexemes(tx.session, mine.id)


def test_words_of_one_matter_count_once_and_prices_are_noticed() -> None:
    price = asked("сколько стоит, какая цена?")
    assert price.matters == {Matter.PRICE}
    assert price.telling == set()
    assert asked("сколько хранится?").matters == {Matter.QUANTITY}
    assert asked("есть?").matters == {Matter.STOCK}
    assert [group.matter for group in groups_of("цену")] == [Matter.PRICE]
    assert groups_of("привезёте".replace("ё", "е")) == groups_of("отправите")


def test_spellings() -> None:
    assert list(in_other_letters("самсунг")) == ["samsung"]
    assert list(in_other_letters("макс")) == ["maks", "max"]
    assert list(in_other_letters("dostavka")) == ["доставка"]
    assert list(in_other_letters("12")) == []
    assert beginning("упакуете") == beginning("упаковка") == "упак"
    assert beginning("цена") is None
    assert likeness("прованз", "прованс") > 0.6 > likeness("прованс", "доставка")
