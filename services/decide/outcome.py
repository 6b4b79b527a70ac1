"""How a decision went. A colleague being faster is an outcome, not an error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.models import Draft
from db.models.decision import Action
from db.models.manager import Role
from services.deliver.channel import Unit


class Result(StrEnum):
    """What became of a press."""

    DONE = "done"
    REPEATED = "repeated"  # the same person, the same decision: nothing more to do
    DECIDED = "decided"  # a colleague (or the program) was faster: `by`, `at` and the draft's state tell
    STALE = "stale"  # the text has changed since: `draft.version` is the new one
    CLAIMED = "claimed"  # a colleague is editing: `by` and `until`
    CONFIRM = "confirm"  # a flagged text needs a second, explicit tap
    NO_TEXT = "no_text"  # there is nothing to approve yet
    LIMIT = "limit"  # regenerated as often as allowed
    TOO_LATE = "too_late"  # it has left for Instagram already
    EMPTY_TEXT = "empty_text"
    LONG_TEXT = "long_text"  # `length`, `longest` and `unit` tell
    WINDOW_CLOSED = "window_closed"  # Instagram takes no answer from here any more
    NOT_NOW = "not_now"  # the draft is in a state in which this makes no sense
    UNKNOWN = "unknown"  # no such draft


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decides; `id` is Telegram's, None for the program and its policies."""

    id: int | None
    name: str
    role: Role
    update_id: int | None = None

    @property
    def senior(self) -> bool:
        """Whether this person may decide over a colleague's editing lease."""
        return self.role in {Role.SENIOR, Role.OWNER}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result with what the loser of a race needs to know."""

    result: Result
    action: Action
    draft: Draft | None = None
    by: str | None = None
    at: datetime | None = None
    until: datetime | None = None
    length: int | None = None
    longest: int | None = None
    unit: Unit | None = None

    @property
    def done(self) -> bool:
        """Whether something changed."""
        return self.result is Result.DONE
