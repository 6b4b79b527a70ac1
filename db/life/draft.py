"""The life of a draft: what managers decide about one comment's answer."""

from __future__ import annotations

from enum import StrEnum

from db.life import Life


class DraftState(StrEnum):
    """Where a draft stands. Editing is a lease of a person on an open draft, not a state."""

    PENDING = "pending"
    REGENERATING = "regenerating"
    ESCALATED = "escalated"
    APPROVED = "approved"
    REJECTED = "rejected"
    DONE = "done"  # handled elsewhere
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


S = DraftState

DRAFT_LIFE: Life[DraftState] = Life(
    table={
        S.PENDING: frozenset(
            {S.REGENERATING, S.ESCALATED, S.APPROVED, S.REJECTED, S.DONE, S.SUPERSEDED, S.EXPIRED}
        ),
        S.REGENERATING: frozenset({S.PENDING, S.ESCALATED, S.SUPERSEDED, S.EXPIRED}),
        S.ESCALATED: frozenset(
            {S.PENDING, S.REGENERATING, S.APPROVED, S.REJECTED, S.DONE, S.SUPERSEDED, S.EXPIRED}
        ),
        S.APPROVED: frozenset(
            {S.PENDING, S.ESCALATED, S.DONE, S.SUPERSEDED}
        ),  # undo, or an edit after a failed delivery
        S.REJECTED: frozenset({S.PENDING, S.ESCALATED}),
        S.DONE: frozenset(),
        S.SUPERSEDED: frozenset(),
        S.EXPIRED: frozenset(),
    },
    working=frozenset({S.REGENERATING}),
)

OPEN = frozenset({S.PENDING, S.ESCALATED})
"""The states in which a manager may decide."""
