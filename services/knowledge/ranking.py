"""Which passages answer a question best: BM25 without the counts of words, and what it knows of shops."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Passage
from db.models.knowledge import PassageKind
from db.repositories import searching
from db.repositories.searching import Kind, Match
from services.knowledge.asking import OWN_WORD, Asked, Term
from services.knowledge.spelling import in_other_letters, likeness
from services.knowledge.synonyms import Matter

MOST_READ = 120  # passages of which the headings are looked at; the rest shares only common words
SHORTEST_SPELLED = 4  # letters of a word that is looked for by its spelling
MOST_SPELLED = 6  # words, each of which is compared with all that the account knows
LEAST_ALIKE = 0.6
ALIKE = 0.7  # of a word's weight: a similar spelling may be another word
MOST_ALIKE = 5  # lexemes for one word

IN_TITLE = 1.8  # a heading says what the whole passage is about
LONG = 0.3  # how far a passage longer than the average has to hold more (the `b` of BM25, which takes 0.75)
ROW = {Matter.PRICE: 1.5, Matter.STOCK: 1.0}
"""What a product's row gains when its price or its stock is asked for, in the units of one rare word."""
OTHER_LANGUAGE = 0.6  # a text in the customer's language is the better source; a row has no language


async def ranked(session: AsyncSession, account_id: int, asked: Asked, limit: int) -> list[Passage]:
    """The account's passages that answer best, best first; empty when no word and no spelling fits."""
    kinds = await searching.kinds(session, account_id)
    matches = await searching.matching(session, account_id, [term.words for term in asked.terms])
    held = Holdings(asked.terms, kinds)
    held.take(matches)
    spelled = await _spelled(session, account_id, asked, held)
    if spelled:
        alike = Holdings(spelled, kinds)
        alike.take(await searching.matching(session, account_id, [term.words for term in spelled]))
        held.add(alike)
    chosen = held.best(MOST_READ)
    terms = [*asked.terms, *spelled]
    read = await searching.with_headings(session, chosen, [term.words for term in terms])
    known = asked.telling & held.concepts
    scored = [
        (_score(passage, held, {terms[bit].concept for bit in _bits(heading)}, asked, known), passage)
        for passage, heading in read
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].id))
    return [passage for _, passage in scored[:limit]]


class Holdings:
    """Which passages hold which concepts, and how much that says."""

    def __init__(self, terms: Sequence[Term], kinds: Mapping[bool, Kind]) -> None:
        self._terms = terms
        self._kinds = kinds
        self._scores: dict[int, dict[int, float]] = defaultdict(dict)
        self._matches: dict[int, Match] = {}

    def take(self, matches: Sequence[Match]) -> None:
        """Score what was found: of the terms of a concept the best counts.

        A term's weight is multiplied by its rarity, ln(1 + n / those that hold it). For a text it is counted
        among texts, because what stands in every row of a price list may be the matter of one text; for a row
        among rows and among all passages, whichever says less.
        """
        spread = Counter((bit, match.is_row) for match in matches for bit in _bits(match.held))
        for match in matches:
            self._matches[match.id] = match
            scores = self._scores[match.id]
            for bit in _bits(match.held):
                term = self._terms[bit]
                score = term.weight * self._rarity(bit, spread, is_row=match.is_row)
                scores[term.concept] = max(scores.get(term.concept, 0.0), score)

    def _rarity(self, bit: int, spread: Mapping[tuple[int, bool], int], *, is_row: bool) -> float:
        among_kind = self._kinds[is_row].passages / spread[bit, is_row]
        if not is_row:
            return math.log1p(among_kind)
        everything = sum(kind.passages for kind in self._kinds.values())
        among_all = everything / sum(spread.get((bit, kind), 0) for kind in (True, False))
        return math.log1p(min(among_kind, among_all))

    def add(self, alike: Holdings) -> None:
        """What holds a concept by its spelling, where nothing of its kind (row or text) writes it."""
        written = {
            (concept, self._matches[place].is_row) for place, held in self._scores.items() for concept in held
        }
        for place, held in alike._scores.items():
            match = alike._matches[place]
            new = {
                concept: score for concept, score in held.items() if (concept, match.is_row) not in written
            }
            if new:
                self._matches.setdefault(place, match)
                self._scores[place] |= new

    @property
    def concepts(self) -> set[int]:
        """Those that any passage holds."""
        return {concept for held in self._scores.values() for concept in held}

    def lacking(self, concept: int) -> bool:
        """Whether no row, or no text, holds the concept, of those that the account has."""
        kinds = {self._matches[place].is_row for place, held in self._scores.items() if concept in held}
        return any(kind.passages and is_row not in kinds for is_row, kind in self._kinds.items())

    def best(self, limit: int) -> list[int]:
        """The ids of the passages that hold most."""
        ordered = sorted(self._scores, key=lambda place: (-sum(self._scores[place].values()), place))
        return ordered[:limit]

    def scores(self, place: int) -> Mapping[int, float]:
        """The concepts that a passage holds."""
        return self._scores[place]

    def length(self, place: int) -> float:
        """Of a passage's text; 1 is the average of its kind."""
        match = self._matches[place]
        return match.length / self._kinds[match.is_row].length


async def _spelled(session: AsyncSession, account_id: int, asked: Asked, held: Holdings) -> list[Term]:
    """The question's words that rows or texts do not hold, as words of theirs that look alike."""
    missing = [
        (concept, word)
        for concept, word in asked.words.items()
        if len(word) >= SHORTEST_SPELLED and word.isalpha() and held.lacking(concept)
    ][:MOST_SPELLED]
    if not missing:
        return []
    known = [
        word
        for word in await searching.lexemes(session, account_id)
        if len(word) >= SHORTEST_SPELLED and word.isalpha()
    ]
    terms = []
    for concept, word in missing:
        forms = (word, *in_other_letters(word))
        alike = [(max(likeness(form, other) for form in forms), other) for other in known]
        near = heapq.nlargest(MOST_ALIKE, (each for each in alike if each[0] >= LEAST_ALIKE))
        if near:
            words = tuple(f"{other}*" for _, other in near)
            terms.append(Term(concept, words, OWN_WORD * ALIKE * near[0][0]))
    return terms


def _score(
    passage: Passage, held: Holdings, in_heading: Collection[int], asked: Asked, known: Collection[int]
) -> float:
    """How well a passage answers; `known` are the concepts of the question that any passage holds."""
    scores = held.scores(passage.id)
    total = sum(score * (IN_TITLE if concept in in_heading else 1.0) for concept, score in scores.items())
    total /= 1 - LONG + LONG * held.length(passage.id)
    if passage.kind is PassageKind.PRODUCT:
        about = not known or any(concept in scores for concept in known)
        # «Сколько доставка» asks for no row's price.
        return total + (sum(ROW.get(matter, 0.0) for matter in asked.matters) if about else 0.0)
    return total if _russian(passage.text) == asked.russian else total * OTHER_LANGUAGE


def _russian(text: str) -> bool:
    lower = text.lower()
    return sum("а" <= letter <= "я" for letter in lower) >= sum("a" <= letter <= "z" for letter in lower)


def _bits(held: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while held:
        low = held & -held
        yield low.bit_length() - 1
        held ^= low
