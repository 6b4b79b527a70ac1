"""Direct messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.instagram.access import Access, Login
from services.instagram.calling import Caller
from services.instagram.results import GraphMessage, Listed, Person

CONVERSATION_MESSAGES = 20  # only so many have details (datasheet, §3.4)
MESSAGE_FIELDS = "id,created_time,from,to,message"


class Sending(Caller):
    """With Facebook Login messages are the Page's (its token's `me`), with Instagram Login the account's."""

    def _sender(self, access: Access) -> str:
        return "me" if self.login is Login.FACEBOOK else access.account

    async def _send(
        self, operation: str, access: Access, recipient: Mapping[str, str], text: str, **more: str
    ) -> str:
        body: dict[str, Any] = {"recipient": recipient, "message": {"text": text}, **more}
        answer = await self._write(operation, access, (self._sender(access), "messages"), body=body)
        return self._new_id(operation, answer, "message_id")


class Messages(Sending):
    """At most 1,000 bytes each, to people who wrote first (datasheet, §3.3)."""

    async def message(self, access: Access, person_id: str, text: str, *, human_agent: bool = False) -> str:
        """Write to a person who wrote within 24 hours; the message's id.

        `human_agent` extends that to seven days for apps that Meta has approved for it.
        """
        tag = {"tag": "HUMAN_AGENT"} if human_agent else {}
        return await self._send("message", access, {"id": person_id}, text, **tag)

    async def message_by_id(self, access: Access, message_id: str) -> GraphMessage:
        """One message. GONE or REFUSED: unknown, deleted, or older than its conversation's 20 newest."""
        answer = await self._read("message_read", access, (message_id,), {"fields": MESSAGE_FIELDS})
        return self._parsed("message_read", GraphMessage, answer)

    async def conversation(self, access: Access, person_id: str) -> list[GraphMessage]:
        """The newest messages exchanged with a person, newest first, at most 20; none is an answer too.

        Takes two calls, and Meta allows two a second.
        """
        query = {"platform": "instagram", "user_id": person_id, "fields": "id"}
        answer = await self._read("conversations", access, (self._sender(access), "conversations"), query)
        found = self._parsed("conversations", Listed[Person], answer).data
        if not found:
            return []
        fields = f"messages.limit({CONVERSATION_MESSAGES}){{{MESSAGE_FIELDS}}}"
        answer = await self._read("conversation", access, (found[0].id,), {"fields": fields})
        return self._parsed("conversation", Listed[GraphMessage], answer.get("messages") or {"data": []}).data

    async def person(self, access: Access, person_id: str) -> Person:
        """The name of a person who has written to the account; REFUSED or GONE for others."""
        answer = await self._read("person", access, (person_id,), {"fields": "name,username"})
        return self._parsed("person", Person, {"id": person_id, **answer})  # Meta's example has no id
