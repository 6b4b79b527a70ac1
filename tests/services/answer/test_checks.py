"""What a draft claims must stand in the sources it names: honest drafts pass, adversarial ones do not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from db.models import Passage
from db.models.comment import CommentKind
from db.models.knowledge import PassageKind
from services.answer.checks import Check, Failure, checked


def passage(kind: PassageKind, title: str, text: str, price: str | None = None) -> Passage:
    return Passage(kind=kind, title=title, text=text, price=None if price is None else Decimal(price))


OFFERED = {
    "k1": passage(PassageKind.PRODUCT, "Свеча «Прованс»", "Свеча «Прованс»; 1290 RUB; размер: 42", "1290.00"),
    "k2": passage(
        PassageKind.TEXT,
        "Доставка",
        "Доставка по Москве 300 ₽, бесплатно от 5 000 ₽. Срок 2–3 дня. Принимаем с 09:00 до 20:00.",
    ),
    "k3": passage(
        PassageKind.TEXT,
        "Контакты",
        "Телефон 8 (800) 555-35-35, сайт https://www.lavanda-home.ru/shop, почта info@lavanda-home.ru,"
        " @lavanda_home, акция до 24.11.2026",
    ),
    "k4": passage(PassageKind.PRODUCT, "Дом", "Дом; 12 900 000 тг", "12900000.00"),
    "k5": passage(PassageKind.TEXT, "Полка", "Полка 5\nмест, ярус 100"),
}
CAPTION = "Новая коллекция 2026 года, 7 ароматов"


def found(
    text: str,
    *used: str,
    language: str = "ru",
    mention: str | None = "anna_k",
    kind: CommentKind = CommentKind.COMMENT,
) -> set[tuple[Check, str]]:
    failures = checked(
        text, used_ids=used, offered=OFFERED, caption=CAPTION, language=language, mention=mention, kind=kind
    )
    assert len(failures) == len(set(failures))
    return {(failure.check, failure.found) for failure in failures}


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("Здравствуйте! Подскажем с радостью.", []),
        ("Свеча стоит 1290 ₽", ["k1"]),
        ("Свеча стоит 1 290 руб.", ["k1"]),
        ("Свеча стоит 1\u00a0290,00 рублей", ["k1"]),
        ("Свеча стоит 1\u202f290р", ["k1"]),
        ("Свеча стоит 1290", ["k1"]),
        ("Размер 42, цена 1290 ₽.", ["k1"]),
        ("Доставка 300 ₽, от 5000 ₽ бесплатно, 2-3 дня", ["k2"]),
        ("Ждём с 09:00 до 20:00", ["k2"]),
        ("Ждём с 9:00 до 20:00", ["k2"]),
        ("Звоните: +7 800 555-35-35", ["k3"]),
        ("Звоните: 8 800 555 35 35!", ["k3"]),
        ("Звоните: 88005553535", ["k3"]),
        ("Смотрите lavanda-home.ru/shop.", ["k3"]),
        ("Смотрите (https://lavanda-home.ru/shop/)", ["k3"]),
        ("Пишите на info@lavanda-home.ru", ["k3"]),
        ("Пишите @lavanda_home.", ["k3"]),
        ("Акция до 24.11.2026", ["k3"]),
        ("В коллекции 2026 года 7 ароматов", []),
        ("Дом стоит 12 900 000 тг", ["k4"]),
        ("@anna_k, свеча стоит 1290 ₽", ["k1"]),
        ("Спасибо, @Anna_K!", []),
        ("Отправим в течение дня :) Спасибо т.к. это важно", []),
    ],
)
def test_what_stands_in_the_sources_passes(text: str, used: list[str]) -> None:
    assert found(text, *used) == set()


@pytest.mark.parametrize(
    ("text", "used", "check", "words"),
    [
        # numbers
        ("Осталось 3 штуки", ["k1"], Check.NUMBER, "3"),
        ("Скидка 35%", ["k3"], Check.NUMBER, "35"),  # a part of the phone is no number
        ("Ждём с 10:00", ["k2"], Check.NUMBER, "10:00"),
        ("Размер 43", ["k1"], Check.NUMBER, "43"),
        ("Стоит 12900", ["k1"], Check.NUMBER, "12900"),
        ("Стоит 129", ["k1"], Check.NUMBER, "129"),
        ("Привезём за 5 дней", ["k2"], Check.NUMBER, "5"),
        ("Размер 4\u200b3", ["k1"], Check.NUMBER, "43"),  # an invisible character between
        ("Размер ４３", ["k1"], Check.NUMBER, "43"),  # full width
        ("Размер ④③", ["k1"], Check.NUMBER, "43"),
        ("Код SALE20", ["k1"], Check.NUMBER, "20"),
        ("Ярус 5 100", ["k5"], Check.NUMBER, "5 100"),  # from two lines of the source
        # sums, with and without the right source
        ("Свеча стоит 1290 ₽", [], Check.PRICE, "1290 ₽"),
        ("Свеча стоит 1290 ₽", ["k2"], Check.PRICE, "1290 ₽"),
        ("Свеча стоит 990 ₽", ["k1"], Check.PRICE, "990 ₽"),
        ("Свеча стоит 42 ₽", ["k1"], Check.PRICE, "42 ₽"),  # a size is no price
        ("Свеча стоит 42р", ["k1"], Check.PRICE, "42р"),
        ("Свеча стоит 42 р.", ["k1"], Check.PRICE, "42 р."),
        ("Свеча стоит 42 рубля", ["k1"], Check.PRICE, "42 рубля"),
        ("Всего $42", ["k1"], Check.PRICE, "$42"),
        ("Всего USD 42", ["k1"], Check.PRICE, "USD 42"),
        ("Всего 42 долларов", ["k1"], Check.PRICE, "42 долларов"),
        ("Всего 2026 ₽", ["k1"], Check.PRICE, "2026 ₽"),  # a number of the caption is no price
        ("Стоит 1.290 ₽", ["k1"], Check.PRICE, "1.290 ₽"),  # unclear: a person looks
        ("Дом стоит 12 900 001 тг", ["k4"], Check.PRICE, "12 900 001 тг"),
        # phones
        ("Звоните +7 800 555-35-36", ["k3"], Check.PHONE, "+7 800 555-35-36"),
        ("Звоните +7 800 555-35-35", [], Check.PHONE, "+7 800 555-35-35"),
        ("Звоните +9 800 555-35-35", ["k3"], Check.PHONE, "+9 800 555-35-35"),
        ("Акция до 25.11.2026", ["k3"], Check.PHONE, "25.11.2026"),
        # links and addresses
        ("Смотрите https://evil.example/shop", ["k3"], Check.LINK, "https://evil.example/shop"),
        ("Смотрите evil.ru", ["k3"], Check.LINK, "evil.ru"),
        ("Смотрите home.ru", ["k3"], Check.LINK, "home.ru"),  # the end of ours is not ours
        ("Смотрите a.lavanda-home.ru/shop", ["k3"], Check.LINK, "a.lavanda-home.ru/shop"),
        ("Смотрите lavanda-home.ru/shop/evil", ["k3"], Check.LINK, "lavanda-home.ru/shop/evil"),
        ("Смотрите lavanda-home.ru.evil.com", ["k3"], Check.LINK, "lavanda-home.ru.evil.com"),
        ("Смотрите bit.ly/abc", ["k3"], Check.LINK, "bit.ly/abc"),
        ("Смотрите scam.anything/abc", ["k3"], Check.LINK, "scam.anything/abc"),
        ("Смотрите evil\u200b.com", ["k3"], Check.LINK, "evil.com"),
        ("Смотрите ｅｖｉｌ．ｃｏｍ", ["k3"], Check.LINK, "evil.com"),
        ("Смотрите магазин.рф", ["k3"], Check.LINK, "магазин.рф"),
        ("Пишите evil@lavanda-home.ru", ["k3"], Check.LINK, "evil@lavanda-home.ru"),
        ("Пишите a@b.museum", ["k3"], Check.LINK, "a@b.museum"),
        # people
        ("Пишите @lavanda", ["k3"], Check.HANDLE, "@lavanda"),
        ("Пишите @evil.com", ["k3"], Check.HANDLE, "@evil.com"),
        ("@anna_kuznetsova, спасибо", [], Check.HANDLE, "@anna_kuznetsova"),
        # how it is written
        ("**Скидка**", [], Check.MARKDOWN, ""),
        ("# Цены", [], Check.MARKDOWN, ""),
        ("- раз\n- два", [], Check.MARKDOWN, ""),
        ("`код`", [], Check.MARKDOWN, ""),
        ("Смотрите [здесь](туда)", [], Check.MARKDOWN, ""),
        ("__важно__", [], Check.MARKDOWN, ""),
        # where it is from
        ("Спасибо", ["k9"], Check.SOURCE, "k9"),
    ],
)
def test_what_does_not_is_named(text: str, used: list[str], check: Check, words: str) -> None:
    assert (check, words) in found(text, *used)


def test_a_customers_name_is_no_claim() -> None:
    assert found("@shop1990.ru спасибо", mention="shop1990.ru") == set()
    assert found("@__anna__ спасибо", mention="__anna__") == set()
    assert found("@79991234567 спасибо", mention="79991234567") == set()
    assert (Check.HANDLE, "@anna_k") in found("@anna_k спасибо", mention=None)


@pytest.mark.parametrize(
    ("text", "language", "right"),
    [
        ("Спасибо!", "ru", True),
        ("Thank you!", "ru", False),
        ("Thank you!", "en", True),
        ("Спасибо!", "en", False),
        ("Danke!", "de", True),
        ("Рахмет!", "kk", True),
        ("Спасибо!", "", True),
        ("Thank you!", "und", True),
        ("❤️", "ru", True),
        ("Спасибо @a_very_long_latin_name!", "ru", True),
        ("Спасибо! www.a-very-long-latin-address.com", "ru", True),
    ],
)
def test_a_draft_is_in_the_customers_script(text: str, language: str, right: bool) -> None:
    assert ((Check.LANGUAGE, language) not in found(text, language=language)) is right


TAGS = "#а #б #в #г"
SITE = "lavanda-home.ru/shop"
OF_REPLIES = {Check.LENGTH, Check.HASHTAGS, Check.LINKS, Check.CAPITALS}


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("я" * 300, set()),
        ("я" * 301, {(Check.LENGTH, "301/300")}),
        (f"Красота {TAGS}", set()),
        (f"Красота {TAGS} #д", {(Check.HASHTAGS, "5/4")}),
        ("Заказ №5# и C# мы не делаем", set()),
        (f"Смотрите {SITE}", set()),
        (f"Смотрите {SITE} и {SITE}", {(Check.LINKS, "2/1")}),
        ("СПАСИБО ВАМ!", {(Check.CAPITALS, "")}),
        ("@anna_k СПАСИБО ВАМ!", {(Check.CAPITALS, "")}),
        (f"ДОБРО ПОЖАЛОВАТЬ: {SITE}", {(Check.CAPITALS, "")}),
        ("ДА, OK", set()),
        ("СПАСИБО вам!", set()),
        ("价格价格价格", set()),
    ],
)
def test_what_instagram_may_hold_against_a_reply_is_told(text: str, flags: set[tuple[Check, str]]) -> None:
    assert {one for one in found(text, "k3") if one[0] in OF_REPLIES} == flags
    for kind in CommentKind:
        public = kind in {CommentKind.COMMENT, CommentKind.MENTION}
        told = {one for one in found(text, "k3", kind=kind) if one[0] in OF_REPLIES}
        assert told == (flags if public else set()), "what goes to one person is not taken for spam"


def test_a_failure_is_kept_as_data() -> None:
    assert Failure(Check.PRICE, "42 ₽").row() == {"check": "price", "found": "42 ₽"}


def test_checks_are_quick_on_hostile_texts() -> None:
    """No pattern explodes: each of these ends."""
    for piece in ["1 ", "1.", "a.", "@a.", "http://", "[", "**", "1 000 ", "руб ", "+7(", "a@", "-.ru"]:
        checked(
            piece * 1000,
            used_ids=["k1"],
            offered=OFFERED,
            caption=piece * 1000,
            language="ru",
            mention=None,
        )
