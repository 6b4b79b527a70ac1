"""Facts that may be quoted from a text: sums of money, days, hours, telephones, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

_GAP = r"[ \u00a0\u202f]"
_CURRENCY = (
    r"(?:₽|руб(?:лей|ля|ль|\.)?|р\.|р\b|rub\b|₸|тенге|тг\b|kzt\b|byn\b|€|eur\b|\$|usd\b|£|gbp\b|₴|грн\b|"
    r"uah\b)"
)
_AMOUNT = rf"\d{{1,3}}(?:{_GAP}\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d{{1,3}})*"
_MONEY = re.compile(
    rf"(?P<from>(?:от|from|starts? at|starting (?:at|from)|ab)\s+)?(?P<sum>[$€£]\s?(?:{_AMOUNT})|"
    rf"(?:{_AMOUNT}){_GAP}?{_CURRENCY})",
    re.IGNORECASE,
)
_LABELLED_PRICE = re.compile(
    (
        rf"(?:price|цена|стоимость)\W{{1,4}}(?P<sum>{_AMOUNT})(?:\W{{1,4}}(?:currency|"
        rf"валюта)\W{{1,3}}(?P<currency>\S{{1,4}}))?"
    ),
    re.IGNORECASE,
)
_DAYS = re.compile(
    (
        r"(?P<span>\d+(?:\s?[–—-]\s?\d+)?)\s*(?:рабочи\w+\s|business\s|working\s)?(?P<unit>дн\w*|день|"
        r"days?|недел\w*|weeks?|час\w*|hours?)\b"
    ),
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"(?P<open>\d{1,2}[:.]\d{2})\s*(?:до|–|—|-|to|till|until)\s*(?P<close>\d{1,2}[:.]\d{2})", re.IGNORECASE
)
_PHONE = re.compile(r"(?:\+\d|8)[\d\s()–-]{8,16}\d")
_ADDRESS = re.compile(
    r"(?:ул\.|улица|пр-т|пр\.|проспект|пер\.|переулок|наб\.|набережная|пл\.|площадь|ш\.|шоссе|бульвар|"
    r"б-р)\s?[^\n;.!?]*?\d+\w?(?:,\s?[^\n;.!?]+)?|\d+\w?\s(?:[A-Z][\w'-]+\s){1,3}(?:Street|St|Avenue|Ave|"
    r"Road|Rd|Lane|Square|Blvd)\b\.?(?:,\s?[A-Z][\w ]+)?"
)
_MARKUP = re.compile(r"[*`#>\[\]|~]+|(?<!\w)_+|_+(?!\w)")  # an underscore inside a handle stays
_BREAK = re.compile(
    r"(?<=[.!?…])(?<!\bул\.)(?<!\bпр\.)(?<!\bпл\.)(?<!\bг\.)(?<!\bд\.)(?<!\bм\.)(?<!\bт\.)(?<!\bSt\.)(?<!\b"
    r"No\.)\s+(?=[^\W\d_a-zа-яё]|[«\"“(\d])|\n+|\s[•·▪]\s|;\s+"
)
_SEGMENT = re.compile(r"[;|\n•]+|,\s(?=[^,:;|]{2,30}:\s)|(?<=[.!?])\s+")


def money_in(text: str) -> list[str]:
    """Sums as written («1 290 ₽»), without «от»."""
    sums = [match["sum"].strip() for match in _MONEY.finditer(text)]
    if sums:
        return sums
    labelled = _LABELLED_PRICE.search(text)
    if labelled is None:
        return []
    return [f"{labelled['sum']} {labelled['currency'] or ''}".strip()]


def least_money_in(text: str) -> str | None:
    """The first sum that a text gives as a lower bound («от 350 ₽» → «350 ₽»)."""
    return next((match["sum"].strip() for match in _MONEY.finditer(text) if match["from"]), None)


def days_in(text: str) -> tuple[str, str] | None:
    """A number or span with its unit: («2–5», «days»); the unit is `days`, `weeks` or `hours`."""
    match = _DAYS.search(text)
    if match is None:
        return None
    unit = match["unit"].casefold()
    kind = (
        "weeks"
        if unit.startswith(("нед", "week"))
        else "hours"
        if unit.startswith(("час", "hour"))
        else "days"
    )
    return re.sub(r"\s", "", match["span"]), kind


def hours_in(text: str) -> tuple[str, str] | None:
    """Opening and closing time where the text gives one pair only."""
    pairs = list(_HOURS.finditer(text))
    return (pairs[0]["open"], pairs[0]["close"]) if len(pairs) == 1 else None


def phone_in(text: str) -> str | None:
    match = _PHONE.search(text)
    return match[0].strip() if match else None


def address_in(text: str) -> str | None:
    match = _ADDRESS.search(text)
    return match[0].strip(" .,") if match else None


def sentences(text: str) -> Iterator[str]:
    """The sentences of a passage without markup; bullets and table rows are sentences."""
    for part in _BREAK.split(text):
        clean = " ".join(_MARKUP.sub(" ", part).split()).strip(" -–—•")
        if clean:
            yield clean


def segments(text: str) -> Iterator[str]:
    """The fields of a product's text («состав: соевый воск»)."""
    for part in _SEGMENT.split(text):
        clean = " ".join(_MARKUP.sub(" ", part).split()).strip(" -–—•,")
        if clean:
            yield clean
