"""The life of a comment, from the inbox to an answer or to a person's decision that none is needed."""

from __future__ import annotations

from enum import StrEnum

from db.life import Life


class CommentState(StrEnum):
    """Where a comment stands."""

    RECEIVED = "received"
    CLASSIFYING = "classifying"
    CLASSIFIED = "classified"
    ANSWERING = "answering"
    WAITING = "waiting"  # on a card, for a manager
    ANSWERED = "answered"
    CLOSED = "closed"  # a manager decided that no reply of ours is needed
    IGNORED = "ignored"  # irrelevant: counted, no card
    SUPERSEDED = "superseded"
    FAILED = "failed"  # a step failed for good; on a card with a Retry button
    OWN = "own"  # our own words, kept as context of the thread


S = CommentState

COMMENT_LIFE: Life[CommentState] = Life(
    table={
        # To `own`: a message of which only the id was told turned out to be ours.
        S.RECEIVED: frozenset({S.CLASSIFYING, S.SUPERSEDED, S.FAILED, S.OWN}),
        S.CLASSIFYING: frozenset({S.RECEIVED, S.CLASSIFIED, S.FAILED, S.SUPERSEDED, S.OWN}),
        S.CLASSIFIED: frozenset({S.RECEIVED, S.ANSWERING, S.WAITING, S.IGNORED, S.FAILED, S.SUPERSEDED}),
        S.ANSWERING: frozenset({S.RECEIVED, S.CLASSIFIED, S.WAITING, S.FAILED, S.SUPERSEDED}),
        S.WAITING: frozenset({S.ANSWERED, S.CLOSED, S.SUPERSEDED, S.CLASSIFIED, S.RECEIVED}),
        S.ANSWERED: frozenset(),
        S.CLOSED: frozenset({S.WAITING}),
        S.IGNORED: frozenset({S.CLASSIFIED, S.RECEIVED}),
        S.SUPERSEDED: frozenset(),
        S.FAILED: frozenset({S.RECEIVED, S.ANSWERED, S.CLOSED, S.WAITING, S.SUPERSEDED}),
        S.OWN: frozenset(),
    },
    working=frozenset({S.CLASSIFYING, S.ANSWERING}),
)
