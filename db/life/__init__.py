"""The lives of a comment, a draft and a delivery: one transition table each.

Every change of state goes through `db.repositories.moves`, which reads these tables, so that a change
that is not drawn here cannot happen, and leaves a row in `transitions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Life(Generic[State]):
    """A transition table: from each state, the states it may become."""

    table: Mapping[State, frozenset[State]]
    working: frozenset[State]
    """States in which a worker holds a lease; nothing may stay in one (rulings, 14)."""

    def sources(self, target: State) -> frozenset[State]:
        """The states that may become `target`."""
        return frozenset(state for state, targets in self.table.items() if target in targets)

    @property
    def final(self) -> frozenset[State]:
        """The states that nothing leaves."""
        return frozenset(state for state, targets in self.table.items() if not targets)
