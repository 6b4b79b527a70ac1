"""What benchmarks print, and the one whose target always has to hold."""

from __future__ import annotations

import json

from benchmarks.outcome import Outcome, Target
from benchmarks.retrieval import HIT_AT_3, measured_with_captions
from db.engine import Database


def test_an_outcome_is_the_agreed_object_and_one_missed_target_spoils_it() -> None:
    good = Outcome("speed", 3, {"ms": {"p50": 1.5}}, [Target("p50", 1.5, 2.0, at_most=True)])
    told = good.as_json()
    assert list(told)[:6] == ["name", "machine", "rounds", "figures", "ratios", "targets"]
    assert told["targets"] == [{"name": "p50", "value": 1.5, "target": 2.0, "ok": True}]
    assert json.loads(json.dumps(told)) == told
    assert good.ok
    bad = Outcome("speed", 3, {}, [*good.targets, Target("hits", 0.9, 0.95)])
    assert not bad.ok
    assert "✗ hits: 0.9, at least 0.95" in bad.as_text()


async def test_the_search_finds_the_answer_among_the_first_three(db: Database) -> None:
    hits, missed = await measured_with_captions(db)
    assert hits >= HIT_AT_3, missed
