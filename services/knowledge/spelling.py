"""Other ways to write one word, in lower case and with `е` for `ё`: the other alphabet, another ending."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

SHORTEST_CUT = 6  # letters; shorter words are mostly root
KEPT = 0.5  # of a longer word: Russian endings and suffixes take up to so much of the rest

_SOUNDS: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "",
    "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_PAIRS: Final = """
shch=щ sch=щ zh=ж kh=х ts=ц ch=ч sh=ш yu=ю ju=ю ya=я ja=я yo=е jo=е ye=е je=е a=а b=б c=ц d=д
e=е f=ф g=г h=х i=и j=й k=к l=л m=м n=н o=о p=п q=к r=р s=с t=т u=у v=в w=в x=кс y=ы z=з
"""
_LETTERS: Final = tuple(pair.split("=") for pair in _PAIRS.split())
"""Longer sounds first."""


def folded(text: str) -> str:
    """`text` as words are compared."""
    return text.lower().replace("ё", "е")


def in_other_letters(word: str) -> Iterator[str]:
    """`word` as the other alphabet writes it: «самсунг» is samsung, dostavka is «доставка»."""
    if any("а" <= letter <= "я" for letter in word):
        latin = "".join(_SOUNDS.get(letter, letter) for letter in word)
        yield latin
        if "ks" in latin:
            yield latin.replace("ks", "x")
    elif any("a" <= letter <= "z" for letter in word):
        cyrillic = word
        for sound, letter in _LETTERS:
            cyrillic = cyrillic.replace(sound, letter)
        yield cyrillic


def beginning(word: str) -> str | None:
    """What «упакуете» and «упаковка» have in common; None of a word that is too short to be cut."""
    if len(word) < SHORTEST_CUT or not word.isalpha():
        return None
    return word[: max(round(len(word) * KEPT), SHORTEST_CUT - 2)]


def likeness(word: str, other: str) -> float:
    """The share of the shorter word's trigrams that the other one has: «прованз» and «прованс» 0.6."""
    ours, theirs = _trigrams(word), _trigrams(other)
    return len(ours & theirs) / min(len(ours), len(theirs))


@lru_cache(50_000)
def _trigrams(word: str) -> frozenset[str]:
    framed = f"  {word} "
    return frozenset(framed[place : place + 3] for place in range(len(framed) - 2))
