"""The words of the bot: gettext catalogues, read from their sources at start.

Keys are symbolic (`card.state.pending`), so Russian and English are both translations and a missing one
shows in a test. Catalogues are `bot/locales/<locale>/LC_MESSAGES/<subject>.po`; their keys never meet.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = ("ru", "en")
FALLBACK = "en"
_FOLDER = Path(__file__).resolve().parent / "locales"


class TextMissing(KeyError):
    """A text is not in the catalogue."""


@dataclass(frozen=True, slots=True)
class Texts:
    """One language. Values are put in with `str.format`, so braces in a customer's words are harmless."""

    locale: str
    _translations: gettext.NullTranslations

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`. Raises TextMissing."""
        text = self._translations.gettext(key)
        if text == key:
            raise TextMissing(key)
        return text.format(**values)

    def plural(self, key: str, count: int, **values: object) -> str:
        """The text of `key` in the form that `count` needs; `{count}` stands for the number."""
        text = self._translations.ngettext(key, key, count)
        if text == key:
            raise TextMissing(key)
        return text.format(count=count, **values)

    def has(self, key: str) -> bool:
        """Whether the catalogue knows `key`."""
        return self._translations.gettext(key) != key


def catalogues(locale: str) -> dict[str, Catalog]:
    """The sources of one language by subject."""
    found = {}
    for path in sorted((_FOLDER / locale / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as source:
            found[path.stem] = read_po(source, locale=locale)
    return found


@cache
def texts(locale: str | None) -> Texts:
    """The texts for a locale such as `ru`, `ru-RU` or `en`; other languages read English."""
    language = (locale or FALLBACK).replace("_", "-").split("-")[0].lower()
    language = language if language in LOCALES else FALLBACK
    translations: gettext.NullTranslations = gettext.NullTranslations()
    for catalogue in catalogues(language).values():
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        subject = gettext.GNUTranslations(compiled)
        subject.add_fallback(translations)
        translations = subject
    return Texts(language, translations)
