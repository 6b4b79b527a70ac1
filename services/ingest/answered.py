"""Somebody answered in the Instagram app: which of the customers' words that settles.

Our own words come back as webhooks, in any order. Those that no delivery of ours wrote were written by a
person in the app; what they answer needs no draft any more. The same rule is asked from both sides: when
our words arrive, and when a comment is about to be read whose answer has arrived before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from db.engine import Transaction
from db.models import Account, Comment
from db.models.comment import CommentKind
from db.repositories import comments, deliveries
from services.decide.superseding import Superseding, Why
from services.deliver.matching import addressee

MESSAGES = frozenset({CommentKind.MESSAGE, CommentKind.STORY_REPLY})


async def settle_answered(tx: Transaction, superseding: Superseding, own: Comment) -> None:
    """Close what `own`, words of ours that no delivery wrote, answers."""
    if own.gone_at is not None:
        return
    waiting = await comments.unanswered(tx.session, own.account_id, own.thread)
    if not waiting:
        return
    said = Own.of(own)
    known = await parent_known(tx, own.account_id, said)
    for comment in waiting:
        if answers(said, comment, parent_known=known):
            await superseding.supersede(tx, comment, Why.ANSWERED_IN_APP)


async def is_answered(tx: Transaction, account: Account, comment: Comment) -> bool:
    """Whether words of ours that no delivery wrote answer `comment` already."""
    said = await comments.said_by_us(tx.session, account.id, comment.thread)
    delivered = await deliveries.claimed_ids(tx.session, account.id, [own.instagram_id for own in said])
    for own in (Own.of(row) for row in said if row.instagram_id not in delivered):
        if answers(own, comment, parent_known=await parent_known(tx, account.id, own)):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Own:
    """Words of ours on Instagram: `at` is aware, None where nobody says; a message has no `parent`."""

    text: str
    at: datetime | None
    parent: str | None = None
    message: bool = False

    @classmethod
    def of(cls, row: Comment) -> Self:
        """A row of ours."""
        at = row.written_at or row.created_at
        return cls(row.text, at, row.parent_instagram_id, row.kind in MESSAGES)


def answers(own: Own, comment: Comment, *, parent_known: bool, customer: str | None = None) -> bool:
    """Whether `own` answers `comment`, which stands in the same thread; `customer` is its writer's username.

    A message answers everything that was written before it. A reply answers the person whose @username it
    begins with: so the app begins replies to replies, all of which Instagram hangs under the top-level
    comment (datasheet, §3.1). One that addresses nobody answers its parent; when that one is not known, all
    that is older. Of what was sent in the same second nothing is older: an open card costs a tap, a closed
    one may cost a customer.
    """
    older = own.at is None or (comment.written_at or comment.created_at) < own.at
    if own.message:
        return older
    name, customer = addressee(own.text), comment.author_username or customer
    if name is not None and customer is not None:
        return name == customer.casefold() and (older or comment.instagram_id == own.parent)
    if own.parent is None:
        return False
    return comment.instagram_id == own.parent if parent_known else older


async def parent_known(tx: Transaction, account_id: int, own: Own) -> bool:
    """Whether the comment that `own` hangs under has come in."""
    return own.parent is not None and await comments.find(tx.session, account_id, own.parent) is not None
