"""Texts as they are stored: cleaning, trimming, limits, and entities that were given or found."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.telegram.errors import ApiError
from sandbox.telegram.text import StyledText, caption_text, message_text, style

KNOWN: dict[int, dict[str, Any]] = {501: {"id": 501, "is_bot": False, "first_name": "Ольга"}}


def styled(text: str, parse_mode: str = "HTML", entities: object = None) -> StyledText:
    return style(text, parse_mode, entities, KNOWN.get)


def kinds(text: StyledText) -> list[tuple[str, int, int]]:
    return [(entity["type"], entity["offset"], entity["length"]) for entity in text.entities]


def refusal(text: str, parse_mode: str = "", entities: object = None) -> str:
    with pytest.raises(ApiError) as refused:
        message_text(text, parse_mode, entities, KNOWN.get)
    assert refused.value.code == 400
    return refused.value.description


def given(kind: str, offset: int, length: int, **extra: object) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **extra}


def test_spaces_around_a_text_go_and_entities_move_along() -> None:
    text = styled("\n  <b>жирно</b> и всё \n")
    assert (text.text, kinds(text)) == ("жирно и всё", [("bold", 0, 5)])
    text = styled("  x <b> y  </b>")
    assert (text.text, kinds(text)) == ("x  y", [("bold", 2, 2)])


def test_a_text_may_not_begin_with_spaces_even_marked_as_code_but_marked_spaces_stay() -> None:
    text = styled("<code>  x</code>")
    assert (text.text, kinds(text)) == ("  x", [("code", 0, 3)])


def test_controls_become_spaces_and_overrides_vanish_from_under_entities() -> None:
    raw = "a\tb\r\n\u202eabc\u2028!"
    text = styled(raw, "", [given("bold", 5, 4), given("italic", 10, 1)])
    assert text.text == "a b\nabc!"
    assert kinds(text) == [("bold", 4, 3), ("italic", 7, 1)]


@pytest.mark.parametrize("nothing", ["", "  \n ", "<b> </b>", "\r\u202e"])
def test_a_text_of_nothing_is_refused(nothing: str) -> None:
    assert refusal(nothing, "HTML") == "Bad Request: message text is empty"


def test_the_limit_counts_utf16_units_after_parsing() -> None:
    full = "ж" * 4094 + "👍"
    assert message_text(f"<b>{full}</b>", "HTML", None, KNOWN.get).text == full
    assert refusal("ж" + full) == "Bad Request: message is too long"
    assert refusal("&amp;" * 4097, "HTML") == "Bad Request: message is too long"
    assert message_text("&amp;" * 4096, "HTML", None, KNOWN.get).text == "&" * 4096
    with pytest.raises(ApiError, match="message caption is too long"):
        caption_text("x" * 1025, "", None, KNOWN.get)


def test_too_many_bytes_are_refused_before_parsing() -> None:
    assert refusal("<b></b>" * 5000, "HTML") == "Bad Request: text is too long"


def test_markup_errors_carry_the_prefix_of_the_server() -> None:
    assert (
        refusal("<x>", "html")
        == 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0'
    )
    assert refusal("*x*", "MarkdownV2") == "Bad Request: unsupported parse_mode"


def test_parse_mode_wins_over_entities() -> None:
    assert kinds(styled("<i>xyz</i>", "HTML", [given("bold", 0, 3)])) == [("italic", 0, 3)]


def test_given_entities_are_stored_with_their_extras_in_order() -> None:
    text = styled(
        "Ольга, 12:58, код",
        "",
        [
            given("pre", 14, 3, language="sql"),
            given("text_mention", 0, 5, user={"id": 501}),
            given("date_time", 7, 5, unix_time=1_790_000_000, date_time_format="t"),
        ],
    )
    assert text.entities == (
        given("text_mention", 0, 5, user=KNOWN[501]),
        given("date_time", 7, 5, unix_time=1_790_000_000, date_time_format="t"),
        given("pre", 14, 3, language="sql"),
    )


def test_a_mention_of_somebody_unknown_leaves_plain_text() -> None:
    assert styled('<a href="tg://user?id=999">Кто</a>').entities == ()


@pytest.mark.parametrize(
    ("entity", "says"),
    [
        (given("bold", 3, 3), "entity beginning at UTF-16 offset 3 ends after the end of the text"),
        (given("bold", -1, 3), "receive an entity with incorrect offset -1"),
        (given("bold", 0, -3), "receive an entity with incorrect length -3"),
        (given("bold", 2, 3), "entity begins in a middle of a UTF-16 symbol at byte offset 1"),
        (given("bold", 0, 2), "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol"),
        (given("fancy", 0, 1), "can't parse MessageEntity: Unsupported type specified"),
        ({"type": "bold", "length": 1}, "can't parse MessageEntity: Can't find field \"offset\""),
        (given("text_link", 0, 1), "can't parse MessageEntity: Can't find field \"url\""),
        (given("text_link", 0, 1, url="nowhere"), "entity URL 'nowhere' is invalid"),
        (given("date_time", 0, 1, unix_time=1, date_time_format="x"), "can't parse MessageEntity"),
        ("bold", "can't parse MessageEntity: expected an Object"),
    ],
)
def test_wrong_entities_are_refused(entity: object, says: str) -> None:
    assert refusal("a👍жя", entities=[entity]).startswith(f"Bad Request: {says}")


def test_entities_that_are_no_json_array_count_as_none() -> None:
    assert styled("x", "", "[oops").entities == ()
    assert styled("x", "", '{"type": "bold"}').entities == ()


def test_styles_stop_at_code_and_equal_styles_join() -> None:
    assert kinds(styled("<b>до<code>код</code>после</b>")) == [
        ("bold", 0, 2),
        ("code", 2, 3),
        ("bold", 5, 5),
    ]
    assert kinds(styled("<b>раз<b>два</b></b>")) == [("bold", 0, 6)]
    assert kinds(styled("<code><b>x</b></code>")) == [("code", 0, 1)]


def test_quotes_do_not_nest_but_take_styles() -> None:
    text = styled("<blockquote>a<blockquote>b</blockquote><i>c</i></blockquote>")
    assert kinds(text) == [("blockquote", 0, 3), ("italic", 2, 1)]


def test_what_nobody_marked_is_found_outside_of_code() -> None:
    text = styled(
        "/start@shop_bot @olga_owner #акция https://a.example/x, a@b.example <code>/no @nobody</code> #1842"
    )
    assert kinds(text) == [
        ("bot_command", 0, 15),
        ("mention", 16, 11),
        ("hashtag", 28, 6),
        ("url", 35, 19),
        ("email", 56, 11),
        ("code", 68, 11),
    ]


def test_slashes_and_signs_inside_of_words_are_no_entities() -> None:
    assert styled("да/no и/или км/ч почта@olga_owner слово#метка /ещё #1842").entities == ()


def test_half_a_surrogate_pair_is_no_text() -> None:
    assert refusal("x\ud83d") == "Bad Request: strings must be encoded in UTF-8"
