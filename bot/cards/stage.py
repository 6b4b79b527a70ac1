"""Where a card stands: one word for the states of draft, delivery and editing lease together."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import assert_never

from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models import Delivery
from db.repositories.cards import CardRows


class Stage(StrEnum):
    """What a manager sees; the words are keys of the catalogue: `card.stage.<stage>`."""

    WAITING = "waiting"
    ESCALATED = "escalated"
    EDITING = "editing"
    REGENERATING = "regenerating"
    APPROVED = "approved"  # nothing has left yet: undo is possible
    SENDING = "sending"
    CHECKING = "checking"  # the answer got lost: our words are looked for on Instagram
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DRY_RUN = "dry_run"
    REJECTED = "rejected"
    DONE = "done"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


DECIDABLE = frozenset({Stage.WAITING, Stage.ESCALATED})
"""A manager may decide now, and nobody is editing."""

CLOSED = frozenset({Stage.SENT, Stage.DRY_RUN, Stage.REJECTED, Stage.DONE, Stage.SUPERSEDED, Stage.EXPIRED})
"""Nothing waits for anybody."""


def stage_of(rows: CardRows, now: datetime) -> Stage:
    """The stage at `now` (aware)."""
    match rows.draft.state:
        case DraftState.PENDING | DraftState.ESCALATED as state:
            until = rows.draft.claim_until
            if rows.draft.claimed_by is not None and until is not None and until > now:
                return Stage.EDITING
            return Stage.ESCALATED if state is DraftState.ESCALATED else Stage.WAITING
        case DraftState.REGENERATING:
            return Stage.REGENERATING
        case DraftState.APPROVED:
            return _on_the_way(rows.delivery)
        case DraftState.REJECTED:
            return Stage.REJECTED
        case DraftState.DONE:
            return Stage.DONE
        case DraftState.SUPERSEDED:
            return Stage.SUPERSEDED
        case DraftState.EXPIRED:
            return Stage.EXPIRED
        case _:
            assert_never(rows.draft.state)


def _on_the_way(delivery: Delivery | None) -> Stage:
    if delivery is None:
        return Stage.SENDING
    match delivery.state:
        case DeliveryState.PLANNED:
            return Stage.APPROVED if delivery.request_started_at is None else Stage.CHECKING
        case DeliveryState.SENDING:
            looking = delivery.request_started_at is not None and delivery.reads > 0
            return Stage.CHECKING if looking else Stage.SENDING
        case DeliveryState.SENT:
            return Stage.SENT
        case DeliveryState.FAILED:
            return Stage.FAILED
        case DeliveryState.UNCERTAIN:
            return Stage.UNCERTAIN
        case DeliveryState.CANCELLED:  # an undone approval is no approval: only a dry run ends so
            return Stage.DRY_RUN
        case _:
            assert_never(delivery.state)
