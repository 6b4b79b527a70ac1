"""People, conversations and messages as Graph shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from yarl import URL

from sandbox.instagram import paging
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.errors import UnsupportedObjectError
from sandbox.instagram.fields import Selection, pick
from sandbox.instagram.model import Message, Person, Thread, graph_time, now
from sandbox.instagram.state import State

DETAILED = 20  # messages of a conversation that can be read, the newest; documented
REQUEST_LIFE = timedelta(days=30)  # idle conversations among the requests are listed no longer; documented
PER_PAGE, MOST_PER_PAGE = 25, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Reads for one request; `base` is the address the client used, with its version if any."""

    config: InstagramConfig
    state: State
    base: URL

    def person(self, person: Person, selection: Selection) -> dict[str, Any]:
        """The profile of somebody who wrote to the account; others gave no consent and are as if unknown."""
        thread = self.state.thread(person)
        heard = thread is not None and any(not message.own for message in thread.messages)
        if not heard or person.id in self.state.blocked:
            raise UnsupportedObjectError(person.id, "get")
        known = {
            "id": person.id,
            "username": person.username,
            "name": person.username.replace("_", " ").replace(".", " ").title(),
            "profile_pic": str(self.base.origin() / "pictures" / f"{person.id}.png"),
            "follower_count": int(person.id) % 900 if person.id.isdigit() else 0,
            "is_verified_user": False,
            "is_user_follow_business": person.id in self.state.following,
            "is_business_follow_user": False,
        }
        return pick("IGBusinessScopedUser", known, selection.otherwise("id"))

    def threads(
        self, selection: Selection, query: Mapping[str, str], *, person_id: str | None = None
    ) -> dict[str, Any]:
        """Conversations, the liveliest first, without requests that were idle for long."""
        threads = [
            thread
            for thread in self.state.threads()
            if person_id in {None, thread.person.id} and not self._forgotten(thread)
        ]
        return paging.paged(
            sorted(threads, key=_thread_place),
            place=_thread_place,
            shown=lambda thread: self.thread(thread, selection),
            limit=paging.size(selection.limit, default=PER_PAGE, most=MOST_PER_PAGE),
            address=self._address(self.config.account_id, "conversations", query),
            after=query.get("after"),
            before=query.get("before"),
        )

    def thread(self, thread: Thread, selection: Selection) -> dict[str, Any]:
        participants = [
            {"id": self.config.account_id, "username": self.config.username},
            {"id": thread.person.id, "username": thread.person.username},
        ]
        known = {
            "id": thread.id,
            "updated_time": graph_time(thread.messages[-1].at),
            "participants": {"data": participants},
            "messages": lambda inner: self.messages(thread, inner),
        }
        return pick("UnifiedThread", known, selection.otherwise("id", "updated_time"))

    def message(self, message: Message, selection: Selection) -> dict[str, Any]:
        """A message; one that is not among the newest twenty, or was unsent, is as good as deleted."""
        if message.deleted or not self._detailed(message):
            raise UnsupportedObjectError(message.id, "get")
        return self._shown(message, selection)

    def messages(
        self, thread: Thread, selection: Selection, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """All messages, newest first; older ones than the twentieth have an id and a time only."""
        query = query or {}
        messages = [message for message in reversed(thread.messages) if not message.deleted]
        places = {message.id: (place, 0) for place, message in enumerate(messages)}
        return paging.paged(
            messages,
            place=lambda message: places[message.id],
            shown=lambda message: self._shown(message, selection),
            limit=paging.size(selection.limit, default=PER_PAGE, most=MOST_PER_PAGE),
            address=self._address(thread.id, "messages", query),
            after=query.get("after"),
            before=query.get("before"),
        )

    def _shown(self, message: Message, selection: Selection) -> dict[str, Any]:
        account = {"id": self.config.account_id, "username": self.config.username}
        person = {"id": message.person.id, "username": message.person.username}
        known: dict[str, Any] = {
            "id": message.id,
            "created_time": graph_time(message.at),
            "from": account if message.own else person,
            "to": {"data": [person if message.own else account]},
            "message": message.text,
            "attachments": _attachments(message),
        }
        if not self._detailed(message):
            known |= dict.fromkeys(("from", "to", "message", "attachments"))
        return pick("Message", known, selection.otherwise("id", "created_time"))

    def _detailed(self, message: Message) -> bool:
        return message in self.state.conversations[message.person.id][-DETAILED:]

    @staticmethod
    def _forgotten(thread: Thread) -> bool:
        """Until the account answers, a conversation is a request; a private reply is no answer to it."""
        answered = any(message.own and message.comment_id is None for message in thread.messages)
        return not answered and now() - thread.messages[-1].at > REQUEST_LIFE

    def _address(self, object_id: str, edge: str, query: Mapping[str, str]) -> URL:
        left_out = {"access_token", "after", "before", "limit"}
        kept = {name: value for name, value in query.items() if name not in left_out}
        return (self.base / object_id / edge).with_query(kept)


def _attachments(message: Message) -> dict[str, Any] | None:
    if not message.attachments:
        return None
    return {"data": [{f"{one.type}_data": {"url": one.url}} for one in message.attachments]}


def _thread_place(thread: Thread) -> paging.Place:
    digits = thread.person.id
    latest = max(message.at for message in thread.messages)
    return -int(latest.timestamp() * 1_000_000), int(digits) if digits.isdigit() else 0
