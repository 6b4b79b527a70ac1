"""What becomes of an event on its way, by a seeded die: lost, doubled, late."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sandbox.instagram.switches import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """`late` are the seconds by which each copy of the event waits; nobody waits for a lost one."""

    lost: bool
    late: tuple[float, ...]


class Chance:
    """Fates as the switches weigh them.

    The n-th event since the seed was set always throws the same dice, whatever the switches are: setting
    the seed again replays a run, and one switch more does not shift the others.
    """

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._seeding = switches.seeding
        self._thrown = 0

    def next(self) -> Fate:
        """The fate of the next event."""
        switches = self._switches
        if switches.seeding != self._seeding:
            self._seeding, self._thrown = switches.seeding, 0
        self._thrown += 1
        die = random.Random(f"{switches.seed}:{self._thrown}")
        lost, doubled, reordered, first, second = (die.random() for _ in range(5))
        copies = [first, second] if doubled < switches.duplicate else [first]
        span = switches.reorder_seconds if reordered < switches.reorder else 0.0
        return Fate(
            lost=lost < switches.lose,
            late=tuple(switches.delay + span * share for share in copies),
        )
