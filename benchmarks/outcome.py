"""What a benchmark prints (interfaces, Benchmarks)."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that must be reached: at least, or with `at_most` not beyond."""

    name: str
    value: float
    target: float
    at_most: bool = False

    @property
    def ok(self) -> bool:
        """Whether it was reached."""
        return self.value <= self.target if self.at_most else self.value >= self.target


@dataclass(frozen=True, slots=True)
class Outcome:
    """Figures of one run; `notes` tell what was not measured and why."""

    name: str
    rounds: int
    figures: dict[str, Any]
    targets: list[Target]
    ratios: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every target was reached."""
        return all(target.ok for target in self.targets)

    def as_json(self) -> dict[str, Any]:
        """`{name, machine, rounds, figures, ratios, targets}`, and the notes."""
        return {
            "name": self.name,
            "machine": machine(),
            "rounds": self.rounds,
            "figures": self.figures,
            "ratios": self.ratios,
            "targets": [
                {"name": each.name, "value": each.value, "target": each.target, "ok": each.ok}
                for each in self.targets
            ],
            "notes": self.notes,
        }

    def as_text(self) -> str:
        """For eyes."""
        lines = [f"{self.name}, {self.rounds} rounds"]
        lines += [f"  {name}: {_said(value)}" for name, value in self.figures.items()]
        lines += [f"  ratio {name}: {value}" for name, value in self.ratios.items()]
        for each in self.targets:
            bound = "at most" if each.at_most else "at least"
            lines.append(f"{'✓' if each.ok else '✗'} {each.name}: {each.value}, {bound} {each.target}")
        return "\n".join([*lines, *self.notes])


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(member)}" for name, member in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "none"
    return str(value)


def machine() -> str:
    """What the figures were measured on."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    )
