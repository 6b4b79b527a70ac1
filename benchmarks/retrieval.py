"""`bench retrieval`: whether the passage that answers is among the first, over labelled questions.

The documents of three invented businesses are imported as a user would import them, and every question is
asked with the caption of its post and without. A hit is any of the passages that its label names.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from app.scratch import measuring_server
from app.settings import Settings
from benchmarks.outcome import Outcome, Target
from db.engine import Database
from db.repositories import accounts, knowledge
from db.scratch import scratch
from services.knowledge.importing import import_knowledge
from services.knowledge.offering import CHOSEN, WHOLE, retrieved

EVALUATION = Path(__file__).resolve().parent.parent / "evaluation"
QUESTIONS = EVALUATION / "retrieval.jsonl"
KNOWLEDGE = EVALUATION / "knowledge"

HIT_AT_3 = 0.95  # with captions (issue “Drafts worth approving”, Must show)
TOGETHER = "together"
"""One account that knows everything of all businesses: the harder search."""


class Labelled(BaseModel):
    """A question, the caption it stands under, and the titles of the passages that answer it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    business: str
    question: str
    caption: str
    lang: str
    answers: tuple[str, ...] = Field(min_length=1)
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the first right passage stood among those found, from 1; None when it was not among them."""

    asked: Labelled
    rank: int | None
    seconds: float


def labelled(path: Path = QUESTIONS) -> list[Labelled]:
    """The questions of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Labelled.model_validate_json(line) for line in lines if line.strip()]


def run(settings: Settings, rounds: int | None = None) -> Outcome:
    """The search is exact and needs no repetition: `rounds` only steadies the latency."""
    with measuring_server(settings) as url:
        return asyncio.run(_measured(url, rounds or 1))


async def _measured(url: str, rounds: int) -> Outcome:
    questions = labelled()
    async with scratch(url) as db:
        known = {business: await _taught(db, business, [business]) for business in _businesses()}
        everything = await _taught(db, TOGETHER, _businesses())
        sizes = {business: await _size(db, account) for business, account in known.items()}
        own = [
            place
            for _ in range(rounds)
            for place in await _places(db, questions, lambda each: known[each.business])
        ]
        bare = await _places(db, questions, lambda each: known[each.business], captions=False)
        among_all = await _places(db, questions, lambda _each: everything)
    return Outcome(
        name="retrieval",
        rounds=rounds,
        figures={
            "questions": len(questions),
            "characters": sizes,
            "with_captions": _figures(own),
            "without_captions": _figures(bare),
            "with_captions_among_all": _figures(among_all),
            "by_business": {business: _hit(_of(own, business), 3) for business in _businesses()},
            "latency_ms": _latency(own),
            "missed": sorted({place.asked.id for place in own if _misses(place, 3)}),
        },
        ratios={"hit_at_3 with / without captions": round(_hit(own, 3) / _hit(bare, 3), 3)},
        targets=[Target("hit@3 with captions", _hit(own, 3), HIT_AT_3)],
        notes=[
            "Embeddings are not built yet: no column for them.",
            f"Below {WHOLE} characters the product shows the model everything and searches nothing.",
        ],
    )


def _businesses() -> list[str]:
    return sorted(folder.name for folder in KNOWLEDGE.iterdir() if folder.is_dir())


async def _taught(db: Database, name: str, businesses: Sequence[str]) -> int:
    """An account that knows the documents of some businesses."""
    async with db.transaction() as tx:
        account = await accounts.connect(tx.session, f"1784:{name}", username=name, chat_id=None, locale="ru")
    for business in businesses:
        report = await import_knowledge(db, KNOWLEDGE / business, account.id)
        if report.problems:
            raise ValueError(report.problems)
    return account.id


async def measured_with_captions(db: Database) -> tuple[float, list[str]]:
    """The share of hits among the first three, each business by itself, and the questions that miss."""
    known = {business: await _taught(db, business, [business]) for business in _businesses()}
    places = await _places(db, labelled(), lambda each: known[each.business])
    return _hit(places, 3), [place.asked.id for place in places if _misses(place, 3)]


async def _places(
    db: Database,
    questions: Sequence[Labelled],
    account_of: Callable[[Labelled], int],
    *,
    captions: bool = True,
) -> list[Place]:
    return [await _place(db, account_of(each), each, captions=captions) for each in questions]


async def _size(db: Database, account_id: int) -> int:
    async with db.transaction() as tx:
        return await knowledge.size(tx.session, account_id)


async def _place(db: Database, account_id: int, asked: Labelled, *, captions: bool) -> Place:
    caption = asked.caption if captions else ""
    async with db.transaction() as tx:
        started = time.perf_counter()
        found = await retrieved(tx.session, account_id, asked.question, caption, CHOSEN)
        seconds = time.perf_counter() - started
    right = [rank for rank, passage in enumerate(found, start=1) if passage.title in asked.answers]
    return Place(asked, right[0] if right else None, seconds)


def _figures(places: Sequence[Place]) -> dict[str, float]:
    """hit@1, hit@3, what the model is shown, and the mean reciprocal rank."""
    return {
        "hit_at_1": _hit(places, 1),
        "hit_at_3": _hit(places, 3),
        f"hit_at_{CHOSEN}": _hit(places, CHOSEN),
        "mrr": round(sum(1 / place.rank for place in places if place.rank) / len(places), 4),
    }


def _hit(places: Sequence[Place], within: int) -> float:
    return round(sum(not _misses(place, within) for place in places) / len(places), 4)


def _misses(place: Place, within: int) -> bool:
    return place.rank is None or place.rank > within


def _of(places: Iterable[Place], business: str) -> list[Place]:
    return [place for place in places if place.asked.business == business]


def _latency(places: Sequence[Place]) -> dict[str, float]:
    ordered = sorted(place.seconds * 1000 for place in places)
    return {
        name: round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 2)
        for name, percent in (("p50", 50), ("p90", 90))
    }
