"""Languages by script and telling marks."""

from __future__ import annotations

import pytest

from sandbox.llm.language import detect


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Сколько стоит?", "ru"),
        ("Скільки коштує?", "uk"),
        ("Қанша тұрады?", "kk"),
        ("How much is it?", "en"),
        ("Wie viel kostet das?", "de"),
        ("¿Cuánto cuesta?", "es"),
        ("Bonjour, c'est combien ?", "fr"),
        ("Fiyat ne kadar?", "tr"),
        ("いくらですか", "ja"),
        ("კარგი", "ka"),
        ("@anna_petrova красиво", "ru"),
        ("Свеча Provence есть?", "ru"),
    ],
)
def test_words_tell_the_language(text: str, code: str) -> None:
    found = detect(text, None)
    assert (found.code, found.sure) == (code, True)


def test_without_words_the_given_language_is_taken() -> None:
    assert detect("😍😍", "de").code == "de"
    assert detect("@some_english_handle", "ru").code == "ru"
    assert detect("!!!", None).code == "en"
