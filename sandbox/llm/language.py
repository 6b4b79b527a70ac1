"""Guessing a comment's language from its script and a few telling letters and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sandbox.llm.folding import REMEMBERED, without_accents

# Letters and words that neighbours of the same script do not have; the first table that is hit wins.
_CYRILLIC = (
    ("kk", re.compile(r"[әғқңөұүһ]|\b(?:бар ма|жоқ|керек|рахмет|калай|канша)\b")),
    ("be", re.compile(r"ў|\b(?:дзякуй|колькі|калі ласка)\b")),
    ("uk", re.compile(r"[іїєґ]|\b(?:що|чи є|чи можна|скільки|коштує|дякую|привіт|будь ласка|де ви)\b")),
)
_LATIN = (
    ("tr", re.compile(r"[ğış]|\b(?:ne kadar|fiyat|merhaba|kargo|tesekkurler|var mi)\b")),
    ("pl", re.compile(r"[ąęłńśźż]|\b(?:ile kosztuje|dziekuje|czy jest)\b")),
    (
        "de",
        re.compile(
            r"ä|\b(?:wie|viel|kostet|kosten|was|wo|ich|ist|und|das|die|nicht|gibt|habt|ihr|liefert|danke|"
            r"schon|sehr|bitte|nach|wann|kann|man)\b"
        ),
    ),
    (
        "es",
        re.compile(
            r"[ñ¿¡]|\b(?:cuanto|cuesta|precio|hola|gracias|donde|tienen|envian|hacen|para|como|esta|muy|"
            r"hay|envios|quiero)\b"
        ),
    ),
    (
        "fr",
        re.compile(
            r"[œ]|\b(?:bonjour|combien|prix|merci|livrez|vous|est-ce|c'est|tres|avez|ou|le|les|pour|"
            r"livraison)\b"
        ),
    ),
    ("it", re.compile(r"\b(?:quanto|costa|prezzo|ciao|grazie|spedite|avete|dove|sono|bellissimo)\b")),
    ("pt", re.compile(r"[ãõ]|\b(?:quanto custa|preco|obrigad[oa]|voces|entrega|onde|qual)\b")),
)
_SCRIPTS = (
    ("ka", re.compile(r"[ა-ჿ]")),
    ("hy", re.compile(r"[Ա-֏]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_HANDLE = re.compile(r"[@#][\w.]+|https?://\S+")
_LATIN_WORD = re.compile(r"[a-zà-ÿğışąęłńśźżœ']+")
_ENGLISH = re.compile(
    r"\b(?:the|is|are|you|your|how|much|what|where|when|do|does|can|i|it|this|my|love|thank|thanks|price|"
    r"please|pls|so|and|for|to|in|of|have|ship|order|not|never)\b"
)


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is ISO-639-1; `sure` is False when the text gave too little and the fallback was taken."""

    code: str
    sure: bool


@lru_cache(REMEMBERED)
def detect(text: str, fallback: str | None) -> Language:
    """The language of `text` as written; `fallback` or English when it has no words to tell by."""
    words = _HANDLE.sub(" ", text).casefold()
    for code, pattern in _SCRIPTS:
        if pattern.search(words):
            return Language(code, sure=True)
    cyrillic = len(re.findall(r"[\u0400-\u04ff]", words))
    latin = len(re.findall(r"[a-z\u00c0-\u024f]", words))
    if cyrillic and cyrillic * 2 >= latin:
        return Language(_first(_CYRILLIC, words) or "ru", sure=True)
    if latin:
        return _latin(words, fallback)
    return Language(fallback or "en", sure=False)


def _latin(words: str, fallback: str | None) -> Language:
    count = len(_LATIN_WORD.findall(words))
    english = len(_ENGLISH.findall(words))
    best, hits = "en", english
    for code, pattern in _LATIN:
        found = max(len(pattern.findall(words)), len(pattern.findall(without_accents(words))))
        if found > hits:
            best, hits = code, found
    if hits == 0 and count <= 2 and fallback not in {None, "ru", "uk", "kk", "be"}:
        return Language(fallback or "en", sure=False)
    return Language(best, sure=hits > 0)


def _first(table: tuple[tuple[str, re.Pattern[str]], ...], words: str) -> str | None:
    return next((code for code, pattern in table if pattern.search(words)), None)
