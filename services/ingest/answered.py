"""Somebody answered in the Instagram app: which of the customers' words that settles.

Our own words come back as webhooks, in any order. Those that no delivery of ours wrote were written by a
person in the app; what they answer needs no draft any more. The same rule is asked from both sides: when
our words arrive, and when a comment is about to be read whose answer has arrived before it.
"""

from __future__ import annotations

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
    parent_known = await _parent_known(tx, own)
    for comment in waiting:
        if answers(own, comment, parent_known=parent_known):
            await superseding.supersede(tx, comment, Why.ANSWERED_IN_APP)


async def is_answered(tx: Transaction, account: Account, comment: Comment) -> bool:
    """Whether words of ours that no delivery wrote answer `comment` already."""
    said = await comments.said_by_us(tx.session, account.id, comment.thread)
    delivered = await deliveries.claimed_ids(tx.session, account.id, [own.instagram_id for own in said])
    for own in said:
        if own.instagram_id not in delivered and answers(
            own, comment, parent_known=await _parent_known(tx, own)
        ):
            return True
    return False


def answers(own: Comment, comment: Comment, *, parent_known: bool) -> bool:
    """Whether `own` answers `comment`, which stands in the same thread.

    A message answers everything that was written before it. A reply answers the person whose @username it
    begins with: so the app begins replies to replies, all of which Instagram hangs under the top-level
    comment (datasheet, §3.1). One that addresses nobody answers its parent; when that one is not known, all
    that is older. Of what was sent in the same second nothing is older: an open card costs a tap, a closed
    one may cost a customer.
    """
    older = (comment.written_at or comment.created_at) < (own.written_at or own.created_at)
    if own.kind in MESSAGES:
        return older
    answered = own.parent_instagram_id
    name = addressee(own.text)
    if name is not None and comment.author_username is not None:
        same = name == comment.author_username.casefold()
        return same and (older or comment.instagram_id == answered)
    if answered is None:
        return False
    return comment.instagram_id == answered if parent_known else older


async def _parent_known(tx: Transaction, own: Comment) -> bool:
    parent = own.parent_instagram_id
    return parent is not None and await comments.find(tx.session, own.account_id, parent) is not None
