"""Recognising our own words on Instagram."""

from __future__ import annotations

import unicodedata


def same_words(one: str, other: str) -> bool:
    """Whether two texts are equal after Unicode normalisation (rulings, 6)."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    """NFC, one kind of line end and white space: Instagram trims and may recompose."""
    return " ".join(unicodedata.normalize("NFC", text).split())
