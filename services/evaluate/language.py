"""Whether a draft can be of the language that was asked for: by script, telling letters and small words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

FEW_LETTERS = 20  # fewer tell nothing of letters that a language merely often has

_ADDRESSES = re.compile(r"[@#][\w.]+|https?://\S+|www\.\S+|[\w.-]+@[\w.-]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z\u00c0-\u024f]")

_FOREIGN: Final[Mapping[str, re.Pattern[str]]] = {
    "ru": re.compile(r"[іїєґўәғқңөұүһ]"),
    "uk": re.compile(r"[ыэъёўәғқңөұүһ]"),
    "be": re.compile(r"[ищъїєґәғқңөұүһ]"),
    "kk": re.compile(r"[їєґў]"),
}
"""Letters that a language has not."""
_OWN: Final[Mapping[str, re.Pattern[str]]] = {
    "uk": re.compile(r"[іїєґ]"),
    "be": re.compile(r"[іў]"),
    "kk": re.compile(r"[әғқңөұүһі]"),
}
"""Letters without which the language has no sentence."""
_SMALL_WORDS: Final = """
en the is are you your we our and for to in of have please with can will it on
de der die das ist sind und wir sie ihr für mit nicht ein eine auf bitte kann zu im
es el la los las es son y tu su para con por en de que puede gracias hola un una
fr le la les est sont et vous nous pour avec dans de que merci bonjour un une votre
it il lo la i gli è sono e per con che di grazie ciao un una vostro
pt o a os as é são e para com que de obrigado olá um uma seu
tr ve bir için bu da de ile var yok size merhaba teşekkürler olarak bizim
pl i w na jest są dla z do nie że proszę dziękujemy się od
"""
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    line.split()[0]: frozenset(line.split()[1:]) for line in _SMALL_WORDS.strip().splitlines()
}
"""Small words, of which every longer sentence has some."""


def could_be(text: str, language: str) -> bool:
    """False when `text` is certainly of another language; short texts and unknown languages pass."""
    words = _ADDRESSES.sub(" ", text).casefold()
    cyrillic, latin = len(_CYRILLIC.findall(words)), len(_LATIN.findall(words))
    if language in _FOREIGN:
        own = _OWN.get(language)
        lacks = own is not None and cyrillic >= FEW_LETTERS and own.search(words) is None
        return cyrillic >= latin and not lacks and _FOREIGN[language].search(words) is None
    if language not in _WORDS:
        return True
    if cyrillic > latin:
        return False
    said = re.findall(r"[^\W\d_]+", words)
    hits = {code: sum(word in small for word in said) for code, small in _WORDS.items()}
    return hits[language] >= max(hits.values()) or max(hits.values()) < 2
