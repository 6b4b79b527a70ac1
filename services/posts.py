"""What is known of a post: asked of Instagram once, with a bounded wait, and gone without when it fails."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from db.engine import Database
from db.models import Account, Comment, Media
from db.models.comment import CommentKind, MediaState
from db.repositories import comments
from services.instagram.access import Access, access_of
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import Post
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)

WAIT = timedelta(seconds=10)  # for all calls about one post together: a comment waits for them
UNREADABLE = frozenset({Trouble.GONE, Trouble.REFUSED})  # anything else may pass: the next comment asks again


class Posts:
    """Captions, kinds, pictures and links. `wait` bounds how long a comment waits for them."""

    def __init__(
        self, db: Database, instagram: InstagramClient, vault: Vault, wait: timedelta = WAIT
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault
        self._wait = wait

    async def of(self, comment: Comment, account: Account) -> Media | None:
        """The comment's post; asks Instagram when its caption is not known yet. Never raises for that."""
        async with self._db.transaction() as tx:
            media = await comments.media_of(tx.session, comment)
        if media is None or media.state is not MediaState.UNKNOWN or account.token_encrypted is None:
            return media
        if account.throttled_until is not None and account.throttled_until > datetime.now(UTC):
            return media  # calls while throttled prolong it (datasheet, §5.1)
        try:
            async with asyncio.timeout(self._wait.total_seconds()):
                post = await self._asked(comment, media, access_of(account, self._vault))
        except TokenUnreadable:
            return media
        except TimeoutError:
            log.info("post_not_read", media=media.id, trouble=Trouble.TRANSIENT, code=None)
            return media
        except GraphError as error:
            log.info("post_not_read", media=media.id, trouble=error.trouble, code=error.code)
            if error.trouble in UNREADABLE:
                async with self._db.transaction() as tx:
                    await comments.describe_media(tx.session, media.id, MediaState.UNREADABLE)
                    return await comments.media_of(tx.session, comment)
            return media
        async with self._db.transaction() as tx:
            await comments.describe_media(
                tx.session,
                media.id,
                MediaState.KNOWN,
                kind=media.kind or post.media_product_type,
                caption=post.caption,
                permalink=post.permalink,
                image_url=post.image,
                children=post.images,
                published_at=post.timestamp,
            )
            return await comments.media_of(tx.session, comment)

    async def _asked(self, comment: Comment, media: Media, access: Access) -> Post:
        """What Instagram shows: of a mention somebody else's post, of an advertisement maybe its original."""
        if comment.kind is CommentKind.MENTION:
            return await self._instagram.mentioned_media(access, media.instagram_id)
        try:
            return await self._instagram.post(access, media.instagram_id)
        except GraphError as error:
            if media.original_instagram_id is None or error.trouble not in UNREADABLE:
                raise
        return await self._instagram.post(access, media.original_instagram_id)
