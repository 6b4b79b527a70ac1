"""Both languages say everything, with the same placeholders and all forms of number."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message

import bot
from bot.alerts.render import PARAMS
from bot.cards.callbacks import Press
from bot.cards.stage import Stage
from bot.texts import LOCALES, TextMissing, catalogues, texts
from db.models.comment import Category, CommentKind
from db.queue import Step
from services.answer.checks import Check
from services.instagram.errors import Trouble
from services.knowledge.keeping import Change
from services.knowledge.reading import Part, Said
from services.knowledge.reading.remark import ENGLISH

FORMS = {"ru": 3, "en": 2}
KEY = re.compile(r"[a-z_]+(\.[a-z_]+)+")
ROOM = Path(bot.__file__).parent
SUBJECTS = sorted(catalogues("en"))


def key_of(message: Message) -> str:
    """A message with forms of number has its key twice."""
    return message.id if isinstance(message.id, str) else message.id[0]


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def entries(locale: str, subject: str) -> dict[str, Message]:
    return {key_of(message): message for message in catalogues(locale)[subject] if message.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_catalogues() -> None:
    assert sorted(catalogues("ru")) == SUBJECTS
    assert {"cards", "alerts"} <= set(SUBJECTS)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_both_languages_have_the_same_keys(subject: str) -> None:
    assert entries("ru", subject).keys() == entries("en", subject).keys()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_nothing_is_left_untranslated_or_marked_as_doubtful(subject: str) -> None:
    for locale in LOCALES:
        for key, message in entries(locale, subject).items():
            assert all(text.strip() for text in translations(message)), (locale, key)
            assert not message.fuzzy, (locale, key)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_both_languages_use_the_same_placeholders(subject: str) -> None:
    russian, english = entries("ru", subject), entries("en", subject)
    for key, message in english.items():
        wanted = set().union(*map(placeholders, translations(message)))
        found = set().union(*map(placeholders, translations(russian[key])))
        assert found == wanted, key
        assert "" not in wanted, key


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_form_of_number_is_there_and_names_the_number(locale: str, subject: str) -> None:
    for key, message in entries(locale, subject).items():
        if not isinstance(message.id, str):
            assert len(translations(message)) == FORMS[locale], key
            assert all("count" in placeholders(text) for text in translations(message)), key


def test_russian_counts_as_russian_does() -> None:
    russian = texts("ru")
    said = {count: russian.plural("card.flag.more", count).split()[-1] for count in (1, 3, 5, 11, 21, 112)}
    words = {
        1: "замечание",
        3: "замечания",
        5: "замечаний",
        11: "замечаний",
        21: "замечание",
        112: "замечаний",
    }
    assert said == words


@pytest.mark.parametrize("locale", LOCALES)
def test_no_key_stands_in_two_catalogues_or_twice_in_one(locale: str) -> None:
    seen: dict[str, str] = {}
    for subject in SUBJECTS:
        for key in entries(locale, subject):
            assert key not in seen, (key, subject, seen[key])
            seen[key] = subject
        source = (ROOM / "locales" / locale / "LC_MESSAGES" / f"{subject}.po").read_text(encoding="utf-8")
        keys = re.findall(r'^msgid "(.+)"$', source, re.MULTILINE)
        assert len(keys) == len(set(keys)), subject


def test_every_text_that_the_code_names_exists() -> None:
    known = set().union(*(entries("en", subject).keys() for subject in SUBJECTS))
    rooms = {key.split(".")[0] for key in known}
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            key = node.value
            if KEY.fullmatch(key) and key.split(".")[0] in rooms:
                parts = any(one.startswith(key) for one in known)  # the beginning of a made-up key
                assert key in known or parts, (path.name, key)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_value_that_a_card_may_show_has_words(locale: str) -> None:
    words = texts(locale)
    for key in (
        *(f"card.stage.{stage}" for stage in Stage),
        *(f"card.category.{category}" for category in Category),
        *(f"card.kind.{kind}" for kind in CommentKind),
        *(f"card.button.{press.name.lower()}" for press in Press),
        *(f"card.flag.{check}" for check in Check),
        *(f"card.why.{trouble}" for trouble in Trouble),
        *(f"card.reason.{reason}" for reason in ("spam", "off_topic", "elsewhere", "wrong")),
        *(f"card.media.{kind}" for kind in ("feed", "reels", "ad", "live", "story")),
        *(f"alert.step.{step}" for step in Step),
        *(f"knowledge.said.{said}" for said in Said),
        *(f"knowledge.part.{part}" for part in Part),
        *(f"knowledge.{change}" for change in Change),
    ):
        assert words.has(key), key


@pytest.mark.parametrize("locale", LOCALES)
def test_every_alert_has_a_text_and_what_to_do_and_asks_for_nothing_unknown(locale: str) -> None:
    found = entries(locale, "alerts")
    kinds = [key.removesuffix(".do") for key in found if key.endswith(".do")]
    assert len(kinds) > 10
    for kind in kinds:
        for key in (kind, f"{kind}.do"):
            assert placeholders(translations(found[key])[0]) <= set(PARAMS), key


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_said_of_a_file_asks_for_no_value_that_its_remark_lacks(locale: str) -> None:
    found = entries(locale, "knowledge")
    assert set(ENGLISH) == set(Said)
    for said, english in ENGLISH.items():
        assert placeholders(translations(found[f"knowledge.said.{said}"])[0]) <= placeholders(english), said


def test_unknown_languages_read_english_and_regional_ones_their_own() -> None:
    assert texts("de").locale == texts(None).locale == "en"
    assert texts("ru-RU").locale == texts("ru_BY").locale == "ru"


def test_a_missing_text_is_an_error_and_not_a_key_on_the_screen() -> None:
    with pytest.raises(TextMissing):
        texts("en")("card.nothing.of.the.kind")
    with pytest.raises(TextMissing):
        texts("en").plural("card.nothing.of.the.kind", 2)


def test_braces_in_a_value_are_only_braces() -> None:
    assert "{0} {who}" in texts("en")("card.media.title", caption="{0} {who}")
