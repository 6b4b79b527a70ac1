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
        S.RECEIVED: frozenset({S.CLASSIFYING, S.SUPERSEDED, S.FAILED}),
        S.CLASSIFYING: frozenset({S.RECEIVED, S.CLASSIFIED, S.FAILED, S.SUPERSEDED}),
        S.CLASSIFIED: frozenset({S.ANSWERING, S.WAITING, S.IGNORED, S.FAILED, S.SUPERSEDED}),
        S.ANSWERING: frozenset({S.CLASSIFIED, S.WAITING, S.FAILED, S.SUPERSEDED}),
        S.WAITING: frozenset({S.ANSWERED, S.CLOSED, S.SUPERSEDED, S.CLASSIFIED}),
        S.ANSWERED: frozenset(),
        S.CLOSED: frozenset({S.WAITING}),
        S.IGNORED: frozenset({S.CLASSIFIED}),
        S.SUPERSEDED: frozenset(),
        S.FAILED: frozenset({S.RECEIVED, S.ANSWERED, S.CLOSED, S.WAITING, S.SUPERSEDED}),
        S.OWN: frozenset(),
    },
    working=frozenset({S.CLASSIFYING, S.ANSWERING}),
)
