"""Posts, and where others mention the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.instagram.access import Access, Login
from services.instagram.calling import Caller
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import GraphComment, Listed, Post

POST_FIELDS = (
    "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,timestamp,comments_count"
)
CHILDREN = "children{id,media_type,media_url,thumbnail_url}"
MENTION_FIELDS = "id,text,timestamp,username,from,media{id,permalink}"
MENTIONED_FIELDS = "id,caption,media_type,media_product_type,media_url,permalink,timestamp,username"
TAG_PAGES = 4  # of 50 posts each: a mention is asked for when it is new


class MediaCalls(Caller):
    """Reading posts and mentions, and answering a mention."""

    async def post(self, access: Access, media_id: str) -> Post:
        """A post's caption, kind, pictures and link. GONE or REFUSED: it cannot be read."""
        answer = await self._read("media", access, (media_id,), {"fields": f"{POST_FIELDS},{CHILDREN}"})
        return self._parsed("media", Post, answer)

    async def posts_page(self, access: Access, after: str | None = None, limit: int = 50) -> Listed[Post]:
        """One page of the account's posts, newest first; without stories, advertisements and broadcasts."""
        query = {"fields": POST_FIELDS, "limit": str(limit)} | ({"after": after} if after else {})
        answer = await self._read("media_list", access, (access.account, "media"), query)
        return self._parsed("media_list", Listed[Post], answer)

    async def mentioned_comment(self, access: Access, comment_id: str) -> GraphComment:
        """The comment of somebody else's post in which the account is mentioned; GONE like `comment`."""
        if self.login is Login.INSTAGRAM:
            answer = await self._read("comment", access, (comment_id,), {"fields": MENTION_FIELDS})
            return self._parsed("comment", GraphComment, answer)
        known = self._step("mentioned_comment", comment_id)
        field = f"mentioned_comment.comment_id({known}){{id,text,timestamp,media{{id,permalink}}}}"
        answer = await self._read("mentioned_comment", access, (access.account,), {"fields": field})
        return self._parsed("mentioned_comment", GraphComment, _inside(answer, "mentioned_comment"))

    async def mentioned_media(self, access: Access, media_id: str) -> Post:
        """Somebody else's post whose caption mentions the account; GONE when it does not any more."""
        if self.login is Login.INSTAGRAM:
            async for page in self._pages(
                "tags", access, (access.account, "tags"), {"fields": POST_FIELDS, "limit": "50"}, TAG_PAGES
            ):
                for item in page:
                    post = self._parsed("tags", Post, item)
                    if post.id == media_id:
                        return post
            raise GraphError(Trouble.GONE, "tags", says="not among the posts that tag the account")
        field = f"mentioned_media.media_id({self._step('mentioned_media', media_id)}){{{MENTIONED_FIELDS}}}"
        answer = await self._read("mentioned_media", access, (access.account,), {"fields": field})
        return self._parsed("mentioned_media", Post, _inside(answer, "mentioned_media"))

    async def answer_mention(self, access: Access, media_id: str, comment_id: str | None, text: str) -> str:
        """Answer under the post where the account was mentioned; the new comment's id."""
        form = {"media_id": media_id, "message": text} | ({"comment_id": comment_id} if comment_id else {})
        answer = await self._write("mention", access, (access.account, "mentions"), form)
        return self._new_id("mention", answer)


def _inside(answer: Mapping[str, Any], operation: str) -> object:
    """The field of the account that was asked for; Graph leaves out what it does not show."""
    if operation not in answer:
        raise GraphError(Trouble.GONE, operation, says="not shown")
    return answer[operation]
