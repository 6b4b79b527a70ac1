"""What a reply wishes."""

from __future__ import annotations

import pytest

from bot.editing.wishes import HINT_LIMIT, Cancel, Hint, NewText, Wish, read_wish


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Да, есть.", NewText("Да, есть.")),
        ("отмена заказа возможна", NewText("отмена заказа возможна")),
        ("/цена 500", NewText("/цена 500")),
        (" ОТМЕНА ", Cancel()),
        ("/cancel", Cancel()),
        ("HINT: shorter", Hint("shorter")),
        ("подсказка : короче", Hint("короче")),
        ("Подсказка:", Hint(None)),
        ("Без подсказки: нет", NewText("Без подсказки: нет")),
        ("hint: " + "x" * 1000, Hint("x" * HINT_LIMIT)),
    ],
)
def test_a_reply_is_read(text: str, wish: Wish) -> None:
    assert read_wish(text) == wish
