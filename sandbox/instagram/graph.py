"""The Graph API of Instagram with Instagram Login, as far as comments and messages need it.

Names of operations, by which faults are planned: `me`, `media`, `comment`, `person`, `conversation`,
`message_read` for `GET /{id}` by what it is, `mentioned_comment` and `mentioned_media` for these fields of
the account; `media_list`, `stories`, `live_media`, `tags`, `conversations`, `messages`, `comments`,
`replies` for lists; `reply`, `new_comment`, `mention`, `comment_enabled`, `hide`, `unhide`, `delete`,
`private_reply`, `message`, `sender_action` for effects; `subscription`; `exchange_code`, `exchange`,
`refresh`, `debug_token` for tokens.

Rules whose error the datasheet does not name answer code 100, with subcode 33 where Graph tells no more than
that there is nothing: replies to hidden comments and on live video, comments on closed posts, profiles of
people who never wrote, messages older than the newest twenty. Errors have HTTP status 400, as in all of
Meta's tables, except code 2, which was seen with 500.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.faults import FaultBox
from sandbox.instagram.account import Account
from sandbox.instagram.call import Call, Visit
from sandbox.instagram.errors import GraphError, UnknownPathError, refusal
from sandbox.instagram.granting import Granting
from sandbox.instagram.limits import Bucket
from sandbox.instagram.network import Network
from sandbox.instagram.reading import Reading
from sandbox.instagram.writing import Writing

logger = logging.getLogger(__name__)

Work = Callable[[Visit], dict[str, Any]]
VERSION = r"/{version:v\d+\.\d+}"
OBJECT = r"/{id:[A-Za-z0-9][\w.-]*}"
# Operations that the account's daily calls do not limit: messages have limits of their own.
UNCOUNTED = frozenset(
    {
        "conversation",
        "conversations",
        "debug_token",
        "exchange",
        "message",
        "message_read",
        "messages",
        "person",
        "private_reply",
        "refresh",
        "sender_action",
    }
)


class Graph:
    """Addresses of Graph, with and without a version in front."""

    def __init__(self, network: Network, faults: FaultBox) -> None:
        self._network = network
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        reading, writing = Reading(self._network), Writing(self._network)
        granting, answer = Granting(self._network), self._answer
        table = [
            web.get("/me", answer("me", reading.me)),
            web.get("/access_token", answer("exchange", granting.exchange)),
            web.get("/refresh_access_token", answer("refresh", granting.refresh)),
            web.get("/debug_token", answer("debug_token", granting.debug)),
            web.get(OBJECT, answer(reading.operation, reading.read)),
            web.post(OBJECT, answer(writing.changing, writing.change)),
            web.delete(OBJECT, answer("delete", writing.delete)),
            web.get(f"{OBJECT}/media", answer("media_list", reading.media)),
            web.get(f"{OBJECT}/stories", answer("stories", reading.stories)),
            web.get(f"{OBJECT}/live_media", answer("live_media", reading.live_media)),
            web.get(f"{OBJECT}/tags", answer("tags", reading.tags)),
            web.get(f"{OBJECT}/comments", answer("comments", reading.comments)),
            web.post(f"{OBJECT}/comments", answer("new_comment", writing.comment)),
            web.get(f"{OBJECT}/replies", answer("replies", reading.replies)),
            web.post(f"{OBJECT}/replies", answer("reply", writing.reply)),
            web.post(f"{OBJECT}/mentions", answer("mention", writing.mention)),
            web.get(f"{OBJECT}/conversations", answer("conversations", reading.conversations)),
            web.get(f"{OBJECT}/messages", answer("messages", reading.messages)),
            web.post(f"{OBJECT}/messages", answer(writing.sending, writing.send)),
            web.get(f"{OBJECT}/subscribed_apps", answer("subscription", reading.subscription)),
            web.post(f"{OBJECT}/subscribed_apps", answer("subscription", writing.subscribe)),
            web.delete(f"{OBJECT}/subscribed_apps", answer("subscription", writing.unsubscribe)),
            web.route("*", "/{path:.*}", answer("unknown", _unknown)),
        ]
        # Versioned ones first: a version alone also looks like the id of an object.
        versioned = [web.route(one.method, VERSION + one.path, one.handler) for one in table]
        return [*versioned, *table]

    def _answer(self, operation: str | Callable[[Call], str], work: Work) -> Handler:
        """A handler that plays faults, checks the token, runs `work` and answers in Graph's words."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                call = await Call.read(request)
                named = operation if isinstance(operation, str) else operation(call)
            except GraphError as error:
                return self._with_usage(error.response())

            async def execute() -> web.Response:
                return self._executed(call, named, work)

            played = self._faults.play(request, named, execute, refusal)
            # Graph finishes what it began although the client has gone: so does the task, which is not
            # the request's own.
            answer = await asyncio.shield(self._network.background.start(played))
            return self._with_usage(answer, self._account(call))

        return handle

    def _executed(self, call: Call, operation: str, work: Work) -> web.Response:
        try:
            account, token = self._network.admitted(call.token)
            if operation not in UNCOUNTED:
                account.meter.count(Bucket.CALLS)
            return web.json_response(work(Visit(call, account, token)))
        except GraphError as error:
            return error.response()
        except Exception:
            logger.exception("The Instagram stand-in failed at %s", call.request.path)
            return GraphError().response()

    def _account(self, call: Call) -> Account | None:
        try:
            return self._network.admitted(call.token)[0]
        except GraphError:
            return None

    def _with_usage(self, response: web.StreamResponse, account: Account | None = None) -> web.StreamResponse:
        """Tell the account's share of its limits; to strangers, what the switch says of the first account."""
        usage = (account.meter.told() if account else None) or self._network.switches.usage
        if usage is not None:
            account_id = (account or self._network.first).config.account_id
            told = {account_id: [{"type": "instagram", **usage.model_dump()}]}
            response.headers["X-Business-Use-Case-Usage"] = json.dumps(told)
        return response


def _unknown(visit: Visit) -> dict[str, Any]:
    raise UnknownPathError(f"Unknown path components: /{visit.call.request.match_info['path']}")
