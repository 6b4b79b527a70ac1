"""Hostile words stay words: escaped, cut between characters, without pings and commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.markup import (
    MARKED,
    clean,
    cut,
    filled,
    link,
    moment,
    one_line,
    profile,
    safe_url,
    said,
    shows_nothing,
    tidy,
    units,
    words,
)
from bot.texts import texts
from sandbox.telegram.html import parse_html
from sandbox.telegram.text import message_text

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FAMILY = "👨‍👩‍👧‍👦"
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates and controls too


def test_length_is_counted_in_utf_16_units() -> None:
    assert units("aж😀") == 4


def test_a_short_text_is_not_cut() -> None:
    assert cut("привет", 6) == "привет"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("привет", 5, "прив…"),
        ("a😀😀", 4, "a😀…"),
        ("a😀😀", 3, "a…"),  # half a pair is no character
        ("abc" + FAMILY, 8, "abc…"),
        ("ab👍🏽cd", 5, "ab…"),
        ("ae\u0301\u0302zz", 4, "a…"),
        ("❤️❤️", 3, "❤️…"),
        ("ok 🇷🇺🇷🇺", 7, "ok…"),
        ("слово слово", 7, "слово…"),
        ("abc", 0, ""),
    ],
)
def test_a_cut_falls_between_visible_characters(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


def test_a_tower_of_accents_is_cut_somewhere() -> None:
    tower = "e" + "\u0301" * 5000
    assert units(cut(tower, 100)) == 100


@given(st.text(), st.integers(0, 50))
def test_a_cut_text_fits_and_begins_like_the_whole(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert units(shown) <= limit or shown == text
    assert shown == text or text.startswith(shown.removesuffix("…"))


def test_controls_and_changes_of_direction_are_taken_out() -> None:
    assert clean("a\x00b\u202ec\u2066d\r\ne\u2028f\ud800") == "a bcd\ne\nf\ufffd"


def test_right_to_left_words_stay() -> None:
    assert clean("שלום، مرحبا") == "שלום، مرحبا"


def test_empty_pages_become_one_empty_line() -> None:
    assert tidy("a\n\n \n\n\n\nb\n\n") == "a\n\nb"


def test_a_line_has_no_line_ends() -> None:
    assert one_line(" a\n\tb\u2028 c ", 10) == "a b c"


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u200d\ufeff", "\u2060\u3164\u2800", "\ufe0f"])
def test_a_text_may_show_nothing(text: str) -> None:
    assert shows_nothing(text)


@pytest.mark.parametrize("text", ["a", "👍", "ㅤ.", "\U0001fae9"])
def test_a_text_that_shows_something(text: str) -> None:
    assert not shows_nothing(text)


@example("@olga_owner /pause@shop_bot /start")
@example("x" * 10 + "@a " * 300 + "/b " * 300)
@given(ANY_TEXT)
def test_words_keep_their_length_and_their_markup_is_read_back_as_they_are(text: str) -> None:
    node = words(clean(text))
    shown, _entities = parse_html(node.as_html())
    assert len(node) == units(clean(text)) == units(shown)


def test_nobody_is_pinged_and_nothing_is_commanded_by_somebodys_words() -> None:
    text = "@olga_owner привет /pause@shop_bot, «/start» и @ivan_m! " * 40
    styled = message_text(words(text).as_html(), "HTML", None, lambda _id: None)
    kinds = {entity["type"] for entity in styled.entities}
    assert kinds == {"text_link", "code"}
    assert len(styled.entities) == MARKED  # of 100 that Telegram keeps; the rest would be unprotected


def test_names_lead_to_instagram() -> None:
    assert words("@anna.k!").as_html() == '<a href="https://www.instagram.com/anna.k/">@anna.k</a>!'
    assert profile("anna_k").as_html() == '<a href="https://www.instagram.com/anna_k/">anna_k</a>'


def test_a_name_that_is_none_is_only_text() -> None:
    assert profile('"><b>x').as_html() == '"&gt;&lt;b&gt;x'


def test_prices_and_addresses_are_no_commands() -> None:
    assert words("1/2, и/или, https://shop.ru/a/b, a@b.ru").as_html().count("<code>") == 0


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://instagram.com/p/1",
        "javascript:alert(1)",
        "https://instagram.com/a b",
        'https://instagram.com/"onclick',
        "https://instagram.com/<b>",
        "https://localhost/x",
        "https://[::1",
        "tg://user?id=1",
        "https://instagram.com/" + "a" * 2000,
        "https://instagram.com/\n",
    ],
)
def test_an_address_that_no_button_should_carry(url: str | None) -> None:
    assert safe_url(url) is None


def test_an_address_with_parameters_survives_the_markup() -> None:
    url = "https://www.instagram.com/p/1/?a=1&lt=2"
    assert safe_url(url) == url
    _text, [entity] = parse_html(link("post", url).as_html())
    assert entity.extra["url"] == url


def test_times_are_shown_in_the_readers_zone_with_a_date_when_they_are_old() -> None:
    assert (
        moment(NOW, NOW).as_html() == f'<tg-time unix="{int(NOW.timestamp())}" format="t">13:00 UTC</tg-time>'
    )
    assert 'format="dt">22.11 13:00 UTC<' in moment(NOW - timedelta(days=1), NOW).as_html()
    assert 'format="T">13:00:00 UTC<' in moment(NOW, NOW, seconds=True).as_html()


def test_nodes_stand_in_the_places_of_placeholders() -> None:
    line = filled(
        texts("en"), "card.status.approved", at=moment(NOW, NOW), who=said("{at} <b>@olga_owner", 40)
    )
    shown, entities = parse_html(line.as_html())
    assert shown == "✅ Approved by {at} <b>@olga_owner, 13:00 UTC"
    assert [entity.type for entity in entities] == ["text_link", "date_time"]
