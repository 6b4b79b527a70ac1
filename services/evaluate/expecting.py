"""Whether a draft is as its case wants it."""

from __future__ import annotations

import re
import unicodedata

from services.evaluate.case import Case, Checks
from services.evaluate.language import could_be
from services.evaluate.staging import CUSTOMER

NO_DRAFT = "no_draft"
"""The failed check of a case that expects a text and got none."""

SHORT = 3  # letters: “M”, «да» and “yes” would stand in half of all words

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def failed_checks(case: Case, text: str | None) -> list[str]:
    """The names of the checks that `text`, the draft, does not pass; `must` and `must_not` with their words.

    None where no draft was made: nothing was said that must not be said, but what is expected is missing.
    """
    checks = case.checks
    if checks is None:
        return []
    if text is None:
        return [NO_DRAFT] if case.action.written else []
    return _failed(checks, case, text)


def _failed(checks: Checks, case: Case, text: str) -> list[str]:
    said = plain(text)
    failed = [
        f"must: {wanted}"
        for wanted in checks.must
        if not any(_stands(each, said) for each in wanted.split("|"))
    ]
    failed += [
        f"must_not: {each}"
        for unwanted in checks.must_not
        for each in unwanted.split("|")
        if _stands(each, said)
    ]
    if checks.lang is not None and not could_be(text, checks.lang):
        failed.append(f"lang: {checks.lang}")
    if checks.max_chars is not None and len(text) > checks.max_chars:
        failed.append(f"max_chars: {len(text)}/{checks.max_chars}")
    if checks.no_new_numbers:
        failed += [f"no_new_numbers: {number}" for number in new_numbers(case, text)]
    return failed


def plain(text: str) -> str:
    """In one case and one form of every character; `1 290` as 1290, `ё` as `е`, spaces single."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(_BETWEEN_DIGITS.sub("", folded).split())


def _stands(wanted: str, said: str) -> bool:
    """Whether `wanted` stands in the plain text `said`: a number as a whole one, a very short word as a word.

    Longer words may be given without their endings.
    """
    words = plain(wanted)
    if not words:
        return False
    before = after = ""
    if len(words) <= SHORT and words.isalpha():
        before, after = r"(?<!\w)", r"(?!\w)"
    if words[0].isdigit():
        before = r"(?<!\d)(?<!\d[.,])"
    if words[-1].isdigit():
        after = r"(?![.,]?\d)"
    return re.search(f"{before}{re.escape(words)}{after}", said) is not None


def new_numbers(case: Case, text: str) -> list[str]:
    """Numbers of `text` that stand nowhere in what the business knows, in the post or in the talk."""
    context = case.context
    sources = [case.text, context.caption or "", context.vision or ""]
    sources += [said.text for said in context.thread]
    sources += [passage.model_dump_json(exclude={"id"}) for passage in context.kb]
    known = {_value(number) for source in sources for number in _NUMBER.findall(plain(source))}
    said = plain(text.replace(f"@{CUSTOMER}", " "))
    return [number for number in _NUMBER.findall(said) if _value(number) not in known]


def _value(number: str) -> str:
    """1290.00, 1290,0 and 1290 are one value; 10:00 stays a time."""
    plain_number = number.replace(",", ".")
    if plain_number.count(".") == 1:
        plain_number = plain_number.rstrip("0").rstrip(".")
    return plain_number.lstrip("0") or "0"
