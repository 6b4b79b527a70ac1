"""What is wrong with the settings, said by name and never by value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MISSING: Final = "is missing"
EMPTY: Final = "is empty"
PLACEHOLDER: Final = "still holds the example's placeholder"


@dataclass(frozen=True, slots=True)
class Problem:
    """One variable that cannot be used as it is. Holds no part of its value, so it may be shown anywhere."""

    name: str
    """The canonical name, also when the value came by an alias."""
    wrong: str
    """Completes the sentence that begins with the name: "is missing", "is too short (…)"."""
    expected: str
    where_to_get: str = ""
    given_as: str | None = None
    """The alias it was given by, if it was."""

    @property
    def unfilled(self) -> bool:
        """True if nobody gave a value yet, false if a value was given and is wrong."""
        return self.wrong in {MISSING, EMPTY, PLACEHOLDER}


class SettingsRefused(Exception):
    """The settings cannot be used; `problems` names every variable that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return message(self.problems)


def message(problems: Iterable[Problem]) -> str:
    """The whole list as one text for the person who fills in the settings."""
    found = tuple(problems)
    count = "one thing needs" if len(found) == 1 else f"{len(found)} things need"
    return "\n\n".join(
        [f"The settings are not complete: {count} your attention.", *map(_paragraph, found), _NEXT]
    )


def _paragraph(problem: Problem) -> str:
    alias = f" (given as {problem.given_as})" if problem.given_as else ""
    lines = [f"  {problem.name}{alias} {problem.wrong}.", f"      expected: {problem.expected}"]
    if problem.where_to_get:
        lines.append(f"      where:    {problem.where_to_get}")
    return "\n".join(lines)


_NEXT: Final = """\
Put the values into .env (.env.example explains every one) or into the environment, then check them with
    python3 run.py check-config"""
