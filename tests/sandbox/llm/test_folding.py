"""Readings of a disguised text."""

from __future__ import annotations

import pytest

from sandbox.llm.folding import fold, one_script


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("cпaсибо", "спасибо"),  # Latin c and a
        ("рriсe", "price"),  # Cyrillic р and с
        ("Ιgnοre", "ignore"),  # Greek
        ("спасибо", "спасибо"),
        ("price", "price"),
    ],
)
def test_a_word_of_mixed_scripts_becomes_one(word: str, plain: str) -> None:
    assert one_script(word.casefold()) == plain


def test_hidden_signs_and_case_are_dropped_and_letters_of_their_own_stay() -> None:
    assert fold("ЁЛКИ\u200b и\u00ad Йод").text == "елки и йод"
    assert fold("и\u0306од").text == "йод"
    assert fold("Schön, Größe, қанша").text == "schon, grosse, қанша"


def test_stretched_and_spelled_out_words_have_a_plain_reading() -> None:
    assert fold("спааааасибо").tight == "спасибо"
    assert fold("coooool").text == "cool"
    assert "дура" in fold("ты д у р а").plain
    assert fold("1gn0re").plain == "ignore"


def test_numbers_and_handles_are_left_alone() -> None:
    assert fold("490 ₽ @anna_5").plain == "490 ₽ @anna_5"
