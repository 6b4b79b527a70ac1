"""Everything Instagram remembers about the account, in memory, and the rules of changing it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sandbox.instagram.errors import (
    InvalidParameterError,
    NoSuchPersonError,
    OutsideWindowError,
    PrivateReplyError,
    UnreachablePersonError,
    UnsupportedObjectError,
)
from sandbox.instagram.ids import Ids
from sandbox.instagram.ids import person_id as scoped
from sandbox.instagram.model import Attachment, Comment, Media, MediaKind, Message, Person, Thread, now

REPLY_CHARACTERS = 2200  # reported limit of a public reply; Meta publishes none
MESSAGE_BYTES = 1000  # documented: bytes of UTF-8, about 500 Cyrillic letters
PRIVATE_REPLY_WINDOW = timedelta(days=7)
MESSAGE_WINDOW = timedelta(hours=24)
HUMAN_AGENT_WINDOW = timedelta(days=7)


class State:
    """Posts, comments, people and conversations of one account."""

    def __init__(self, own: Person, posts: Sequence[Media], ids: Ids | None = None) -> None:
        """`own` is the account itself, as the author of its comments; several accounts share their `ids`."""
        self.own = own
        self.ids = ids or Ids()
        self.posts: dict[str, Media] = {}
        self.mentioning: dict[str, Media] = {}  # posts of others in which the account is mentioned
        self.comments: dict[str, Comment] = {}
        self.conversations: dict[str, list[Message]] = {}
        self.messages: dict[str, Message] = {}
        self.restricted: set[str] = set()  # ids of people whose comments Graph does not tell
        self.blocked: set[str] = set()  # ids of people who blocked the account
        self.following: set[str] = set()  # ids of people who follow it
        # Replies of a later serial are not listed yet; None lists all.
        self.listed_until: int | None = None
        self._children: dict[str, Media] = {}
        self._under: dict[str, list[Comment]] = {}
        self._people: dict[str, Person] = {}
        self._names: dict[str, Person] = {own.username: own}
        for post in posts:
            self.add_post(post)

    # Posts and people

    def add_post(self, post: Media) -> None:
        self.posts[post.id] = post
        self._under.setdefault(post.id, [])
        self._children.update({child.id: child for child in post.children})

    def add_mentioning(self, post: Media) -> None:
        """Somebody else's post, of which Graph tells only what mentions the account."""
        self.mentioning[post.id] = post
        self._under.setdefault(post.id, [])

    def media(self, media_id: str) -> Media | None:
        """A post or a picture of an album."""
        return self.posts.get(media_id) or self._children.get(media_id)

    def person(self, username: str, person_id: str | None = None) -> Person:
        """The person of this name, who has the given id or else one that is always the same for a name."""
        if person_id == self.own.id:
            return self.own
        known = self._names.get(username)
        if known is None or person_id not in {None, known.id}:
            known = Person(person_id or scoped(self.own.id, username), username)
            self._names[username] = known
            self._people[known.id] = known
        return known

    def person_by_id(self, person_id: str) -> Person | None:
        return self._people.get(person_id)

    def thread(self, person: Person) -> Thread | None:
        """The conversation with a person, when there is one."""
        messages = self.conversations.get(person.id)
        return Thread(person, messages) if messages else None

    def threads(self) -> list[Thread]:
        return [Thread(messages[0].person, messages) for messages in self.conversations.values()]

    def find(self, object_id: str) -> Media | Comment | Person | Thread | Message | None:
        """The object of this id, whatever it is; posts of others are none of the account's."""
        found = (
            self.media(object_id)
            or self.comments.get(object_id)
            or self.person_by_id(object_id)
            or self.messages.get(object_id)
        )
        return found or next((thread for thread in self.threads() if thread.id == object_id), None)

    # Comments

    def comment(self, comment_id: str, method: str = "get") -> Comment:
        """The comment, or Graph's answer that there is none."""
        comment = self.comments.get(comment_id)
        if comment is None:
            raise UnsupportedObjectError(comment_id, method)
        return comment

    def tells(self, comment: Comment) -> bool:
        """Whether Graph tells the comment to those who read: not of restricted people, not after the live."""
        if comment.media.owner is not None:
            return comment.readable
        return not (comment.media.age_gated or comment.media.ended or comment.author.id in self.restricted)

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
        serial = self.ids.serial()
        top = parent.top if parent else None
        comment = Comment(
            id=comment_id or self.ids.comment(serial),
            media=media,
            author=author,
            text=text,
            at=at or now(),
            serial=serial,
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
        _refuse_others(comment, "post")
        if comment.media.kind is MediaKind.LIVE:
            raise InvalidParameterError("Replies to comments on live video are not supported")
        if comment.hidden or comment.top.hidden:
            raise InvalidParameterError("Replies to hidden comments are not supported")
        return self._publish(comment.media, text, parent=comment)

    def comment_on(self, media_id: str, text: str) -> Comment:
        """A new top-level comment of the account under its own post."""
        media = self.posts.get(media_id)
        if media is None:
            raise UnsupportedObjectError(media_id, "post")
        if media.kind is MediaKind.LIVE:
            raise InvalidParameterError("Comments on live video are not supported")
        return self._publish(media, text)

    def answer_mention(self, media_id: str, comment_id: str | None, text: str) -> Comment:
        """A comment of the account under somebody else's post that mentions it."""
        media = self.mentioning.get(media_id)
        if media is None:
            raise UnsupportedObjectError(media_id, "post")
        parent = None
        if comment_id is not None:
            parent = self.comment(comment_id, "post")
            if parent.media is not media:
                raise UnsupportedObjectError(comment_id, "post")
        return self._publish(media, text, parent=parent)

    def enable_comments(self, media_id: str, *, enabled: bool) -> bool:
        """Open or close a post for comments; False when it was so already."""
        media = self.posts.get(media_id)
        if media is None or media.kind is MediaKind.LIVE:
            raise UnsupportedObjectError(media_id, "post")
        changed = media.comments_enabled != enabled
        media.comments_enabled = enabled
        return changed

    def hide(self, comment_id: str, *, hidden: bool) -> bool:
        """Hide or show a comment; False when nothing came of it: the account's own are always shown."""
        comment = self.comment(comment_id, "post")
        _refuse_others(comment, "post")
        _refuse_live(comment, "post")
        if comment.author == self.own:
            return False
        comment.hidden = hidden
        return True

    def delete(self, comment_id: str) -> None:
        """Remove a comment for good."""
        comment = self.comment(comment_id, "delete")
        _refuse_others(comment, "delete")
        _refuse_live(comment, "delete")
        self.remove_comment(comment)

    def private_reply(self, comment_id: str, text: str) -> Message:
        """The one message that a comment allows within seven days; it opens no window for further ones.

        A comment on live video allows it during the broadcast only.
        """
        check_message(text)
        comment = self.comments.get(comment_id)
        if (
            comment is None
            or comment.parent is not None
            or comment.author == self.own
            or comment.media.owner is not None
            or comment.media.ended
            or comment.private_reply is not None
            or now() - comment.at > PRIVATE_REPLY_WINDOW
        ):
            raise PrivateReplyError
        self._refuse_blocked(comment.author)
        comment.private_reply = self.write(comment.author, text, own=True, comment_id=comment_id)
        return comment.private_reply

    def message(
        self, person_id: str, text: str, *, human_agent: bool, attachments: tuple[Attachment, ...] = ()
    ) -> Message:
        """A direct message within a day of the person's last one, or within seven by a human agent."""
        if not attachments:
            check_message(text)
        person = self.person_by_id(person_id)
        if person is None:
            raise NoSuchPersonError
        self._refuse_blocked(person)
        heard = [message.at for message in self.conversations.get(person_id, ()) if not message.own]
        window = HUMAN_AGENT_WINDOW if human_agent else MESSAGE_WINDOW
        if not heard or now() - max(heard) > window:
            raise OutsideWindowError
        return self.write(person, text, own=True, attachments=attachments)

    def receive(
        self, person: Person, text: str, *, at: datetime | None = None, message_id: str | None = None
    ) -> Message:
        """A person's message to the account."""
        return self.write(person, text, own=False, at=at, message_id=message_id)

    def write(
        self,
        person: Person,
        text: str,
        *,
        own: bool,
        comment_id: str | None = None,
        at: datetime | None = None,
        message_id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> Message:
        """A message as it is written, without any rule."""
        message = Message(
            id=message_id or f"aWdf{uuid.uuid4().hex}",
            person=person,
            text=text,
            at=at or now(),
            own=own,
            comment_id=comment_id,
            attachments=attachments,
        )
        self.conversations.setdefault(person.id, []).append(message)
        self.messages[message.id] = message
        return message

    def _publish(self, media: Media, text: str, *, parent: Comment | None = None) -> Comment:
        if not media.comments_enabled:
            raise InvalidParameterError("Comments are disabled on this media")
        if not text.strip():
            raise InvalidParameterError("The parameter message is required")
        if len(text) > REPLY_CHARACTERS:
            raise InvalidParameterError(f"The message is longer than {REPLY_CHARACTERS} characters")
        return self.add_comment(media, self.own, text, parent=parent)

    def _refuse_blocked(self, person: Person) -> None:
        if person.id in self.blocked:
            raise UnreachablePersonError


def _refuse_live(comment: Comment, method: str) -> None:
    if comment.media.kind is MediaKind.LIVE:
        raise UnsupportedObjectError(comment.id, method)


def _refuse_others(comment: Comment, method: str) -> None:
    if comment.media.owner is not None:
        raise UnsupportedObjectError(comment.id, method)


def check_message(text: str) -> None:
    """Raise InvalidParameterError for a message that is empty or too long."""
    if not text:
        raise InvalidParameterError("The parameter message[text] is required")
    if len(text.encode(errors="surrogatepass")) > MESSAGE_BYTES:
        raise InvalidParameterError(
            f"Length of param message[text] must be less than or equal to {MESSAGE_BYTES}"
        )
