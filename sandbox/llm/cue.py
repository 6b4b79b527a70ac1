"""A cue: words that speak for one reading of a comment, with a weight and a reason in two languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from sandbox.llm.folding import Folded


@dataclass(frozen=True)
class Cue:
    """Patterns that start at a word's beginning and may end inside it («разочаров» finds «разочарована»).

    They are written in lower case with «е» for «ё», as `folding` leaves a text. One cue counts once.
    """

    weight: float
    russian: str
    english: str
    patterns: tuple[str, ...]

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return re.compile(r"(?<!\w)(?:" + "|".join(self.patterns) + ")")

    def found_in(self, folded: Folded) -> bool:
        return folded.find(self.expression) is not None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one table of cues found in a comment."""

    weight: float
    cues: tuple[Cue, ...]

    def __bool__(self) -> bool:
        return bool(self.cues)

    @property
    def strongest(self) -> Cue | None:
        return max(self.cues, key=lambda cue: cue.weight, default=None)


def weigh(table: tuple[Cue, ...], folded: Folded) -> Evidence:
    """The cues of `table` present in the comment and the sum of their weights."""
    found = tuple(cue for cue in table if cue.found_in(folded))
    return Evidence(weight=sum(cue.weight for cue in found), cues=found)
