"""Finding what answers a question: synonyms, word stems, the post's caption and the thread."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sandbox.llm.concepts import OF_A_PRODUCT, Concept, concepts_asked, naming_words
from sandbox.llm.facts import days_in
from sandbox.llm.places import ELSEWHERE, covers, places_in
from sandbox.llm.sources import Product, Unit, units_of
from sandbox.llm.stemming import stems
from sandbox.llm.task import Passage

_CLAUSE = re.compile(r"(?<=[?!.])\s+|\s*,?\s(?:и|а также|and|also|plus)\s(?=\S+\s|\S+\?)|;\s*")
_ASKS_SUM = re.compile(r"стои|цен|почем|how much|cost|price|how expensive")
_ASKS_TIME = re.compile(
    r"как долго|сколько (?:идет|идёт|ждать|дней|по времени|занима)|срок|быстро|how long|how fast|"
    r"how many days|when will"
)
_ASKS_CONDITION = re.compile(r"бесплат|free|если|if\b|при заказе")
_ANSWERED_BY_TITLE = 2.5
MOST_PRODUCTS = 3  # more of a kind than fit one short comment are asked back about


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a customer wants to know."""

    text: str
    concepts: frozenset[Concept]
    items: frozenset[str]  # stems of what it is asked of
    places: frozenset[str]

    @property
    def about_product(self) -> bool:
        return bool(self.concepts) and self.concepts <= OF_A_PRODUCT


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a need: products (their price, stock or a field), or sentences to quote, best first."""

    need: Need
    products: tuple[Product, ...] = ()
    quotes: tuple[Unit, ...] = ()
    ambiguous: bool = False

    def __bool__(self) -> bool:
        return bool(self.products or self.quotes)


def needs_of(text: str, context: str = "") -> list[Need]:
    """What `text` asks, by clauses; a bare follow-up inherits its matter from `context`, the thread."""
    clauses = [clause for clause in _CLAUSE.split(text) if clause and clause.strip()]
    asking = [
        need for need in map(_need, clauses) if need.concepts or ("?" in need.text and len(need.items) > 1)
    ]
    several = len({need.concepts for need in asking}) > 1
    needs = [*_sharing_items(asking)] if several else [_need(text)]
    if not needs[0].concepts and context:
        inherited = concepts_asked(context)
        first = needs[0]
        needs[0] = Need(
            first.text, inherited, first.items or frozenset(stems(naming_words(context))), first.places
        )
    first = needs[0]
    if not first.concepts and first.places:
        needs[0] = Need(first.text, frozenset({Concept.DELIVERY}), first.items, first.places)
    return needs[:3]


def _sharing_items(needs: list[Need]) -> Iterator[Need]:
    """«Диффузор есть? Сколько стоит?»: what is asked of nothing is asked of the thing named before."""
    named: frozenset[str] = frozenset()
    for need in needs:
        named = need.items or named
        yield replace(need, items=named) if need.about_product else need


def _need(text: str) -> Need:
    return Need(text, concepts_asked(text), frozenset(stems(naming_words(text))), places_in(text))


def _in_scripts(items: frozenset[str], units: list[Unit]) -> frozenset[str]:
    """`items` without words of a script that the sources never use: they could match nothing."""
    known = {_cyrillic(stem) for unit in units for stem in unit.stems | unit.title_stems}
    return frozenset(stem for stem in items if _cyrillic(stem) in known)


def _cyrillic(stem: str) -> bool:
    return any("а" <= letter <= "я" for letter in stem)


class Library:
    """The sources of one request and the search over them."""

    def __init__(self, passages: tuple[Passage, ...], caption: str, language: str) -> None:
        self.units = units_of(passages, caption)
        self.products = [unit for unit in self.units if isinstance(unit, Product)]
        self.kinds = frozenset(stem for product in self.products for stem in stems(product.name)[:1])
        self.caption_stems = frozenset(stems(caption))
        self.language = language
        counts = Counter(stem for unit in self.units for stem in unit.stems | unit.title_stems)
        self._weights = {stem: math.log(1 + len(self.units) / count) for stem, count in counts.items()}

    def find(self, need: Need) -> list[Found]:
        """What answers `need`, best first; a lone ambiguous finding when it fits too many things."""
        need = replace(need, items=_in_scripts(need.items, self.units))
        found = [self._find_sentences(need), self._find_kinds(need)]
        if need.about_product:
            found.insert(0, self._find_products(need))
            if found[0].ambiguous:
                return found[:1]
        return [each for each in found if each]

    def _find_kinds(self, need: Need) -> Found:
        """Products of the kind asked about where the kind is a matter of its own (gift certificates)."""
        kinds = tuple(product for product in self.products if need.concepts & product.title_concepts)
        return Found(need, products=kinds[:MOST_PRODUCTS])

    def _find_products(self, need: Need) -> Found:
        pool = [unit for unit in self.units if self._can_answer(unit, need)]
        scored = [(self._item_score(unit, need), unit) for unit in pool]
        best = max((score for score, _ in scored), default=0.0)
        if best <= 0:
            if need.items or any(self._shown(unit) for unit in self.units):
                return Found(need)  # something is meant that the pool does not have
            return _as_found(need, pool) if len(pool) == 1 else Found(need, ambiguous=len(pool) > 1)
        matched = [unit for score, unit in scored if score >= best - 0.01]
        products = [unit for unit in matched if isinstance(unit, Product)]
        matched = list(products) or matched
        if len(matched) > MOST_PRODUCTS:
            return Found(need, ambiguous=True)
        return _as_found(need, matched)

    def _can_answer(self, unit: Unit, need: Need) -> bool:
        if isinstance(unit, Product):
            return any(_says(unit, concept) for concept in need.concepts)
        if Concept.STOCK in need.concepts and need.items and need.items <= unit.stems:
            return True
        others = (unit.concepts | unit.title_concepts) - OF_A_PRODUCT - {Concept.CERTIFICATE}
        if others and not need.items & unit.stems:
            return False
        return bool(need.concepts & (unit.concepts | unit.title_concepts))

    def _item_score(self, unit: Unit, need: Need) -> float:
        """How well the named thing fits, the post's caption deciding between equals."""
        name = unit.name_stems if isinstance(unit, Product) else unit.title_stems
        asked = sum(
            self._weight(stem) * (2 if stem in name else 1) for stem in need.items & (name | unit.stems)
        )
        shown = self._shown(unit) + 0.5 * (unit.passage_id is None)
        if asked:
            return asked * 10 + shown
        return shown if not need.items or need.items & self.caption_stems else 0.0

    def _shown(self, unit: Unit) -> float:
        """How well the post's caption fits a product or a sentence."""
        name = unit.name_stems if isinstance(unit, Product) else unit.title_stems | unit.stems
        return (
            0.0 if unit.passage_id is None else sum(self._weight(stem) for stem in self.caption_stems & name)
        )

    def _find_sentences(self, need: Need) -> Found:
        scored = [
            (self._sentence_score(unit, need), unit) for unit in self.units if not isinstance(unit, Product)
        ]
        scored = [(score, unit) for score, unit in scored if score > 0]
        if not scored:
            return Found(need)
        scored.sort(key=lambda pair: -pair[0])
        best_score, best = scored[0]
        if need.places and Concept.DELIVERY in need.concepts and not self._reaches(best, need):
            return Found(need)
        quotes = [best]
        for score, unit in scored[1:]:
            near = unit.passage_id == best.passage_id and unit.above == best.above
            if (
                near
                and score >= 0.6 * best_score
                and unit.language == best.language
                and ELSEWHERE not in unit.places
            ):
                quotes.append(unit)
                break
        return Found(need, quotes=tuple(sorted(quotes, key=self.units.index)))

    def _sentence_score(self, unit: Unit, need: Need) -> float:
        in_text = need.concepts & unit.concepts
        in_title = need.concepts & unit.title_concepts
        words = sum(self._weight(stem) for stem in need.items & unit.stems)
        words += 0.6 * sum(self._weight(stem) for stem in need.items & (unit.title_stems - unit.stems))
        if not in_text and not in_title and not self._speaks_of(unit, need):
            return 0.0
        if need.about_product and need.items and not need.items & (unit.stems | unit.title_stems):
            return 0.0
        if self._of_another_kind(unit, need):
            return 0.0
        score = 2 * len(in_text) + _ANSWERED_BY_TITLE * len(in_title) + words
        if need.places:
            score += self._place_score(unit, need)
        if unit.language == self.language:
            score += 3
        asked = need.text.casefold()
        if _ASKS_SUM.search(asked) and unit.money:
            score += 1.5
        if _ASKS_TIME.search(asked) and days_in(unit.text):
            score += 2
        if unit.conditional and not _ASKS_CONDITION.search(asked):
            score -= 2.5
        return score + 0.5 * any(sign.isdigit() for sign in unit.text)

    def _of_another_kind(self, unit: Unit, need: Need) -> bool:
        """Whether soap would answer for candles: each names a kind of product, but not the same."""
        asked = need.items & self.kinds
        told = (unit.stems | unit.title_stems) & self.kinds
        return bool(asked) and bool(told) and not asked & told

    def _speaks_of(self, unit: Unit, need: Need) -> bool:
        """For a question without a known matter: enough of its words, and not only the product's name."""
        if need.concepts or not need.items:
            return False
        names = frozenset(stem for product in self.products for stem in product.name_stems)
        hits = need.items & (unit.stems | unit.title_stems)
        telling = {stem for stem in hits - names if len(stem) >= 4}
        return bool(telling) and len(hits) * 2 >= len(need.items)

    def _place_score(self, unit: Unit, need: Need) -> float:
        if covers(unit.places or unit.title_places, need.places):
            return 5
        if ELSEWHERE in unit.places and not any(covers(other.places, need.places) for other in self.units):
            return 4
        return -4 if unit.places else 0

    def _reaches(self, unit: Unit, need: Need) -> bool:
        if covers(unit.places or unit.title_places, need.places) or ELSEWHERE in unit.places:
            return True
        named_somewhere = any(other.places for other in self.units if Concept.DELIVERY in other.concepts)
        return not named_somewhere and all(":" in place for place in need.places)

    def _weight(self, stem: str) -> float:
        return self._weights.get(stem, 1.0)


def _says(product: Product, concept: Concept) -> bool:
    match concept:
        case Concept.PRICE:
            return product.price is not None
        case Concept.STOCK:
            return product.in_stock is not None
        case _:
            return product.field(concept) is not None


def _as_found(need: Need, units: list[Unit]) -> Found:
    products = tuple(unit for unit in units if isinstance(unit, Product))
    return Found(need, products=products) if products else Found(need, quotes=tuple(units[:2]))
