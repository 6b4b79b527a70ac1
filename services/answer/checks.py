"""Checks in code after the model: what a draft claims must stand in the sources it names.

A failed check does not hide the draft: it is shown in words, and approving takes a second, explicit tap.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from db.models import Passage
from db.models.knowledge import PassageKind
from services.decide.wording import LONGEST_REPLY

PREFERRED_LENGTH = 300  # characters: the legacy limit of replies, and what people read (datasheet, §3.1)


class Check(StrEnum):
    """What is checked; the words are keys of the card's catalogue."""

    NUMBER = "number"
    PRICE = "price"
    LINK = "link"
    PHONE = "phone"
    HANDLE = "handle"
    LANGUAGE = "language"
    LENGTH = "length"
    MARKDOWN = "markdown"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed check and the words that failed it."""

    check: Check
    found: str

    def row(self) -> dict[str, str]:
        """As it is kept with the version."""
        return {"check": self.check.value, "found": self.found}


_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:ru|com|net|org|me|io|shop|store|рф)\b\S*", re.IGNORECASE
)
_HANDLE = re.compile(r"(?<!\w)@([\w.]+)")
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[\s().-]{0,2}\d){6,18}(?!\w)")
_NUMBER = re.compile(r"\d+(?:[\s\u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,:]\d+)*")
_MONEY = re.compile(
    r"(\d[\d\s\u00a0\u202f]*(?:[.,]\d+)?)\s*(?:₽|руб\w*|р\.|rub\b|usd\b|eur\b|€|\$|тенге|₸|kzt\b)|[$€]\s*(\d[\d\s]*(?:[.,]\d+)?)",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"\*\*|__|^#{1,6}\s|^\s*[-*]\s+\S|`|\[[^\]]+\]\([^)]+\)", re.MULTILINE)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")


def checked(
    text: str,
    *,
    used_ids: Sequence[str],
    offered: dict[str, Passage],
    caption: str,
    language: str,
    mention: str | None = None,
) -> list[Failure]:
    """Everything in `text` that a manager should look at twice; empty when nothing was found.

    `offered` are the passages shown to the model by id; `mention` is the customer's name that our own
    rules put before the text.
    """
    body = text.removeprefix(f"@{mention}") if mention else text
    used = [offered[key] for key in used_ids if key in offered]
    sources = _plain(" ".join([caption, *(f"{passage.title} {passage.text}" for passage in used)]))
    failures = [Failure(Check.SOURCE, key) for key in used_ids if key not in offered]
    failures += _links(body, sources)
    failures += _phones(body, sources)
    failures += _money(body, used)
    failures += _numbers(body, sources)
    if _MARKDOWN.search(body):
        failures.append(Failure(Check.MARKDOWN, ""))
    if len(text) > PREFERRED_LENGTH:
        failures.append(Failure(Check.LENGTH, f"{len(text)}/{PREFERRED_LENGTH}"))
    if not _in_language(body, language):
        failures.append(Failure(Check.LANGUAGE, language))
    return list(dict.fromkeys(failures))


def too_long(text: str) -> bool:
    """Whether Instagram would refuse the text."""
    return len(text) > LONGEST_REPLY


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _links(text: str, sources: str) -> Iterable[Failure]:
    for link in _LINK.findall(text):
        if _plain(link).rstrip(".,!?)") not in sources:
            yield Failure(Check.LINK, link)
    for handle in _HANDLE.findall(text):
        if f"@{_plain(handle).rstrip('.')}" not in sources:
            yield Failure(Check.HANDLE, f"@{handle}")


def _phones(text: str, sources: str) -> Iterable[Failure]:
    known = {_digits(phone) for phone in _PHONE.findall(sources)}
    for phone in _PHONE.findall(text):
        if _digits(phone) not in known:
            yield Failure(Check.PHONE, phone)


def _money(text: str, used: Sequence[Passage]) -> Iterable[Failure]:
    """Prices of products come from product rows only; other sums (delivery) from the text they stand in."""
    prices = {_value(str(passage.price)) for passage in used if passage.kind is PassageKind.PRODUCT}
    prices |= {
        _value(number)
        for passage in used
        for sum_ in _MONEY.finditer(passage.text)
        for number in sum_.groups()
        if number
    }
    for sum_ in _MONEY.finditer(text):
        number = sum_[1] or sum_[2]
        if _value(number) not in prices:
            yield Failure(Check.PRICE, sum_[0].strip())


def _numbers(text: str, sources: str) -> Iterable[Failure]:
    known = {_value(number) for number in _NUMBER.findall(sources)}
    without = _PHONE.sub(" ", _MONEY.sub(" ", _LINK.sub(" ", _HANDLE.sub(" ", text))))
    for number in _NUMBER.findall(unicodedata.normalize("NFKC", without)):
        if _value(number) not in known:
            yield Failure(Check.NUMBER, number)


def _digits(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return "7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits  # +7 and 8 are one number


def _value(number: str) -> str:
    """1 290, 1290.00 and 1290 are one value; 10:00 stays a time."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", number).replace(",", ".")
    if "." in plain and plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def _in_language(text: str, language: str) -> bool:
    """A coarse look at the script; finer languages are the manager's to judge."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(_LINK.sub("", _HANDLE.sub("", text))))
    if language in {"ru", "uk", "be", "kk", "bg", "sr", "ky", "mn"}:
        return cyrillic >= latin
    if language in {"en", "de", "fr", "es", "it", "pt", "pl", "tr"}:
        return latin >= cyrillic
    return True
