"""Looking for our own words under a comment (rulings, 6)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from db.engine import Database
from db.models import Account, Comment, Delivery
from db.repositories import deliveries
from services.deliver.matching import same_words
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import Reply
from services.options import Options

CLOCKS = timedelta(minutes=2)
"""How far Instagram's clock and ours may differ (rulings, 6)."""


class Finding(StrEnum):
    """What a look at Instagram says."""

    FOUND = "found"
    ABSENT = "absent"  # certainly: the listing shows something newer than our request, or the comment is gone
    UNCLEAR = "unclear"  # not shown, but the listing may be older than our request, or could not be read


class Readback:
    """One look, all pages, under the top-level comment."""

    def __init__(self, db: Database, instagram: InstagramClient, options: Options) -> None:
        self._db = db
        self._instagram = instagram
        self._options = options

    async def look(
        self, delivery: Delivery, comment: Comment, account: Account, text: str, token: str
    ) -> tuple[Finding, str | None]:
        """Search for `text` by our account, written since the request less two minutes.

        A reply that another delivery has claimed is not ours to find.
        """
        try:
            replies = await self._instagram.replies(token, comment.thread)
        except GraphError as error:
            if error.trouble is Trouble.GONE:
                return Finding.ABSENT, None
            return Finding.UNCLEAR, None
        async with self._db.transaction() as tx:
            taken = await deliveries.claimed_ids(tx.session, account.id, [reply.id for reply in replies])
        assert delivery.request_started_at is not None
        earliest = delivery.request_started_at - CLOCKS
        for reply in replies:
            recent = reply.timestamp is None or reply.timestamp >= earliest
            if recent and reply.id not in taken and _ours(reply, account) and same_words(reply.text, text):
                return Finding.FOUND, reply.id
        latest = delivery.request_started_at + CLOCKS
        if any(reply.timestamp is not None and reply.timestamp > latest for reply in replies):
            return Finding.ABSENT, None
        return Finding.UNCLEAR, None


def _ours(reply: Reply, account: Account) -> bool:
    if reply.author is not None and reply.author.id == account.instagram_id:
        return True
    # By name also when an id is given: an account has several ids, but a username has one account.
    name = reply.username or (reply.author.username if reply.author else None)
    return name is not None and name.casefold() == account.username.casefold()
