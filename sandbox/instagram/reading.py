"""What Graph tells the owner of a token: of its own account, and of nobody else's."""

from __future__ import annotations

from typing import Any, assert_never

from sandbox.instagram.call import Call, Visit
from sandbox.instagram.conversations import Inbox
from sandbox.instagram.errors import InvalidParameterError
from sandbox.instagram.limits import Bucket
from sandbox.instagram.model import Comment, Media, Message, Person, Thread
from sandbox.instagram.network import Network
from sandbox.instagram.nodes import Reader
from sandbox.instagram.permissions import Scope


class Reading:
    """Answers to GET."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def operation(self, call: Call) -> str:
        """The name by which faults are planned for reading an object."""
        if call.id == "me" or self._network.known_as(call.id):
            asked = call.text("fields").lstrip()
            mentions = ("mentioned_comment", "mentioned_media")
            return next((one for one in mentions if asked.startswith(one)), "me")
        match self._network.find(call.id):
            case Media():
                return "media"
            case Person():
                return "person"
            case Thread():
                return "conversation"
            case Message():
                return "message_read"
            case Comment() | None:
                return "comment"

    def me(self, visit: Visit) -> dict[str, Any]:
        """Whose token it is; `id` is the one that only this application knows."""
        visit.require(Scope.BASIC)
        told = self._reader(visit).account(visit.call.selection(), scoped=True)
        return {"data": [told]} if self._network.switches.me_wrapped else told

    def read(self, visit: Visit) -> dict[str, Any]:
        """Any object of the account by its id."""
        call, selection = visit.call, visit.call.selection()
        if visit.names_account():
            visit.require(Scope.BASIC)
            scoped = call.id == visit.account.config.app_scoped_id
            return self._reader(visit).account(selection, scoped=scoped)
        found = visit.account.state.find(call.id)
        match found:
            case Media():
                visit.require(Scope.BASIC)
                if found.ended:
                    raise visit.unsupported()
                return self._reader(visit).media(found, selection)
            case Comment():
                visit.require(Scope.COMMENTS)
                if not visit.account.state.tells(found):
                    raise visit.unsupported()
                return self._reader(visit).comment(found, selection)
            case Person():
                visit.require(Scope.MESSAGES)
                return self._inbox(visit).person(found, selection)
            case Thread():
                return self._conversations(visit).thread(found, selection)
            case Message():
                return self._conversations(visit).message(found, selection)
            case None:
                raise visit.unsupported()
            case _:
                assert_never(found)

    def media(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.BASIC)
        visit.require_account()
        call = visit.call
        return self._reader(visit).media_list(
            call.selection(), call.query(), since=call.moment("since"), until=call.moment("until")
        )

    def stories(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.BASIC)
        visit.require_account()
        return self._reader(visit).stories(visit.call.selection(), visit.call.query())

    def live_media(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.BASIC)
        visit.require_account()
        return self._reader(visit).live_media(visit.call.selection(), visit.call.query())

    def tags(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.COMMENTS)
        visit.require_account()
        return self._reader(visit).tags(visit.call.selection(), visit.call.query())

    def comments(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.COMMENTS)
        media = visit.account.state.media(visit.call.id)
        if media is None or media.ended:
            raise visit.unsupported()
        return self._reader(visit).comments(media, visit.call.selection(), visit.call.query())

    def replies(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.COMMENTS)
        comment = visit.account.state.comment(visit.call.id)
        if not visit.account.state.tells(comment):
            raise visit.unsupported()
        return self._reader(visit).replies(comment, visit.call.selection(), visit.call.query())

    def conversations(self, visit: Visit) -> dict[str, Any]:
        visit.require_account()
        inbox = self._conversations(visit)
        if visit.call.text("platform") not in {"", "instagram"}:
            raise InvalidParameterError("Param platform must be instagram")
        person_id = visit.call.text("user_id") or None
        return inbox.threads(visit.call.selection(), visit.call.query(), person_id=person_id)

    def messages(self, visit: Visit) -> dict[str, Any]:
        """Further pages of a conversation."""
        inbox = self._conversations(visit)
        found = visit.account.state.find(visit.call.id)
        if not isinstance(found, Thread):
            raise visit.unsupported()
        return inbox.messages(found, visit.call.selection(), visit.call.query())

    def subscription(self, visit: Visit) -> dict[str, Any]:
        visit.require(Scope.BASIC)
        visit.require_account()
        account = visit.account
        if not account.subscribed:
            return {"data": []}
        return {"data": [{"id": account.config.app_id, "subscribed_fields": list(account.subscribed)}]}

    def _reader(self, visit: Visit) -> Reader:
        account = visit.account
        return Reader(
            config=account.config, state=account.state, switches=account.switches, base=visit.call.base
        )

    def _inbox(self, visit: Visit) -> Inbox:
        return Inbox(config=visit.account.config, state=visit.account.state, base=visit.call.base)

    def _conversations(self, visit: Visit) -> Inbox:
        """The inbox for a call of the Conversations API, which has a limit of its own."""
        visit.require(Scope.MESSAGES)
        visit.account.meter.count(Bucket.CONVERSATIONS)
        return self._inbox(visit)
