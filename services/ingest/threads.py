"""What an element changes in its thread: words are added, edited, taken back.

Meta promises no order (datasheet, §2.5), so whatever comes first makes the row and what comes later
completes it: an edit or a deletion may precede its message, a mention the comment that it stands in. Two
workers meet at the row's unique id: the second waits for the first and finds what it left.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from db.engine import Transaction
from db.life.comment import CommentState
from db.models import Account, Comment, Event
from db.models.comment import CommentKind
from db.queue import Job, Step
from db.repositories import comments, deliveries, drafts, inbox, moves
from services.decide.superseding import Superseding, Why
from services.deliver.confirming import confirm_own
from services.ingest.answered import MESSAGES, settle_answered
from services.ingest.meaning import Edit, Inbound, OwnComment, Said, Unread

MOST_EDITS = 20  # of one message that are put in order; Instagram allows five

_AROUND = ("kind", "parent_instagram_id", "thread", "media_id", "attachments", "written_at")
_WORDS = ("text", "author_instagram_id", "author_username")

Columns = dict[str, Any]


class Threads:
    """The caller owns the transaction. Each gives the id of the comment that the element is about."""

    def __init__(self, superseding: Superseding) -> None:
        self._superseding = superseding

    async def inbound(
        self, tx: Transaction, account: Account, said: Inbound, sent_at: datetime | None
    ) -> int:
        """A person's words become a comment once, whatever number of events brings them."""
        columns = await columns_of(tx, account, said, sent_at)
        comment, new = await _made(tx, columns)
        if new:
            _classify(tx, comment)
        elif comment.erased_at is None and comment.state is not CommentState.OWN:
            await _complete(tx, comment, columns)
        return comment.id

    async def unread(self, tx: Transaction, account: Account, said: Unread, sent_at: datetime | None) -> int:
        """A message without its words: they are read when it is classified. A known one has them."""
        message = Inbound(
            CommentKind.MESSAGE,
            said.instagram_id,
            author_instagram_id=said.author_instagram_id,
            written_at=said.written_at,
        )
        return await self.inbound(tx, account, message, sent_at)

    async def own(self, tx: Transaction, account: Account, said: OwnComment, sent_at: datetime | None) -> int:
        """Our own words confirm a delivery, or settle what they answer; they never enter the pipeline."""
        columns = await columns_of(tx, account, said, sent_at)
        comment, new = await _made(tx, columns)
        if new:
            await self.spoken(tx, account, comment)
        elif _wordless(comment):
            await self.turns_out_ours(tx, account, comment, columns)
        return comment.id

    async def turns_out_ours(
        self, tx: Transaction, account: Account, comment: Comment, columns: Columns
    ) -> None:
        """A row that was made without words has words of ours."""
        if await drafts.locked(tx.session, comment.id) is not None:  # a card: it could not be read before
            await self._superseding.supersede(tx, comment, Why.ANSWERED_IN_APP)
        elif comment.state is not CommentState.OWN:
            await moves.move(tx.session, Comment, comment.id, CommentState.OWN, note="our own words")
        await comments.change(tx.session, comment.id, **told(columns))
        await self.spoken(tx, account, await comments.locked(tx.session, comment.id))

    async def spoken(self, tx: Transaction, account: Account, own: Comment) -> None:
        """Our words stand in a thread: a delivery wrote them, or a person in the Instagram app."""
        if own.gone_at is not None:
            return
        confirmed = await confirm_own(
            tx,
            account,
            thread=own.thread,
            external_id=own.instagram_id,
            text=own.text,
            written_at=own.written_at,
        )
        if confirmed is not None:
            return
        if not await deliveries.claimed_ids(tx.session, account.id, [own.instagram_id]):
            await settle_answered(tx, self._superseding, own)

    async def edited(self, tx: Transaction, account: Account, edit: Edit, event: Event) -> int:
        """The newest edit's words count. One that comes before its message is the message."""
        said = edit.message
        nameless = isinstance(said, Inbound) and said.author_instagram_id is None
        if nameless and await comments.find(tx.session, account.id, said.instagram_id) is None:
            return await self.unread(tx, account, Unread(said.instagram_id), event.sent_at)
        columns = await columns_of(tx, account, said, event.sent_at) | {"edited_at": datetime.now(UTC)}
        comment, new = await _made(tx, columns)
        if new and isinstance(said, OwnComment):
            await self.spoken(tx, account, comment)
        elif new:
            _classify(tx, comment)
        elif comment.erased_at is None and not await _outdated(tx, event, edit):
            if comment.state is CommentState.OWN:
                edited_at = columns["edited_at"]
                await comments.change(tx.session, comment.id, text=said.text, edited_at=edited_at)
            elif not _wordless(comment):
                await self._superseding.edited(tx, comment, said.text)
            elif not nameless:  # otherwise it is read by its id, and then it has the newest words
                await _complete(tx, comment, columns)
        return comment.id

    async def deleted(self, tx: Transaction, account: Account, said: Said, sent_at: datetime | None) -> int:
        """What was taken back needs no answer. Its row is kept, also for a message that comes after this."""
        columns = await columns_of(tx, account, said, sent_at)
        columns |= {"text": "", "attachments": [], "gone_at": datetime.now(UTC)}
        if isinstance(said, Inbound):
            columns["state"] = CommentState.SUPERSEDED
        comment, new = await _made(tx, columns)
        if not new and comment.gone_at is None:
            await comments.change(tx.session, comment.id, gone_at=columns["gone_at"])
            if comment.state is not CommentState.OWN:
                await self._superseding.supersede(tx, comment, Why.DELETED)
        return comment.id


async def columns_of(tx: Transaction, account: Account, said: Said, sent_at: datetime | None) -> Columns:
    """All that is told of a comment, as columns. Without a time of its own it has that of its webhook."""
    columns: Columns = {
        "account_id": account.id,
        "kind": said.kind,
        "instagram_id": said.instagram_id,
        "parent_instagram_id": said.parent_instagram_id,
        "thread": await _thread(tx, account, said),
        "media_id": await _media(tx, account, said),
        "text": said.text,
        "written_at": said.written_at or sent_at,
    }
    match said:
        case Inbound():
            return columns | {
                "author_instagram_id": said.author_instagram_id,
                "author_username": said.author_username,
                "attachments": list(said.attachments),
            }
        case OwnComment():
            return columns | {
                "author_instagram_id": account.instagram_id,
                "author_username": account.username,
                "attachments": [],
                "state": CommentState.OWN,
            }


def told(columns: Columns) -> Columns:
    """Those columns that complete a row without words."""
    return {name: columns[name] for name in (*_AROUND, *_WORDS)}


async def _thread(tx: Transaction, account: Account, said: Said) -> str:
    """The conversation with a person, or the top-level comment; what belongs to neither is by itself."""
    if said.kind in MESSAGES:
        person = said.recipient_instagram_id if isinstance(said, OwnComment) else said.author_instagram_id
        return f"{deliveries.DIRECT}{person}" if person is not None else said.instagram_id
    parent = said.parent_instagram_id
    return await comments.top_of(tx.session, account.id, parent) if parent else said.instagram_id


async def _media(tx: Transaction, account: Account, said: Said) -> int | None:
    if said.media_instagram_id is None:
        return None
    if isinstance(said, OwnComment):
        return (await comments.media(tx.session, account.id, said.media_instagram_id, None)).id
    media = await comments.media(
        tx.session,
        account.id,
        said.media_instagram_id,
        said.media_kind,
        original=said.original_media_instagram_id,
        ad_id=said.ad_id,
    )
    return media.id


async def _made(tx: Transaction, columns: Columns) -> tuple[Comment, bool]:
    """The row, and whether these columns made it; a known one is locked for this transaction."""
    added = await comments.add(tx.session, **columns)
    if added is not None:
        return added, True
    known = await comments.find(tx.session, columns["account_id"], columns["instagram_id"])
    assert known is not None  # what conflicts is there
    await drafts.locked(tx.session, known.id)
    return await comments.locked(tx.session, known.id), False


async def _complete(tx: Transaction, known: Comment, columns: Columns) -> None:
    """Add what the row lacks; the words that it has are newer or the same."""
    around = {name: columns[name] for name in _AROUND}
    if known.edited_at is not None and not _wordless(known):
        await comments.change(tx.session, known.id, **around)  # an edit made it, and tells words only
        return
    if not _wordless(known) or not (columns["text"] or columns["attachments"]):
        return
    words = {name: columns[name] for name in (*_WORDS, "edited_at") if name in columns}
    await comments.change(tx.session, known.id, **around, **words)
    if known.state is CommentState.FAILED:  # its words could not be read, and here they are
        again = await moves.move(
            tx.session, Comment, known.id, CommentState.RECEIVED, attempts=0, next_attempt_at=None
        )
        if again is not None:
            _classify(tx, again)


def _wordless(comment: Comment) -> bool:
    """A mention, a message of which only the id was told, or one that was taken back before it came."""
    return not comment.text and not comment.attachments


async def _outdated(tx: Transaction, event: Event, edit: Edit) -> bool:
    """Whether a later edit of the message has arrived: its words stand there already, or soon will."""
    mid, number = edit.message.instagram_id, edit.number
    later = [f"edit:{mid}:{number + step}" for step in range(1, MOST_EDITS + 1)]
    return await inbox.any_of(tx.session, event.account_instagram_id, later)


def _classify(tx: Transaction, comment: Comment) -> None:
    tx.enqueue(Job(Step.CLASSIFY, comment.id, key=f"classified:{comment.id}:{comment.lease_token}"))
