"""Folding a comment so that rules see through look-alike letters, hidden signs and stretched words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# The same knowledge comes with every question: its sentences are folded and sorted once.
REMEMBERED = 4_096  # texts
LONGEST = 4_000  # characters looked at; Instagram's comments end at 2,200

_CYRILLIC_FOR_LATIN = dict(zip("aceopxykmthbi", "асеорхукмтнві", strict=True))
_LATIN_FOR_CYRILLIC = dict(zip("асеорхукмтнві", "aceopxykmthbi", strict=True))
_LATIN_FOR_GREEK = dict(zip("αβεηικμνορτυχ", "abehikmnoptyx", strict=True))
_LATIN_FOR_SIGNS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s", "!": "i"}
_CYRILLIC_FOR_SIGNS = {"0": "о", "3": "з", "4": "ч", "6": "б", "@": "а"}

_WORD = re.compile(r"[^\W_]+")
_SIGNED_WORD = re.compile(r"(?:[^\W\d_]|[013-6$!](?=[^\W\d_])|(?<=[^\W\d_])@(?=[^\W\d_]))+")
_SPELLED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]{1,2}){2,}[^\W\d_](?!\w)")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_HIDDEN = {"Cf", "Mn", "Me"}  # zero-width and direction signs, soft hyphens, accents laid over letters


@dataclass(frozen=True, slots=True)
class Folded:
    """A comment in lower case, without disguises.

    `text` keeps its signs and emoji, `tight` has stretched letters as one («спааасибо» → «спасибо»),
    `plain` also reads digits as the letters they stand for and joins spelled-out words («1gn0re», «д у р а»).
    """

    text: str
    tight: str
    plain: str

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match of `pattern` in any of the readings."""
        return pattern.search(self.text) or pattern.search(self.tight) or pattern.search(self.plain)


@lru_cache(REMEMBERED)
def fold(raw: str) -> Folded:
    """`raw` as its readings; «ё» becomes «е», a word of mixed scripts becomes a word of one."""
    composed = unicodedata.normalize("NFKC", raw[:LONGEST]).replace("’", "'").replace("`", "'")
    visible = without_accents("".join(_visible(sign) for sign in composed)).casefold().replace("ё", "е")
    words = _WORD.sub(lambda word: one_script(word[0]), visible)
    text = _STRETCHED.sub(r"\1\1", words)
    tight = _STRETCHED.sub(r"\1", words)
    joined = _SPELLED_OUT.sub(lambda spelled: re.sub(r"[ .\-_*]", "", spelled[0]), tight)
    plain = _SIGNED_WORD.sub(lambda word: one_script(_letters(word[0])), joined)
    return Folded(text=text, tight=tight, plain=plain)


def one_script(word: str) -> str:
    """`word` (lower case) with look-alikes turned into the script that it cannot do without."""
    word = "".join(_LATIN_FOR_GREEK.get(letter, letter) for letter in word)
    scripts = {_script(letter) for letter in word} - {None}
    if scripts != {"CYRILLIC", "LATIN"}:
        return word
    only_latin = any(_script(letter) == "LATIN" and letter not in _CYRILLIC_FOR_LATIN for letter in word)
    only_cyrillic = any(
        _script(letter) == "CYRILLIC" and letter not in _LATIN_FOR_CYRILLIC for letter in word
    )
    if only_latin and not only_cyrillic:
        return "".join(_LATIN_FOR_CYRILLIC.get(letter, letter) for letter in word)
    return "".join(_CYRILLIC_FOR_LATIN.get(letter, letter) for letter in word)


def without_accents(text: str) -> str:
    """`text` with the accents of Latin letters dropped («ö» → «o»); «й» and «қ» stay letters of their own."""
    return "".join(_bare(letter) if "\u00c0" <= letter <= "\u024f" else letter for letter in text)


def _bare(letter: str) -> str:
    return "".join(
        sign for sign in unicodedata.normalize("NFD", letter) if unicodedata.category(sign) != "Mn"
    )


def _visible(sign: str) -> str:
    # «й» is one sign after NFKC, so that only accents without a letter of their own are dropped.
    return "" if unicodedata.category(sign) in _HIDDEN else sign


def _letters(word: str) -> str:
    if not any(sign.isalpha() for sign in word):
        return word
    cyrillic = any(_script(sign) == "CYRILLIC" for sign in word)
    letters = _CYRILLIC_FOR_SIGNS if cyrillic else _LATIN_FOR_SIGNS
    return "".join(letters.get(sign, sign) for sign in word)


def _script(letter: str) -> str | None:
    name = unicodedata.name(letter, "")
    return next((script for script in ("CYRILLIC", "LATIN") if name.startswith(script)), None)
