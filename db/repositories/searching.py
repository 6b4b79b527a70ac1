"""Which passages hold which words: full text in Russian and English, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ARRAY, CTE, BigInteger, ColumnElement, Integer, Text, cast, column, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Passage
from db.models.knowledge import FROM, TO, PassageKind
from db.repositories.knowledge import known_to

MOST_QUERIES: Final = 63
"""Of one search: the bits of a bigint without its sign."""
MOST_LEXEMES = 20_000
PATH = " › "  # between the headings above a text

Words = Sequence[str]
"""Words of which any will do: letters and digits only, and `*` at the end for any ending."""


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that holds a word; bit n of `held` tells that it holds one of the n-th words asked for."""

    id: int
    is_row: bool
    length: int
    held: int


@dataclass(frozen=True, slots=True)
class Kind:
    """How many rows of products, or texts, an account knows, and how many characters they have on average."""

    passages: int = 0
    length: float = 1.0


async def kinds(session: AsyncSession, account_id: int) -> dict[bool, Kind]:
    """The rows (True) and the texts (False) that an account knows."""
    is_row = Passage.kind == PassageKind.PRODUCT
    rows = await session.execute(
        select(is_row, func.count(), func.avg(func.length(Passage.text)))
        .where(known_to(account_id))
        .group_by(is_row)
    )
    found = {row[0]: Kind(row[1], max(float(row[2]), 1.0)) for row in rows}
    return {True: found.get(True, Kind()), False: found.get(False, Kind())}


async def matching(session: AsyncSession, account_id: int, asked: Sequence[Words]) -> list[Match]:
    """The passages that hold any of at most `MOST_QUERIES` lists of words, in no promised order."""
    if not asked:
        return []
    queries = _queries(asked)
    rows = await session.execute(
        select(
            Passage.id,
            Passage.kind == PassageKind.PRODUCT,
            func.length(Passage.text),
            func.bit_or(queries.c.bit),
        )
        .join(queries, Passage.search.bool_op("@@")(queries.c.query))
        .where(known_to(account_id))
        .group_by(Passage.id)
    )
    return [Match(*row) for row in rows]


async def with_headings(
    session: AsyncSession, ids: Sequence[int], asked: Sequence[Words]
) -> Sequence[tuple[Passage, int]]:
    """Passages by id, each with the bits of the words that its own heading holds."""
    queries = _queries(asked)
    heading = func.translate(func.regexp_replace(Passage.title, f"^.*{PATH}", ""), FROM, TO)
    read = (
        select(
            Passage.id,
            func.to_tsvector("russian", heading)
            .op("||")(func.to_tsvector("english", heading))
            .label("words"),
        )
        .where(Passage.id.in_(ids))
        .cte("read")
        .prefix_with("MATERIALIZED")
    )
    held = (
        select(read.c.id, func.bit_or(queries.c.bit).label("bits"))
        .join(queries, read.c.words.bool_op("@@")(queries.c.query))
        .group_by(read.c.id)
        .subquery()
    )
    rows = await session.execute(
        select(Passage, func.coalesce(held.c.bits, 0))
        .outerjoin(held, held.c.id == Passage.id)
        .where(Passage.id.in_(ids))
    )
    return [(row[0], row[1]) for row in rows]


async def lexemes(session: AsyncSession, account_id: int) -> Sequence[str]:
    """The words of an account's passages, as the search knows them; the commonest when there are many."""
    known = "SELECT search FROM passages WHERE account_id = %s OR account_id IS NULL"
    stat = func.ts_stat(func.format(known, account_id)).table_valued(
        column("word", Text), column("ndoc", Integer), column("nentry", Integer)
    )
    rows = await session.execute(
        select(stat.c.word).order_by(stat.c.ndoc.desc(), stat.c.word).limit(MOST_LEXEMES)
    )
    return rows.scalars().all()


def _queries(asked: Sequence[Words]) -> CTE:
    """Each list as a bit and a query."""
    given = (
        func.unnest(
            cast([1 << number for number in range(len(asked))], ARRAY(BigInteger)),
            cast([_any_of(words, prefixes=False) for words in asked], ARRAY(Text)),
            cast([_any_of(words, prefixes=True) for words in asked], ARRAY(Text)),
        )
        .table_valued(column("bit", BigInteger), column("whole", Text), column("begun", Text), name="given")
        .render_derived()
    )
    query: ColumnElement[object] = (
        func.to_tsquery("russian", given.c.whole)
        .op("||")(func.to_tsquery("english", given.c.whole))
        .op("||")(func.to_tsquery("simple", given.c.begun))
    )
    return select(given.c.bit, query.label("query")).cte("queries").prefix_with("MATERIALIZED")


def _any_of(words: Words, *, prefixes: bool) -> str:
    """The whole words, or the beginnings, for `to_tsquery`."""
    chosen = [word for word in words if word.endswith("*") is prefixes]
    return " | ".join(f"{word[:-1]}:*" if prefixes else word for word in chosen)
