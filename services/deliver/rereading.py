"""The comment is read once more just before its answer leaves: the customer may have moved meanwhile.

Of a message the conversation is read: whether a person deletes one a webhook tells, but what the shop says
in the app often comes without one (datasheet, §7 n. 7).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import structlog

from db.engine import Database, Transaction
from db.life.delivery import DeliveryState, Effect
from db.models import Comment
from db.models.comment import CommentKind
from db.repositories import comments, deliveries, moves
from services.decide.superseding import EDITED, Superseding, Why
from services.deliver.confirming import confirm_own
from services.deliver.matching import is_ours, same_words
from services.deliver.work import Work
from services.ingest.answered import MESSAGES, Own, answers, parent_known
from services.ingest.normalise import MAX_TEXT
from services.instagram.access import Access, Login
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import GraphComment, GraphMessage, Reply

log = structlog.get_logger(__name__)

FRESH: Final = 60.0  # seconds for which a reading counts: a refusal that certainly did nothing came back soon
PASSING: Final = frozenset({Trouble.TRANSIENT, Trouble.THROTTLED, Trouble.AUTH})


class Rereading:
    """One per process."""

    def __init__(
        self,
        db: Database,
        instagram: InstagramClient,
        superseding: Superseding,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._superseding = superseding
        self._clock = clock
        self._read_at: dict[int, float] = {}

    async def still_fits(self, work: Work, access: Access) -> bool:
        """Whether the answer may leave; otherwise its delivery is cancelled and the card says why.

        Raises GraphError for a trouble that passes: then nothing is known yet.
        """
        if work.effect not in deliveries.WORDS or self._is_fresh(work):
            return True
        try:
            moved = await self._has_moved(work, access)
        except GraphError as error:
            if error.trouble in PASSING:
                raise
            if error.trouble is not Trouble.GONE or not self._told_by_absence(work):
                log.info("comment_not_read", comment=work.comment.id, trouble=error.trouble, code=error.code)
                return True  # what cannot be read is not deleted: Instagram will tell when it is written to
            async with self._db.transaction() as tx:
                await comments.change(tx.session, work.comment.id, gone_at=datetime.now(UTC))
                await self._supersede(tx, work, Why.DELETED)
            return False
        if moved:
            return False
        self._remember(work)
        return True

    async def _has_moved(self, work: Work, access: Access) -> bool:
        if work.comment.kind in MESSAGES:
            return await self._conversed(work, await self._conversation(work, access))
        found = await self._comment(work, access)
        return found is not None and await self._moved(work, found, await self._replies(work, access, found))

    async def _conversation(self, work: Work, access: Access) -> Sequence[GraphMessage]:
        person = work.comment.author_instagram_id
        return await self._instagram.conversation(access, person) if person is not None else []

    async def _comment(self, work: Work, access: Access) -> GraphComment | None:
        """The comment as it is; None for a caption, which only some of us may read again."""
        if not work.mention:
            return await self._instagram.comment(access, work.comment.instagram_id, with_replies=True)
        if work.mentioning_comment is None:
            return None
        return await self._instagram.mentioned_comment(access, work.mentioning_comment)

    async def _replies(self, work: Work, access: Access, found: GraphComment) -> Sequence[Reply]:
        """What stands in the thread: Instagram puts answers to a reply under the top-level comment."""
        if work.comment.kind is not CommentKind.COMMENT:
            return []
        if work.comment.thread != work.comment.instagram_id or found.more_replies:
            return await self._instagram.replies(access, work.comment.thread)
        return found.replies

    def _told_by_absence(self, work: Work) -> bool:
        """Whether not finding it means that it is deleted.

        Live comments are out of reach when the broadcast ends, and those found through a mention may always
        be, where only Facebook Login has an address of their own (datasheet, §3.1, §3.6).
        """
        match work.comment.kind:
            case CommentKind.COMMENT:
                return True
            case CommentKind.MENTION:
                return self._instagram.login is Login.FACEBOOK
            case _:
                return False

    async def _conversed(self, work: Work, found: Sequence[GraphMessage]) -> bool:
        said = {
            message.id: Own(message.message, message.created_time, message=True)
            for message in found
            if is_ours(work.account, message.author)
        }
        async with self._db.transaction() as tx:
            comment = await comments.get(tx.session, work.comment.id)
            if comment.erased_at is not None:
                return await self._supersede(tx, work, Why.ERASED)
            if await self._is_answered(tx, work, comment, said):
                return await self._supersede(tx, work, Why.ANSWERED_IN_APP)
        return False

    async def _moved(self, work: Work, found: GraphComment, replies: Sequence[Reply]) -> bool:
        async with self._db.transaction() as tx:
            comment = await comments.get(tx.session, work.comment.id)
            if comment.erased_at is not None:
                return await self._supersede(tx, work, Why.ERASED)
            if found.hidden and not comment.hidden and not await self._we_hide(tx, work):
                await comments.set_hidden(tx.session, comment.id, hidden=True)
                return await self._supersede(tx, work, Why.HIDDEN)
            text = found.text[:MAX_TEXT]
            if text.strip() and comment.text.strip() and not same_words(text, comment.text):
                await self._superseding.edited(tx, comment, text)
                return await self._cancelled(tx, work, EDITED)
            # Whatever a reply answers, Instagram hangs it under the top-level comment (datasheet, §3.1).
            said = {
                reply.id: Own(reply.text, reply.timestamp, comment.thread)
                for reply in replies
                if is_ours(work.account, reply.author, reply.username)
            }
            if await self._is_answered(tx, work, comment, said, found.author_name):
                return await self._supersede(tx, work, Why.ANSWERED_IN_APP)
        return False

    @staticmethod
    async def _we_hide(tx: Transaction, work: Work) -> bool:
        """Whether it is our own doing that nobody has told us the end of."""
        last = await deliveries.newest(tx.session, work.delivery.draft_id, deliveries.VISIBILITY)
        return last is not None and last.effect is Effect.HIDE and last.request_started_at is not None

    @staticmethod
    async def _is_answered(
        tx: Transaction, work: Work, comment: Comment, said: Mapping[str, Own], customer: str | None = None
    ) -> bool:
        """Whether somebody answered the customer in the app, by words that no delivery of ours said."""
        known = await deliveries.claimed_ids(tx.session, work.account.id, list(said))
        for instagram_id, own in said.items():
            if instagram_id in known or not answers(
                own,
                comment,
                parent_known=await parent_known(tx, work.account.id, own),
                customer=customer,
            ):
                continue
            confirmed = await confirm_own(
                tx,
                work.account,
                thread=comment.thread,
                external_id=instagram_id,
                text=own.text,
                written_at=own.at,
            )
            if confirmed is None:
                return True
        return False

    async def _supersede(self, tx: Transaction, work: Work, why: Why) -> bool:
        comment = await comments.get(tx.session, work.comment.id)
        await self._superseding.supersede(tx, comment, why)
        return await self._cancelled(tx, work, why.value)

    @staticmethod
    async def _cancelled(tx: Transaction, work: Work, why: str) -> bool:
        """The delivery does not leave, also where its draft was no longer ours to close."""
        await moves.save(tx.session, work.delivery, DeliveryState.CANCELLED, note=why)
        return True

    def _is_fresh(self, work: Work) -> bool:
        return self._clock() - self._read_at.get(work.delivery.id, float("-inf")) < FRESH

    def _remember(self, work: Work) -> None:
        now = self._clock()
        self._read_at = {row: at for row, at in self._read_at.items() if now - at < FRESH}
        self._read_at[work.delivery.id] = now
