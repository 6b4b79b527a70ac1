"""Comments and mentions as they happen."""

from __future__ import annotations

from typing import Literal

from sandbox.instagram.account import Account
from sandbox.instagram.batching import Event
from sandbox.instagram.control_request import ControlError, Username
from sandbox.instagram.events import comment_told
from sandbox.instagram.happenings.happening import Happening, Identifier, Words
from sandbox.instagram.model import Media, MediaKind, now

KINDS = {
    "comment": MediaKind.FEED,
    "own_comment": MediaKind.FEED,
    "live_comment": MediaKind.LIVE,
    "ad_comment": MediaKind.AD,
}


class CommentWritten(Happening):
    """A comment under a post of the wanted kind, the first there is unless `media_id` names one."""

    kind: Literal["comment", "own_comment", "live_comment", "ad_comment"]
    username: Username = "anna_k"
    text: Words = "Сколько стоит доставка?"
    media_id: Identifier | None = None
    parent_id: Identifier | None = None

    def play(self, account: Account) -> list[Event]:
        state = account.state
        parent = None
        if self.parent_id is not None:
            parent = state.comments.get(self.parent_id)
            if parent is None or self.media_id not in {None, parent.media.id}:
                raise ControlError("no such parent under this media", status=404)
        author = state.own if self.kind == "own_comment" else state.person(self.username)
        media = parent.media if parent else self._media(account)
        comment = state.add_comment(media, author, self.text, parent=parent)
        return [comment_told(comment, account.config, account.switches)]

    def _media(self, account: Account) -> Media:
        posts = account.state.posts
        if self.media_id is not None:
            wanted = posts.get(self.media_id)
        else:
            wanted = next((post for post in posts.values() if post.kind is KINDS[self.kind]), None)
        if wanted is None:
            raise ControlError("no such media", status=404)
        return wanted


class Mentioned(Happening):
    """Somebody mentions the account under a post of theirs, or in its caption.

    `told` is how: among the comments, as Instagram Login is documented to do, or by the field `mentions` of
    Facebook Login, as always for a caption. `/_control/mentions` can say more of it.
    """

    kind: Literal["mention"]
    username: Username = "anna_k"
    text: Words = "@lavanda_home смотрите, как красиво!"
    media_id: Identifier | None = None
    caption: bool = False
    told: Literal["comments", "mentions"] = "comments"

    def play(self, account: Account) -> list[Event]:
        media = self._media(account)
        value = {"media_id": media.id}
        if not self.caption:
            comment = account.state.add_comment(media, account.state.person(self.username), self.text)
            comment.readable = self.told == "comments"
            if comment.readable:
                return [comment_told(comment, account.config, account.switches)]
            value["comment_id"] = comment.id
        about = value.get("comment_id", media.id)
        return [Event(about=about, field="mentions", value=value, account_id=account.config.account_id)]

    def _media(self, account: Account) -> Media:
        state = account.state
        if self.media_id in state.mentioning:
            return state.mentioning[self.media_id]
        media = Media(
            id=self.media_id or state.ids.media(),
            kind=MediaKind.FEED,
            caption=self.text if self.caption else "",
            published_at=now(),
            owner=state.person(self.username),
        )
        state.add_mentioning(media)
        return media
