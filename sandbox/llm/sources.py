"""The knowledge of one request, cut into pieces that can be quoted: sentences and products."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from sandbox.llm.concepts import Concept, concepts_in
from sandbox.llm.facts import money_in, segments, sentences
from sandbox.llm.folding import fold
from sandbox.llm.language import detect
from sandbox.llm.places import places_in
from sandbox.llm.stemming import stems
from sandbox.llm.task import Passage

_ENGLISH_NAME = re.compile(
    r"(?:english(?: name)?|name_en|name \(en\)|title_en|\ben\b|англ\w*)\s*[:=—–-]\s*(?P<name>[A-Za-z][^,;|"
    r"\n.]+)",
    re.IGNORECASE,
)
_SOLD_OUT = re.compile(
    r"(?<!\w)(?:нет в наличии|нет на складе|не в наличии|распродан|законч|разобрал|out of stock|sold out|"
    r"not available|unavailable|(?:stock|остаток|наличие|в наличии|availability|available)\W{1,3}(?:0\b|"
    r"нет|no\b|none|false|out))"
)
_IN_STOCK = re.compile(
    r"(?<!\w)(?:в наличии|есть в продаже|in stock|available|(?:stock|остаток|наличие)\W{1,3}(?:[1-9]|да|"
    r"yes|есть|true))"
)
_SERVICE_FIELD = re.compile(
    (
        r"^(?:attributes\W+)?(?:english|name|en\b|англ|updated|обновлен|updated_at|price|цена|стоимость|currency|валюта|"
        r"stock|остаток|наличие|в наличии|availability)"
    ),
    re.IGNORECASE,
)


_CONDITION = re.compile(
    r"(?<!\w)(?:при заказе (?:от|на)|если|при условии|for orders|orders over|if\b|when you)"
)
_HEADING = re.compile(r"[^.!?…:;,\d]{2,40}")


@dataclass(frozen=True)
class Unit:
    """One quotable piece. `passage_id` is None for the post's caption, which is a source without an id."""

    passage_id: str | None
    title: str
    text: str
    above: str = ""  # the question or the heading that this sentence follows inside its passage

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stems(self.text))

    @cached_property
    def title_stems(self) -> frozenset[str]:
        return frozenset(stems(f"{self.title} {self.above}"))

    @cached_property
    def concepts(self) -> frozenset[Concept]:
        found = concepts_in(self.text)
        return found | {Concept.PRICE} if self.money else found - {Concept.PRICE}

    @cached_property
    def title_concepts(self) -> frozenset[Concept]:
        return concepts_in(f"{self.title} {self.above}")

    @cached_property
    def money(self) -> list[str]:
        return money_in(self.text)

    @cached_property
    def places(self) -> frozenset[str]:
        return places_in(self.text)

    @cached_property
    def title_places(self) -> frozenset[str]:
        return places_in(self.title)

    @cached_property
    def conditional(self) -> bool:
        """Whether it holds on a condition only («при заказе от 5 000 ₽ доставка бесплатная»)."""
        return fold(self.text).find(_CONDITION) is not None

    @cached_property
    def language(self) -> str:
        return detect(self.text, None).code


@dataclass(frozen=True)
class Product(Unit):
    """A product's row: its names, its price as written, and whether it can be had (None: not said)."""

    name: str = ""
    english_name: str | None = None
    price: str | None = None
    in_stock: bool | None = None

    @cached_property
    def name_stems(self) -> frozenset[str]:
        return frozenset(stems(f"{self.name} {self.english_name or ''}"))

    def field(self, concept: Concept) -> str | None:
        """The part of the row that speaks of `concept`, such as «состав: соевый воск»."""
        parts = [part for part in segments(self.text) if not _SERVICE_FIELD.match(part) and part != self.name]
        return next((part for part in parts if concept in concepts_in(part)), None)


def units_of(passages: tuple[Passage, ...], caption: str) -> list[Unit]:
    """Every product and every sentence of `passages` and of the post's caption."""
    units: list[Unit] = []
    for passage in passages:
        if passage.kind == "product":
            units.append(_product(passage))
        else:
            units.extend(_sentences(passage.id, passage.title or "", passage.text))
    units.extend(_sentences(None, "", caption))
    return units


def _sentences(passage_id: str | None, title: str, text: str) -> list[Unit]:
    units: list[Unit] = []
    above = ""
    parts = list(sentences(text))
    for part in parts:
        if part.endswith("?") or (len(parts) > 1 and _HEADING.fullmatch(part)):
            above = part
            continue
        clean = re.sub(r"^(?:A|О|Ответ|Answer)\s?[:.]\s*", "", part)
        if clean.casefold() != title.casefold():
            units.append(Unit(passage_id, title, clean, above))
    return units


def _product(passage: Passage) -> Product:
    text = f"{passage.text}\n{_flat(passage.attributes)}".strip()
    given = passage.name if isinstance(passage.name, str) else ""
    name = given or _named(passage.title or "", next(segments(text), ""))
    english = _ENGLISH_NAME.search(text)
    latin = detect(name, "ru").code not in {"ru", "uk", "be", "kk"}
    return Product(
        passage_id=passage.id,
        title=name,
        text=text,
        name=name.split(" > ")[-1].split(" / ")[-1].strip(" .;—–-"),
        english_name=english["name"].strip() if english else name if latin else None,
        price=_price(passage, text),
        in_stock=_in_stock(passage, text),
    )


def _named(title: str, first_field: str) -> str:
    """The title where the row repeats it; a title that names the file only gives way to the first field."""
    label, colon, value = first_field.partition(":")
    if colon and label.strip().casefold() not in {"name", "название", "товар", "product"}:
        return title or first_field
    field = value.strip() if colon else first_field
    return title if not field or set(stems(field)) & set(stems(title)) else field


def _flat(attributes: object) -> str:
    if isinstance(attributes, dict):
        return "; ".join(f"{name}: {value}" for name, value in attributes.items())
    return attributes if isinstance(attributes, str) else ""


def _price(passage: Passage, text: str) -> str | None:
    """The price as the text writes it, else as the field has it with its currency."""
    given = passage.price
    if isinstance(given, int | float):
        given = f"{given:g}"
        written = next((money for money in money_in(text) if _digits(money) == _digits(given)), None)
        if written:
            return written
    if isinstance(given, str) and given:
        currency = passage.currency if isinstance(passage.currency, str) else ""
        return f"{given} {currency}".strip()
    return next(iter(money_in(text)), None)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _in_stock(passage: Passage, text: str) -> bool | None:
    said = fold(text if passage.stock is None else f"stock: {passage.stock}")
    if said.find(_SOLD_OUT):
        return False
    return True if said.find(_IN_STOCK) else None
