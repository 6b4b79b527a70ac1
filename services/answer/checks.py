"""Checks in code after the model: what a draft claims must stand in the sources it names.

A failed check does not hide the draft: it is shown in words, and approving takes a second, explicit tap.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from db.life.delivery import Effect
from db.models import Passage
from db.models.comment import CommentKind
from db.models.knowledge import PassageKind
from services.deliver.channel import effect_of

# Limits of public replies that Meta published once and does not any more (datasheet, §3.1: UNSURE). A text
# beyond them may be refused or taken for spam: people are told, and may send it all the same.
PREFERRED_LENGTH = 300  # characters; also what people read
MOST_HASHTAGS = 4
MOST_LINKS = 1
SHOUTED = 5  # letters; "OK!" is no shouting


class Check(StrEnum):
    """What is checked; the words are keys of the card's catalogue."""

    NUMBER = "number"
    PRICE = "price"
    LINK = "link"
    PHONE = "phone"
    HANDLE = "handle"
    LANGUAGE = "language"
    LENGTH = "length"
    HASHTAGS = "hashtags"
    LINKS = "links"  # too many of them, whatever they are
    CAPITALS = "capitals"
    MARKDOWN = "markdown"
    SOURCE = "source"
    UNANSWERABLE = "unanswerable"  # the model says that the knowledge holds no answer
    INJECTION = "injection"  # the comment tries to command the bot


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed check and the words that failed it."""

    check: Check
    found: str

    def row(self) -> dict[str, str]:
        """As it is kept with the version."""
        return {"check": self.check.value, "found": self.found}


_ENDS = (
    r"ru|com|net|org|me|io|shop|store|рф|su|by|kz|ua|uz|de|fr|uk|us|eu|tv|co|ai|ly|gl|cc|info|biz|app|link"
    r"|xyz|site|online|club|pro|top|dev|page|live|space|world"
)
"""Ends of addresses that Instagram's readers would follow; before a path any other end is one too."""
_LINK = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?://|www\.)\S+"
    rf"|(?<!\w)(?:[\w-]+\.)+(?:(?:{_ENDS})(?!\w)(?:[/?#:]\S*)?|[a-z]{{2,}}/\S*)",
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"(?<!\w)#\w+")
_HANDLE = re.compile(r"(?<!\w)@(\w+(?:\.\w+)*)")
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[\s().-]{0,2}\d){6,18}(?!\w)")
_NUMBER = re.compile(r"\d+(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,:]\d+)*")
_SUM = r"(?<![\d.,])((?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)?)"
_MONEY = re.compile(
    rf"{_SUM}\s*(?:[₽€$£₸₴]|руб\w*|р\.|(?:р|rub|usd|eur|kzt|тг|грн)(?!\w)|тенге|евро|долл\w*)"
    rf"|(?:[₽€$£₸₴]|(?<!\w)(?:rub|usd|eur|kzt))\s*{_SUM}",
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
    kind: CommentKind = CommentKind.COMMENT,
) -> list[Failure]:
    """Everything in `text` that a manager should look at twice; empty when nothing was found.

    `offered` are the passages shown to the model by id; `mention` is the name of the customer, who may be
    addressed by it; `kind` is that of the words which `text` answers.
    """
    used = [offered[key] for key in used_ids if key in offered]
    sources = _plain("\n".join([caption, *(f"{passage.title}\n{passage.text}" for passage in used)]))
    body = _plain(text)
    failures = [Failure(Check.SOURCE, key) for key in used_ids if key not in offered]
    failures += _handles(body, sources, mention)
    body = _HANDLE.sub(" ", body)
    failures += _links(body, sources)
    body = _LINK.sub(" ", body)
    failures += _money(body, used)
    failures += _phones(_MONEY.sub(" ", body), sources)
    failures += _numbers(body, sources)
    if _MARKDOWN.search(_HANDLE.sub(" ", text)):
        failures.append(Failure(Check.MARKDOWN, ""))
    if effect_of(kind) is Effect.REPLY:
        failures += _unlike_a_reply(text)
    if not _in_language(text, language):
        failures.append(Failure(Check.LANGUAGE, language))
    return list(dict.fromkeys(failures))


def _unlike_a_reply(text: str) -> Iterable[Failure]:
    """What Instagram may hold against a public reply."""
    if len(text) > PREFERRED_LENGTH:
        yield Failure(Check.LENGTH, f"{len(text)}/{PREFERRED_LENGTH}")
    hashtags = len(_HASHTAG.findall(text))
    if hashtags > MOST_HASHTAGS:
        yield Failure(Check.HASHTAGS, f"{hashtags}/{MOST_HASHTAGS}")
    words = _HANDLE.sub(" ", text)
    links = len(_LINK.findall(words))
    if links > MOST_LINKS:
        yield Failure(Check.LINKS, f"{links}/{MOST_LINKS}")
    letters = [letter for letter in _LINK.sub(" ", words) if letter.isupper() or letter.islower()]
    if len(letters) >= SHOUTED and all(letter.isupper() for letter in letters):
        yield Failure(Check.CAPITALS, "")


def _plain(text: str) -> str:
    """One form of every character, and none that cannot be seen: `1\u200b290` reads 1290."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


def _handles(text: str, sources: str, mention: str | None) -> Iterable[Failure]:
    known = {handle.casefold() for handle in [*_HANDLE.findall(sources), mention or ""]}
    for handle in _HANDLE.findall(text):
        if handle.casefold() not in known:
            yield Failure(Check.HANDLE, f"@{handle}")


def _links(text: str, sources: str) -> Iterable[Failure]:
    known = {_address(link) for link in _LINK.findall(sources)}
    for link in _LINK.findall(text):
        if _address(link) not in known:
            yield Failure(Check.LINK, link.rstrip(_CLOSING))


_CLOSING = ".,!?;:)»”\"'"


def _address(link: str) -> str:
    """Without scheme, `www.`, and what ends a sentence: the whole rest must be the same."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link.casefold().rstrip(_CLOSING)).rstrip("/")


def _phones(text: str, sources: str) -> Iterable[Failure]:
    known = {_digits(phone) for phone in _PHONE.findall(sources)}
    for phone in _PHONE.findall(text):
        if _digits(phone) not in known:
            yield Failure(Check.PHONE, phone)


def _money(text: str, used: Sequence[Passage]) -> Iterable[Failure]:
    """Prices of products come from product rows only; other sums (delivery) from the text they stand in."""
    prices = {_value(str(passage.price)) for passage in used if passage.kind is PassageKind.PRODUCT}
    prices |= {value for passage in used for value, _words in _sums(_plain(passage.text))}
    for value, words in _sums(text):
        if value not in prices:
            yield Failure(Check.PRICE, words)


def _sums(text: str) -> Iterable[tuple[str, str]]:
    for found in _MONEY.finditer(text):
        yield _value(found[1] or found[2]), found[0].strip()


def _numbers(text: str, sources: str) -> Iterable[Failure]:
    known = {_value(number) for number in _lone_numbers(_LINK.sub(" ", sources))}
    known |= {value for value, _words in _sums(sources)}
    for number in _lone_numbers(text):
        if _value(number) not in known:
            yield Failure(Check.NUMBER, number)


def _lone_numbers(text: str) -> Iterable[str]:
    """Numbers that are neither sums nor parts of a phone."""
    return _NUMBER.findall(_PHONE.sub(" ", _MONEY.sub(" ", text)))


def _digits(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return "7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits  # +7 and 8 are one number


def _value(number: str) -> str:
    """1 290, 1290.00 and 1290 are one value; 10:00 stays a time."""
    plain = number.replace(" ", "").replace(",", ".")
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
