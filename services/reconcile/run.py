"""One run of a comparison: lists posts within its budget and takes in what is missing, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from db.engine import Database, Transaction
from db.models import Account
from db.queue import Job, Step
from db.repositories import inbox, reconciling
from services.ingest.inbox import INGEST_PRIORITY
from services.instagram.access import Access
from services.instagram.client import InstagramClient
from services.instagram.comments import REPLY_PAGES
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import GraphComment, Listed, Post
from services.reconcile.budget import Budget
from services.reconcile.choosing import ACTIVE, Target, chosen
from services.reconcile.round import LEASE, Place, Round
from services.reconcile.shaping import Seen, anonymous, rows, seen

log = structlog.get_logger(__name__)

POSTS_WITHIN: Final = timedelta(days=30)
POST_PAGES: Final = 4  # of 50 posts
OLD_PAGES: Final = 10
"""So many pages of nothing but old threads are read for a reply that the count tells of."""
FULL_PAGE: Final = 25
"""Replies come with their comment in pages of 25 or 50; a full one may not be all of them."""
BARRED: Final = frozenset({Trouble.GONE, Trouble.REFUSED, Trouble.PERMISSION})
"""This post cannot be listed, which is normal for advertisements; others can."""


class TakenOver(Exception):
    """Another run works on the account: this one lost its lease."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Run:
    """Works on `round` until every post is done. Nothing is held across a call; each page is a transaction.

    `late`: a younger comment's webhook may still be on its way, so it is taken in but not called missed.
    """

    def __init__(
        self,
        db: Database,
        instagram: InstagramClient,
        account: Account,
        access: Access,
        taken: Round,
        budget: Budget,
        late: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self.round = taken
        self._db = db
        self._instagram = instagram
        self._account = account
        self._access = access
        self._budget = budget
        self._late = late
        self._now = now

    async def __call__(self) -> None:
        """Return when the round has nothing left; stopped early it raises Enough, TakenOver or GraphError."""
        for target in await self._targets():
            try:
                await self._list(target)
            except GraphError as error:
                if error.trouble not in BARRED:
                    raise
                log.info("post_not_listed", trouble=error.trouble, code=error.code, kind=target.kind)
                await self._done(target, None)

    async def _targets(self) -> list[Target]:
        now = self._now()
        posts = await self._posts(now)
        self.round = self.round.but(counting_at=now)
        async with self._db.transaction() as tx:
            known = await reconciling.counted(tx.session, self._account.id, [post.id for post in posts])
            active = await reconciling.active(tx.session, self._account.id, now - ACTIVE)
        listed = frozenset(self.round.listed)
        found = chosen(posts, known, active, listed, now, everything=self._first_of_day(now))
        place = self.round.place
        return sorted(found, key=lambda target: place is None or target.media != place.media)

    def _first_of_day(self, now: datetime) -> bool:
        """Whether no round that began on this one's day, in UTC, has ended yet."""
        began, last = self.round.began or now, self._account.reconciled_at
        return last is None or last.astimezone(UTC).date() < began.astimezone(UTC).date()

    async def _posts(self, now: datetime) -> list[Post]:
        """Posts of the last `POSTS_WITHIN`, and whatever older ones their pages show."""
        posts: list[Post] = []
        after: str | None = None
        for _page in range(POST_PAGES):
            page = await self._posts_page(after)
            posts += page.data
            after = page.after
            oldest = page.data[-1].timestamp if page.data else None
            if after is None or oldest is None or oldest < now - POSTS_WITHIN:
                break
        return posts

    async def _posts_page(self, after: str | None) -> Listed[Post]:
        return await self._budget.ask(lambda: self._instagram.posts_page(self._access, after))

    async def _list(self, target: Target) -> None:
        """The post's comments, newest first, until a page brings nothing that is new."""
        place = self.round.place
        if place is None or place.media != target.media:
            place = Place(media=target.media, count=target.count)
        page = await self._first_page(place)
        if page is None:  # the cursor of the former run is no longer good
            place = Place(media=target.media, count=target.count)
            page = await self._comments_page(place)
        while True:
            found = [one for comment in page.data for one in seen(comment, self._account)]
            taken = await self._take_in(target, found, place)
            for thread in page.data:
                if _may_go_on(thread) and thread.id not in place.threads:
                    place, more = await self._list_thread(target, thread, place)
                    taken += more
            old = all(self._is_old(comment.timestamp) for comment in page.data)
            place = place.but(fresh=place.fresh + self._fresh(found), old_pages=place.old_pages + old)
            if page.after is None or not page.data or (old and not taken and _explained(target, place)):
                break
            place = place.but(after=page.after, threads=())
            async with self._db.transaction() as tx:
                await self._keep(tx, self.round.but(place=place))
            page = await self._comments_page(place)
        await self._done(target, place)

    async def _first_page(self, place: Place) -> Listed[GraphComment] | None:
        try:
            return await self._comments_page(place)
        except GraphError as error:
            if place.after is None or error.trouble is not Trouble.REFUSED:
                raise
            return None

    async def _comments_page(self, place: Place) -> Listed[GraphComment]:
        return await self._budget.ask(
            lambda: self._instagram.comments_page(self._access, place.media, place.after)
        )

    async def _list_thread(self, target: Target, thread: GraphComment, place: Place) -> tuple[Place, int]:
        """The replies of a long thread, of which the listing of comments shows only the oldest."""
        shown = {reply.id for reply in thread.replies}
        taken, fresh, after = 0, 0, None
        for _page in range(REPLY_PAGES):
            page = await self._replies_page(thread.id, after)
            found = [one for reply in page.data for one in seen(reply, self._account, thread.id)]
            taken += await self._take_in(target, found, place)
            fresh += self._fresh([one for one in found if one.comment.id not in shown])
            after = page.after
            if after is None or not page.data:
                break
        place = place.but(threads=(*place.threads, thread.id), fresh=place.fresh + fresh)
        async with self._db.transaction() as tx:
            await self._keep(tx, self.round.but(place=place))
        return place, taken

    async def _replies_page(self, thread_id: str, after: str | None) -> Listed[GraphComment]:
        return await self._budget.ask(lambda: self._instagram.replies_page(self._access, thread_id, after))

    async def _take_in(self, target: Target, found: Sequence[Seen], place: Place) -> int:
        """Put what is missing into the inbox; how many that were."""
        now = self._now()
        wanted = {one.comment.id: one for one in found if not self._is_old(one.at) and not anonymous(one)}
        async with self._db.transaction() as tx:
            unknown = await reconciling.unknown(tx.session, self._account, wanted) if wanted else set()
            missing = [wanted[comment_id] for comment_id in sorted(unknown)]
            if missing:
                await inbox.add(tx.session, rows(self._account, target, missing, now))
                tx.enqueue(Job(Step.INGEST, priority=INGEST_PRIORITY))
            late = [one.at or now for one in missing if self._was_missed(one, now)]
            oldest = min(late, default=None)
            if oldest is not None and self.round.oldest is not None:
                oldest = min(oldest, self.round.oldest)
            await self._keep(
                tx,
                self.round.but(
                    place=place,
                    found=self.round.found + len(late),
                    oldest=oldest or self.round.oldest,
                ),
            )
        return len(missing)

    async def _done(self, target: Target, place: Place | None) -> None:
        """The post is finished in this round; `place` is None when it could not be listed."""
        async with self._db.transaction() as tx:
            if place is not None and place.count is not None:
                await reconciling.keep_count(
                    tx.session,
                    self._account.id,
                    target.media,
                    kind=target.kind,
                    count=place.count,
                    published_at=target.published_at,
                )
            await self._keep(tx, self.round.but(place=None, listed=(*self.round.listed, target.media)))

    async def _keep(self, tx: Transaction, changed: Round) -> None:
        """Fenced: how far the round has come, with everything else in this transaction."""
        changed = changed.but(lease_until=self._now() + LEASE)
        if not await reconciling.keep_round(tx.session, self._account.id, changed.run, changed.dumped()):
            raise TakenOver
        self.round = changed

    def _was_missed(self, one: Seen, now: datetime) -> bool:
        """Whether a webhook should have brought it: a customer's, since the account is with us."""
        at = one.at or now
        return not one.own and self._account.created_at <= at <= now - self._late

    def _is_old(self, at: datetime | None) -> bool:
        return at is not None and self.round.since is not None and at < self.round.since

    def _fresh(self, found: Sequence[Seen]) -> int:
        """How many were written after the former round's count."""
        before = self.round.counted_at
        return sum(before is None or one.at is None or one.at > before for one in found)


def _may_go_on(thread: GraphComment) -> bool:
    return bool(thread.replies) and len(thread.replies) % FULL_PAGE == 0


def _explained(target: Target, place: Place) -> bool:
    """Whether the comments seen account for what was added to the count; if not, an old thread has grown."""
    if place.count is None or target.counted is None or place.old_pages >= OLD_PAGES:
        return True
    return place.count - target.counted <= place.fresh
