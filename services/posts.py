"""What is known of a post: asked of Instagram once, with a bounded wait, and gone without when it fails."""

from __future__ import annotations

import structlog

from db.engine import Database
from db.models import Account, Comment, Media
from db.models.comment import MediaState
from db.repositories import comments
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.vault import TokenUnreadable, Vault

log = structlog.get_logger(__name__)


class Posts:
    """Captions, kinds and links."""

    def __init__(self, db: Database, instagram: InstagramClient, vault: Vault) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault

    async def of(self, comment: Comment, account: Account) -> Media | None:
        """The comment's post; asks Instagram when its caption is not known yet. Never raises for that."""
        async with self._db.transaction() as tx:
            media = await comments.media_of(tx.session, comment)
        if media is None or media.state is not MediaState.UNKNOWN or account.token_encrypted is None:
            return media
        try:
            post = await self._instagram.post(self._vault.open(account.token_encrypted), media.instagram_id)
        except TokenUnreadable:
            return media
        except GraphError as error:
            log.info("post_not_read", media=media.id, trouble=error.trouble, code=error.code)
            if error.trouble in {Trouble.GONE, Trouble.REFUSED}:
                async with self._db.transaction() as tx:
                    await comments.describe_media(tx.session, media.id, MediaState.UNREADABLE)
            return media
        async with self._db.transaction() as tx:
            await comments.describe_media(
                tx.session,
                media.id,
                MediaState.KNOWN,
                kind=media.kind or post.media_product_type,
                caption=post.caption,
                permalink=post.permalink,
                image_url=post.media_url or post.thumbnail_url,
            )
            return await comments.media_of(tx.session, comment)
