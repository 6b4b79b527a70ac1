"""Comments: reading, answering, hiding, deleting, and the private reply."""

from __future__ import annotations

from services.instagram.access import Access
from services.instagram.messages import Sending
from services.instagram.results import REPLIES_SHOWN, GraphComment, Listed, Reply

REPLY_PAGES = 40  # of 50 replies each: more than one thread ever has
REPLY_FIELDS = "id,text,timestamp,username,from"
THREAD_FIELDS = f"{REPLY_FIELDS},hidden,parent_id"
COMMENT_FIELDS = f"{THREAD_FIELDS},media{{id,media_product_type}}"
LISTED_FIELDS = f"{COMMENT_FIELDS},replies.limit({REPLIES_SHOWN}){{{THREAD_FIELDS}}}"


class Comments(Sending):
    """Writes raise GraphError AMBIGUOUS when Instagram may have taken them: read back, never repeat."""

    async def comment(self, access: Access, comment_id: str, *, with_replies: bool = False) -> GraphComment:
        """A comment as it is now, if asked with its first replies. GONE: deleted, or out of our reach."""
        fields = LISTED_FIELDS if with_replies else COMMENT_FIELDS
        answer = await self._read("comment", access, (comment_id,), {"fields": fields})
        return self._parsed("comment", GraphComment, answer)

    async def replies(self, access: Access, comment_id: str) -> list[Reply]:
        """All replies under a top-level comment, every page."""
        query = {"fields": REPLY_FIELDS, "limit": "50"}
        found: list[Reply] = []
        async for page in self._pages("replies", access, (comment_id, "replies"), query, REPLY_PAGES):
            found.extend(self._parsed("replies", Reply, item) for item in page)
        return found

    async def replies_page(
        self, access: Access, comment_id: str, after: str | None = None
    ) -> Listed[GraphComment]:
        """One page of a top-level comment's replies, at most 50."""
        query = {"fields": THREAD_FIELDS, "limit": "50"} | ({"after": after} if after else {})
        answer = await self._read("replies", access, (comment_id, "replies"), query)
        return self._parsed("replies", Listed[GraphComment], answer)

    async def comments_page(
        self, access: Access, media_id: str, after: str | None = None
    ) -> Listed[GraphComment]:
        """One page of a post's top-level comments with their replies, newest first, at most 50.

        A comment of `more_replies` has further ones, which `replies` lists.
        """
        query = {"fields": LISTED_FIELDS, "limit": "50"} | ({"after": after} if after else {})
        answer = await self._read("comments", access, (media_id, "comments"), query)
        return self._parsed("comments", Listed[GraphComment], answer)

    async def reply(self, access: Access, comment_id: str, text: str) -> str:
        """Answer a comment in public; the new reply's id. With `fields` Meta would create and then fail."""
        answer = await self._write("reply", access, (comment_id, "replies"), {"message": text})
        return self._new_id("reply", answer)

    async def set_hidden(self, access: Access, comment_id: str, *, hidden: bool) -> None:
        """Hide or show a comment; doing it twice changes nothing."""
        operation = "hide" if hidden else "unhide"
        await self._write(operation, access, (comment_id,), {"hide": str(hidden).lower()})

    async def delete(self, access: Access, comment_id: str) -> None:
        """Remove a comment under our own post. GONE: it is not there (any more)."""
        await self._write("delete", access, (comment_id,), method="DELETE")

    async def private_reply(self, access: Access, comment_id: str, text: str) -> str:
        """Write to a comment's author directly, once, within seven days; the message's id."""
        return await self._send("private_reply", access, {"comment_id": comment_id}, text)
