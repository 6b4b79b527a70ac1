"""Names of categories without the signs that cards put before them."""

from __future__ import annotations

from bot.texts import Texts
from db.models.comment import Category


def name_of(texts: Texts, category: Category) -> str:
    """The word alone: a sign is two columns wide and would break a table, and nobody types it."""
    _sign, _, name = texts(f"card.category.{category}").partition(" ")
    return name
