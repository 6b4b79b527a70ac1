"""Saying what was found: verbatim in the source's language, or its bare facts in the customer's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.llm.concepts import Concept
from sandbox.llm.facts import address_in, days_in, hours_in, least_money_in, money_in, phone_in
from sandbox.llm.language import detect
from sandbox.llm.phrases import Phrases, phrases
from sandbox.llm.retrieval import Found
from sandbox.llm.sources import Product, Unit

LONGEST_QUOTE = 210  # characters; leaves room for a greeting and a closing within 300


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer and the passage it comes from (None: the post's caption, or nothing)."""

    text: str
    passage_id: str | None = None


def state(found: Found, language: str, *, with_price: bool) -> tuple[Statement, ...]:
    """What was found, in `language` (`ru`, else English); empty when it cannot be said in it."""
    told = {text: unit.passage_id for text, unit in _sayings(found, language, with_price=with_price) if text}
    return tuple(Statement(text, passage_id) for text, passage_id in told.items())


def _sayings(found: Found, language: str, *, with_price: bool) -> list[tuple[str, Unit]]:
    words = phrases(language)
    if found.products:
        return [
            (_sentence(_product(product, found, language, with_price=with_price)), product)
            for product in found.products
        ]
    spoken = "ru" if language == "ru" else "en"
    told: list[tuple[str, Unit]] = []
    for unit in found.quotes:
        if unit.money and not with_price:
            continue
        if unit.language == spoken:
            told.append((_sentence(_fit(unit.text)), unit))
        else:
            told.append((_facts(unit, found, words), unit))
    return told


def _product(product: Product, found: Found, language: str, *, with_price: bool) -> str:
    words = phrases(language)
    name = _name(product, language, words)
    price = product.price if with_price else None
    concepts = found.need.concepts
    field = next(
        (text for text in map(product.field, sorted(concepts - {Concept.PRICE, Concept.STOCK})) if text), None
    )
    if field and (Concept.PRICE not in concepts or price is None):
        return words.field.format(name=name, field=_lower(field)) if _said_in(field, language) else ""
    if Concept.STOCK in concepts and Concept.PRICE not in concepts:
        if product.in_stock is False:
            return words.sold_out.format(name=name)
        if product.in_stock:
            return (
                words.stock_price.format(name=name, price=price) if price else words.stock.format(name=name)
            )
        return ""
    if price is None:
        if product.in_stock is None:
            return ""
        return words.stock.format(name=name) if product.in_stock else words.sold_out.format(name=name)
    stock = {True: words.available, False: words.unavailable, None: ""}[product.in_stock]
    return words.price.format(name=name, price=price) + (f", {stock}" if stock else "")


def _name(product: Product, language: str, words: Phrases) -> str:
    if language == "ru":
        return product.name or words.this_product
    return product.english_name or words.this_product


def _said_in(text: str, language: str) -> bool:
    return (detect(text, language).code == "ru") == (language == "ru")


def _facts(unit: Unit, found: Found, words: Phrases) -> str:
    """The bare facts of a sentence written in another language."""
    concepts = found.need.concepts
    text = unit.text
    if Concept.HOURS in concepts and (hours := hours_in(text)):
        return words.hours.format(open=hours[0], close=hours[1])
    if Concept.CONTACT in concepts and (phone := phone_in(text)):
        return words.phone.format(phone=phone)
    if Concept.ADDRESS in concepts and (address := address_in(text)):
        return words.address.format(address=address)
    if Concept.RETURN in concepts and (days := days_in(text)):
        return words.returns.format(span=days[0], unit=words.units[days[1]])
    if Concept.DELIVERY in concepts:
        return _delivery(text, words)
    if Concept.PRICE in concepts and len(sums := money_in(text)) == 1:
        return words.price.format(name=words.this_product, price=sums[0]) + "."
    return ""


def _delivery(text: str, words: Phrases) -> str:
    parts = []
    least, sums, days = least_money_in(text), money_in(text), days_in(text)
    if least:
        parts.append(words.delivery_sum_least.format(sum=least))
    elif sums:
        parts.append(words.delivery_sum.format(sum=sums[0]))
    if days:
        parts.append(words.delivery_time.format(span=days[0], unit=words.units[days[1]]))
    return _sentence(", ".join(parts)) if sums and parts else ""


def _fit(text: str) -> str:
    """`text` cut at a clause's end when it is too long to be quoted whole."""
    if len(text) <= LONGEST_QUOTE:
        return text
    head = text[:LONGEST_QUOTE]
    cut = max(head.rfind(sign) for sign in (";", ", ", " — ", ": "))
    return head[:cut] if cut > LONGEST_QUOTE // 3 else head[: head.rfind(" ")]


def _sentence(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ;,")
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")


def _lower(text: str) -> str:
    return text[0].lower() + text[1:] if len(text) > 1 and text[1].islower() else text
