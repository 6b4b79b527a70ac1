"""Everything Instagram remembers about the account, in memory, and the rules of changing it."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sandbox.instagram.errors import (
    InvalidParameterError,
    NoSuchPersonError,
    OutsideWindowError,
    PrivateReplyError,
    UnsupportedObjectError,
)
from sandbox.instagram.model import Comment, Media, MediaKind, Message, Person, now

REPLY_CHARACTERS = 2200  # reported limit of a public reply; Meta publishes none
MESSAGE_BYTES = 1000  # documented: bytes of UTF-8, about 500 Cyrillic letters
PRIVATE_REPLY_WINDOW = timedelta(days=7)
MESSAGE_WINDOW = timedelta(hours=24)
HUMAN_AGENT_WINDOW = timedelta(days=7)
# Ids are 17 digits like the real ones. They start at the second of the start, so that a stand-in started
# anew does not repeat the ids which a product with a lasting database already knows.
FIRST_COMMENT_ID = 18_100_000_000_000_000
IDS_PER_SECOND = 1_000_000
EPOCH = 1_700_000_000


class State:
    """Posts, comments, people and conversations of one account."""

    def __init__(self, own: Person, posts: Sequence[Media]) -> None:
        """`own` is the account itself, as the author of its comments."""
        self.own = own
        self.posts: dict[str, Media] = {}
        self.comments: dict[str, Comment] = {}
        self.conversations: dict[str, list[Message]] = {}
        self.serial = 0
        # Replies of a later serial are not listed yet; None lists all.
        self.listed_until: int | None = None
        self._children: dict[str, Media] = {}
        self._under: dict[str, list[Comment]] = {}
        self._people: dict[str, Person] = {}
        self._names: dict[str, Person] = {own.username: own}
        self._first_id = FIRST_COMMENT_ID + (int(time.time()) - EPOCH) * IDS_PER_SECOND
        for post in posts:
            self.add_post(post)

    # Posts and people

    def add_post(self, post: Media) -> None:
        self.posts[post.id] = post
        self._under.setdefault(post.id, [])
        self._children.update({child.id: child for child in post.children})

    def media(self, media_id: str) -> Media | None:
        """A post or a picture of an album."""
        return self.posts.get(media_id) or self._children.get(media_id)

    def person(self, username: str, person_id: str | None = None) -> Person:
        """The person of this name, who has the given id or else one that is always the same for a name."""
        if person_id == self.own.id:
            return self.own
        known = self._names.get(username)
        if known is None or person_id not in {None, known.id}:
            known = Person(person_id or _person_id(username), username)
            self._names[username] = known
            self._people[known.id] = known
        return known

    def person_by_id(self, person_id: str) -> Person | None:
        return self._people.get(person_id)

    # Comments

    def comment(self, comment_id: str, method: str = "get") -> Comment:
        """The comment, or Graph's answer that there is none."""
        comment = self.comments.get(comment_id)
        if comment is None:
            raise UnsupportedObjectError(comment_id, method)
        return comment

    def top_level(self, media: Media) -> list[Comment]:
        """Top-level comments under a post, newest first."""
        return sorted(self._under.get(media.id, ()), key=lambda one: (one.at, one.serial), reverse=True)

    def comments_count(self, media: Media) -> int:
        """Comments and replies; those of its advertisements are not among them."""
        return sum((not comment.hollow) + len(comment.replies) for comment in self._under.get(media.id, ()))

    def add_comment(
        self,
        media: Media,
        author: Person,
        text: str,
        *,
        parent: Comment | None = None,
        at: datetime | None = None,
        comment_id: str | None = None,
    ) -> Comment:
        """A new comment; one to a reply belongs to the top-level comment, as on Instagram."""
        self.serial += 1
        top = parent.top if parent else None
        comment = Comment(
            id=comment_id or str(self._first_id + self.serial),
            media=media,
            author=author,
            text=text,
            at=at or now(),
            serial=self.serial,
            parent=top,
        )
        self.comments[comment.id] = comment
        (top.replies if top else self._under[media.id]).append(comment)
        return comment

    def remove_comment(self, comment: Comment) -> None:
        """The comment goes, and a top-level comment takes its thread along."""
        for one in (comment, *comment.replies):
            self.comments.pop(one.id, None)
        siblings = comment.parent.replies if comment.parent else self._under[comment.media.id]
        siblings.remove(comment)

    # What the account does through Graph

    def reply(self, comment_id: str, text: str) -> Comment:
        """A public reply of the account."""
        comment = self.comment(comment_id, "post")
        if comment.media.kind is MediaKind.LIVE:
            raise InvalidParameterError("Replies to comments on live video are not supported")
        if comment.hidden or comment.top.hidden:
            raise InvalidParameterError("Replies to hidden comments are not supported")
        if not text.strip():
            raise InvalidParameterError("The parameter message is required")
        if len(text) > REPLY_CHARACTERS:
            raise InvalidParameterError(f"The message is longer than {REPLY_CHARACTERS} characters")
        return self.add_comment(comment.media, self.own, text, parent=comment)

    def hide(self, comment_id: str, *, hidden: bool) -> bool:
        """Hide or show a comment; False when nothing came of it: the account's own are always shown."""
        comment = self.comment(comment_id, "post")
        _refuse_live(comment, "post")
        if comment.author == self.own:
            return False
        comment.hidden = hidden
        return True

    def delete(self, comment_id: str) -> None:
        """Remove a comment for good."""
        comment = self.comment(comment_id, "delete")
        _refuse_live(comment, "delete")
        self.remove_comment(comment)

    def private_reply(self, comment_id: str, text: str) -> Message:
        """The one message that a comment allows within seven days; it opens no window for further ones."""
        _check_message(text)
        comment = self.comments.get(comment_id)
        if (
            comment is None
            or comment.parent is not None
            or comment.author == self.own
            or comment.private_reply is not None
            or now() - comment.at > PRIVATE_REPLY_WINDOW
        ):
            raise PrivateReplyError
        comment.private_reply = self._write(comment.author, text, own=True, comment_id=comment_id)
        return comment.private_reply

    def message(self, person_id: str, text: str, *, human_agent: bool) -> Message:
        """A direct message within a day of the person's last one, or within seven by a human agent."""
        _check_message(text)
        person = self.person_by_id(person_id)
        if person is None:
            raise NoSuchPersonError
        heard = [message.at for message in self.conversations.get(person_id, ()) if not message.own]
        window = HUMAN_AGENT_WINDOW if human_agent else MESSAGE_WINDOW
        if not heard or now() - max(heard) > window:
            raise OutsideWindowError
        return self._write(person, text, own=True)

    def receive(
        self, person: Person, text: str, *, at: datetime | None = None, message_id: str | None = None
    ) -> Message:
        """A person's message to the account."""
        return self._write(person, text, own=False, at=at, message_id=message_id)

    def _write(
        self,
        person: Person,
        text: str,
        *,
        own: bool,
        comment_id: str | None = None,
        at: datetime | None = None,
        message_id: str | None = None,
    ) -> Message:
        message = Message(
            id=message_id or f"aWdf{uuid.uuid4().hex}",
            person=person,
            text=text,
            at=at or now(),
            own=own,
            comment_id=comment_id,
        )
        self.conversations.setdefault(person.id, []).append(message)
        return message


def _person_id(username: str) -> str:
    digest = hashlib.sha256(username.encode(errors="surrogatepass")).digest()
    return str(900_000_000_000_000 + int.from_bytes(digest[:8], "big") % 10**14)


def _refuse_live(comment: Comment, method: str) -> None:
    if comment.media.kind is MediaKind.LIVE:
        raise UnsupportedObjectError(comment.id, method)


def _check_message(text: str) -> None:
    if not text:
        raise InvalidParameterError("The parameter message[text] is required")
    if len(text.encode(errors="surrogatepass")) > MESSAGE_BYTES:
        raise InvalidParameterError(
            f"Length of param message[text] must be less than or equal to {MESSAGE_BYTES}"
        )
