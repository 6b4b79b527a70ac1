"""The life of a delivery: one intended effect on Instagram (architecture, §5)."""

from __future__ import annotations

from enum import StrEnum

from db.life import Life


class Effect(StrEnum):
    """What a delivery does on Instagram. The words of the stand-in's ledger are the same (rulings, 22)."""

    REPLY = "reply"
    PRIVATE_REPLY = "private_reply"
    MESSAGE = "message"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"  # it cannot be known whether Instagram took it: a human decides
    CANCELLED = "cancelled"  # undone, or not sent in a dry run


S = DeliveryState

DELIVERY_LIFE: Life[DeliveryState] = Life(
    table={
        S.PLANNED: frozenset({S.SENDING, S.CANCELLED, S.SENT}),
        S.SENDING: frozenset({S.PLANNED, S.SENT, S.FAILED, S.UNCERTAIN, S.CANCELLED}),
        S.SENT: frozenset(),
        S.FAILED: frozenset({S.SENT}),  # our own words came back by webhook after all
        S.UNCERTAIN: frozenset({S.SENT, S.FAILED}),
        S.CANCELLED: frozenset(),
    },
    working=frozenset({S.SENDING}),
)

LIVE = frozenset({S.PLANNED, S.SENDING, S.SENT, S.UNCERTAIN})
"""At most one reply and one private reply of a comment may be in one of these (rulings, 5)."""
