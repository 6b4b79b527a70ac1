"""What Instagram tells only when it is asked: a mention's words, a message's, a person's name."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from db.engine import Database, Transaction
from db.models import Account, Comment
from db.models.comment import CommentKind
from db.repositories import comments
from services.decide.superseding import Superseding, Why
from services.deliver.matching import is_ours
from services.ingest.answered import MESSAGES
from services.ingest.meaning import Inbound, OwnComment, Said
from services.ingest.normalise import MAX_TEXT
from services.ingest.threads import Threads, columns_of, told
from services.instagram.access import Access, access_of
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import GraphMessage
from services.privacy.tombstones import Tombstones
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)

NAME_WAIT = timedelta(seconds=5)  # a card without a name is better than a late one
NAMELESS = 3
"""So many messages of a person without a name, and it is not asked for again."""


class Words:
    """One per process. A call is made while the comment is claimed, and what it tells is saved fenced."""

    def __init__(
        self,
        db: Database,
        instagram: InstagramClient,
        vault: Vault,
        superseding: Superseding,
        tombstones: Tombstones | None = None,
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault
        self._superseding = superseding
        self._tombstones = tombstones
        self._threads = Threads(superseding)

    async def of(self, comment: Comment, account: Account) -> Comment | None:
        """The claimed comment with its words; None when there is nothing to read.

        So it is when they are ours, when their author was erased, or when another worker has the comment.
        Raises GraphError when Instagram does not tell them.
        """
        if comment.text or comment.attachments:
            return comment
        match comment.kind:
            case CommentKind.MENTION:
                columns = await self._mention(comment, account)
            case CommentKind.MESSAGE:
                return await self._message(comment, account)
            case _:
                return comment
        async with self._db.transaction() as tx:
            return await self._completed(tx, comment, columns)

    async def named(self, comment: Comment, account: Account) -> Comment:
        """The claimed comment with its author's name, if that can be known: messages bring ids only."""
        person = comment.author_instagram_id
        if comment.kind not in MESSAGES or comment.author_username is not None or person is None:
            return comment
        async with self._db.transaction() as tx:
            name, messages = await comments.name_of(tx.session, account.id, person)
        if name is None and messages <= NAMELESS:
            name = await self._name(account, person)
        if name is None:
            return comment
        async with self._db.transaction() as tx:
            return await comments.complete(tx.session, comment, author_username=name) or comment

    async def _name(self, account: Account, person_id: str) -> str | None:
        try:
            async with asyncio.timeout(NAME_WAIT.total_seconds()):
                return (await self._instagram.person(self._access(account), person_id)).username
        except GraphError as error:
            log.info("name_not_read", trouble=error.trouble, code=error.code)
        except TimeoutError:
            log.info("name_not_read", trouble=Trouble.TRANSIENT, code=None)
        return None

    async def _mention(self, comment: Comment, account: Account) -> dict[str, Any]:
        """In a caption the mention has no id but the post's (datasheet, §2.7 h)."""
        access = self._access(account)
        async with self._db.transaction() as tx:
            media = await comments.media_of(tx.session, comment)
        if media is not None and media.instagram_id == comment.instagram_id:
            post = await self._instagram.mentioned_media(access, media.instagram_id)
            words, at, person, name = post.caption or "", post.timestamp, None, post.username
        else:
            found = await self._instagram.mentioned_comment(access, comment.instagram_id)
            words, at, person, name = found.text, found.timestamp, found.author_id, found.author_name
        return {
            "text": words[:MAX_TEXT],
            "written_at": at or comment.written_at,
            "author_instagram_id": person,
            "author_username": name,
        }

    async def _message(self, comment: Comment, account: Account) -> Comment | None:
        found = await self._instagram.message_by_id(self._access(account), comment.instagram_id)
        said = _said(found, comment, account)
        async with self._db.transaction() as tx:
            columns = told(await columns_of(tx, account, said, comment.written_at))
            held = await self._completed(tx, comment, columns)
            if held is not None and isinstance(said, OwnComment):
                await self._threads.turns_out_ours(tx, account, held, columns)
                return None
            return held

    async def _completed(self, tx: Transaction, comment: Comment, columns: dict[str, Any]) -> Comment | None:
        """Fenced. Who wrote it is known only now, and so is whether that person was erased."""
        author, name = columns["author_instagram_id"], columns["author_username"]
        if self._tombstones is not None and await self._tombstones.is_erased(
            tx.session, comment.account_id, author, name, columns["written_at"]
        ):
            await self._superseding.supersede(tx, comment, Why.ERASED)
            return None
        return await comments.complete(tx.session, comment, **columns)

    def _access(self, account: Account) -> Access:
        """Raises GraphError before a call that would be in vain."""
        now, until = datetime.now(UTC), account.throttled_until
        if until is not None and until > now:  # calls while throttled prolong it (datasheet, §5.1)
            wait = (until - now).total_seconds()
            raise GraphError(Trouble.THROTTLED, "words", says="throttled", retry_after=wait)
        try:
            return access_of(account, self._vault)
        except TokenUnreadable:
            raise GraphError(Trouble.AUTH, "words", says="no usable token") from None


def _said(found: GraphMessage, comment: Comment, account: Account) -> Said:
    text = found.message[:MAX_TEXT]
    if is_ours(account, found.author):
        others = [one.id for one in found.recipients if one.id is not None]
        return OwnComment(
            comment.kind,
            comment.instagram_id,
            recipient_instagram_id=others[0] if others else None,
            text=text,
            written_at=found.created_time,
        )
    return Inbound(
        comment.kind,
        comment.instagram_id,
        author_instagram_id=(found.author.id if found.author else None) or comment.author_instagram_id,
        author_username=found.author.username if found.author else None,
        text=text,
        written_at=found.created_time,
        attachments=() if text else ("unknown",),  # what came with it is not told here
    )
