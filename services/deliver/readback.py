"""Looking on Instagram for what became of a request whose answer got lost (rulings, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from db.engine import Database
from db.life.delivery import Effect
from db.repositories import deliveries
from services.deliver.matching import CLOCKS, is_ours, same_words
from services.deliver.work import Work
from services.instagram.access import Access
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.instagram.messages import CONVERSATION_MESSAGES
from services.instagram.results import Author, Reply

MENTION_PAGES = 2
"""Of somebody else's post, newest first: our answer is minutes old."""
HOLDS = frozenset({Trouble.THROTTLED, Trouble.AUTH})
"""What a look is refused with when nothing at all may be asked."""


class Finding(StrEnum):
    """What a look at Instagram says."""

    FOUND = "found"
    ABSENT = "absent"  # certainly: Instagram shows something newer than our request, or the comment is gone
    UNCLEAR = "unclear"  # not shown, but the listing may be older than our request
    UNREAD = "unread"  # it could not be read


@dataclass(frozen=True, slots=True)
class Said:
    """A comment or a message, as far as recognising our own goes."""

    id: str
    text: str
    at: datetime | None
    ours: bool


class Readback:
    """One look; how often and when is the deliverer's."""

    def __init__(self, db: Database, instagram: InstagramClient) -> None:
        self._db = db
        self._instagram = instagram

    async def look(self, work: Work, access: Access, since: datetime) -> tuple[Finding, str | None]:
        """Whether the effect, asked for at `since` (aware), is on Instagram, and under which id.

        Raises GraphError only for what holds the whole account back.
        """
        try:
            return await self._look(work, access, since)
        except GraphError as error:
            if error.trouble in HOLDS:
                raise
            if error.trouble is not Trouble.GONE:
                return Finding.UNREAD, None
            return self._gone(work), None

    @staticmethod
    def _gone(work: Work) -> Finding:
        """What it says that the comment, or what it stands in, is not there."""
        match work.effect:
            case Effect.DELETE:
                return Finding.FOUND
            case Effect.REPLY if work.mention:
                return Finding.UNREAD  # Instagram does not let us see everybody's posts
            case Effect.REPLY | Effect.HIDE | Effect.UNHIDE:
                return Finding.ABSENT
            case Effect.PRIVATE_REPLY | Effect.MESSAGE:
                return Finding.UNREAD
            case _:
                assert_never(work.effect)

    async def _look(self, work: Work, access: Access, since: datetime) -> tuple[Finding, str | None]:
        match work.effect:
            case Effect.REPLY if work.mention:
                finding, found = await self._among(work, await self._around_mention(work, access), since)
                return (Finding.UNCLEAR if finding is Finding.ABSENT else finding), found
            case Effect.REPLY:
                replies = await self._instagram.replies(access, work.comment.thread)
                return await self._among(work, [_of_reply(work, reply) for reply in replies], since)
            case Effect.PRIVATE_REPLY | Effect.MESSAGE:
                return await self._in_conversation(work, access, since)
            case Effect.HIDE | Effect.UNHIDE:
                comment = await self._instagram.comment(access, work.comment.instagram_id)
                done = comment.hidden == (work.effect is Effect.HIDE)
                return (Finding.FOUND if done else Finding.ABSENT), None
            case Effect.DELETE:
                await self._instagram.comment(access, work.comment.instagram_id)
                return Finding.ABSENT, None
            case _:
                assert_never(work.effect)

    async def _in_conversation(
        self, work: Work, access: Access, since: datetime
    ) -> tuple[Finding, str | None]:
        person = work.comment.author_instagram_id
        if person is None:
            return Finding.UNREAD, None
        messages = await self._instagram.conversation(access, person)
        said = [
            Said(one.id, one.message, one.created_time, is_ours(work.account, one.author)) for one in messages
        ]
        finding, found = await self._among(work, said, since)
        reaches = len(said) < CONVERSATION_MESSAGES or any(
            one.at is not None and one.at < since - CLOCKS for one in said
        )
        # A full page that begins after our request may have pushed our words out.
        return (finding if reaches or finding is Finding.FOUND else Finding.UNCLEAR), found

    async def _around_mention(self, work: Work, access: Access) -> list[Said]:
        """What can be read where the answer to a mention would stand; not being let in is an answer too."""
        found: list[Said] = []
        if work.mentioning_comment is not None:
            replies = await self._instagram.replies(access, work.comment.thread)
            return [_of_reply(work, reply) for reply in replies]
        after: str | None = None
        for _page in range(MENTION_PAGES if work.post is not None else 0):
            page = await self._instagram.comments_page(access, work.post or "", after)
            found += [_of_reply(work, comment) for comment in page.data]
            after = page.after
            if after is None:
                break
        return found

    async def _among(self, work: Work, said: Sequence[Said], since: datetime) -> tuple[Finding, str | None]:
        """Our words, said since `since` less two minutes; what another delivery said is not ours to find."""
        async with self._db.transaction() as tx:
            taken = await deliveries.claimed_ids(tx.session, work.account.id, [one.id for one in said])
        for one in said:
            recent = one.at is None or one.at >= since - CLOCKS
            if recent and one.ours and one.id not in taken and same_words(one.text, work.text):
                return Finding.FOUND, one.id
        newer = any(one.at is not None and one.at > since + CLOCKS for one in said)
        return (Finding.ABSENT if newer else Finding.UNCLEAR), None


def _of_reply(work: Work, reply: Reply) -> Said:
    author: Author | None = reply.author
    return Said(reply.id, reply.text, reply.timestamp, is_ours(work.account, author, reply.username))
