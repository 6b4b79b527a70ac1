"""The Graph API of Instagram with Instagram Login, as far as comments and messages need it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.faults import FaultBox
from sandbox.instagram.account import WEBHOOK_FIELDS, Account
from sandbox.instagram.call import Call
from sandbox.instagram.errors import (
    GraphError,
    InvalidParameterError,
    ResponseFormatError,
    UnknownPathError,
    UnsupportedObjectError,
    refusal,
)
from sandbox.instagram.model import now
from sandbox.instagram.nodes import Reader
from sandbox.instagram.tokens import Token

logger = logging.getLogger(__name__)

Work = Callable[[Call], dict[str, Any]]
VERSION = r"/{version:v\d+\.\d+}"
OBJECT = r"/{id:[A-Za-z0-9][\w.-]*}"
SENDER_ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen", "react", "unreact"})


class Graph:
    """Addresses of Graph, with and without a version in front."""

    def __init__(self, account: Account, faults: FaultBox) -> None:
        self._account = account
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        table = [
            web.get("/me", self._answer("me", self._me)),
            web.get("/access_token", self._answer("exchange", self._exchange)),
            web.get("/refresh_access_token", self._answer("refresh", self._refresh)),
            web.get(OBJECT, self._answer(self._reading, self._read)),
            web.post(OBJECT, self._answer(self._hiding, self._hide)),
            web.delete(OBJECT, self._answer("delete", self._delete)),
            web.get(f"{OBJECT}/media", self._answer("media_list", self._media_list)),
            web.get(f"{OBJECT}/comments", self._answer("comments", self._comments)),
            web.get(f"{OBJECT}/replies", self._answer("replies", self._replies)),
            web.post(f"{OBJECT}/replies", self._answer("reply", self._reply)),
            web.post(f"{OBJECT}/messages", self._answer(self._sending, self._send)),
            web.get(f"{OBJECT}/subscribed_apps", self._answer("subscription", self._subscription)),
            web.post(f"{OBJECT}/subscribed_apps", self._answer("subscription", self._subscribe)),
            web.delete(f"{OBJECT}/subscribed_apps", self._answer("subscription", self._unsubscribe)),
            web.route("*", "/{path:.*}", self._answer("unknown", self._unknown)),
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
                return self._executed(call, work)

            played = self._faults.play(request, named, execute, refusal)
            # Graph finishes what it began although the client has gone: so does the task, which is not
            # the request's own.
            return self._with_usage(await asyncio.shield(self._account.background.start(played)))

        return handle

    def _executed(self, call: Call, work: Work) -> web.Response:
        try:
            self._account.tokens.check(call.token)
            return web.json_response(work(call))
        except GraphError as error:
            return error.response()
        except Exception:
            logger.exception("The Instagram stand-in failed at %s", call.request.path)
            return GraphError().response()

    def _with_usage(self, response: web.StreamResponse) -> web.StreamResponse:
        usage = self._account.switches.usage
        if usage is not None:
            told = {self._account.config.account_id: [{"type": "instagram", **usage.model_dump()}]}
            response.headers["X-Business-Use-Case-Usage"] = json.dumps(told)
        return response

    # Reading

    def _reader(self, call: Call) -> Reader:
        account = self._account
        return Reader(config=account.config, state=account.state, switches=account.switches, base=call.base)

    def _me(self, call: Call) -> dict[str, Any]:
        account = self._reader(call).account(call.selection(), scoped=True)
        return {"data": [account]} if self._account.switches.me_wrapped else account

    def _reading(self, call: Call) -> str:
        if self._is_account(call.id):
            return "me"
        return "media" if self._account.state.media(call.id) else "comment"

    def _read(self, call: Call) -> dict[str, Any]:
        reader = self._reader(call)
        if self._is_account(call.id):
            return reader.account(call.selection(), scoped=call.id == self._account.config.app_scoped_id)
        media = self._account.state.media(call.id)
        if media is not None:
            return reader.media(media, call.selection())
        return reader.comment(self._account.state.comment(call.id), call.selection())

    def _media_list(self, call: Call) -> dict[str, Any]:
        self._require_account(call)
        return self._reader(call).media_list(
            call.selection(), call.query(), since=call.moment("since"), until=call.moment("until")
        )

    def _comments(self, call: Call) -> dict[str, Any]:
        media = self._account.state.media(call.id)
        if media is None:
            raise UnsupportedObjectError(call.id, "get")
        return self._reader(call).comments(media, call.selection(), call.query())

    def _replies(self, call: Call) -> dict[str, Any]:
        comment = self._account.state.comment(call.id)
        return self._reader(call).replies(comment, call.selection(), call.query())

    # Effects

    def _reply(self, call: Call) -> dict[str, Any]:
        reply = self._account.reply(call.id, call.text("message"))
        if "fields" in call.params:
            # Reported of the real API: the comment is there, the answer is an error.
            raise ResponseFormatError
        return {"id": reply.id}

    def _hiding(self, call: Call) -> str:
        return "unhide" if call.text("hide").lower() == "false" else "hide"

    def _hide(self, call: Call) -> dict[str, Any]:
        wanted = call.text("hide").lower()
        if wanted not in {"true", "false"}:
            self._account.state.comment(call.id, "post")
            raise InvalidParameterError("The parameter hide is required")
        self._account.hide(call.id, hidden=wanted == "true")
        return {"success": True}

    def _delete(self, call: Call) -> dict[str, Any]:
        self._account.delete(call.id)
        return {"success": True}

    def _sending(self, call: Call) -> str:
        return "private_reply" if "comment_id" in call.object("recipient") else "message"

    def _send(self, call: Call) -> dict[str, Any]:
        self._require_account(call)
        recipient = call.object("recipient")
        if call.text("sender_action") in SENDER_ACTIONS:
            return {"recipient_id": str(recipient.get("id"))}
        tag = call.text("tag")
        if tag not in {"", "HUMAN_AGENT"}:
            raise InvalidParameterError("The message tag is not supported")
        text = call.object("message").get("text", "")
        if not isinstance(text, str):
            raise InvalidParameterError("Param message[text] must be a string")
        if "comment_id" in recipient:
            message = self._account.private_reply(str(recipient["comment_id"]), text)
        elif "id" in recipient:
            message = self._account.message(str(recipient["id"]), text, human_agent=bool(tag))
        else:
            raise InvalidParameterError("The parameter recipient is required")
        return {"recipient_id": message.person.id, "message_id": message.id}

    # Tokens and subscriptions

    def _exchange(self, call: Call) -> dict[str, Any]:
        if call.text("grant_type") != "ig_exchange_token":
            raise InvalidParameterError("Param grant_type must be ig_exchange_token")
        if call.text("client_secret") != self._account.config.app_secret:
            raise InvalidParameterError("Error validating client secret.")
        return _token_answer(self._account.tokens.exchange(call.token))

    def _refresh(self, call: Call) -> dict[str, Any]:
        if call.text("grant_type") != "ig_refresh_token":
            raise InvalidParameterError("Param grant_type must be ig_refresh_token")
        renamed = self._account.switches.refresh_renames
        return _token_answer(self._account.tokens.refresh(call.token, renamed=renamed))

    def _subscription(self, call: Call) -> dict[str, Any]:
        self._require_account(call)
        account = self._account
        if not account.subscribed:
            return {"data": []}
        return {"data": [{"id": account.config.app_id, "subscribed_fields": list(account.subscribed)}]}

    def _subscribe(self, call: Call) -> dict[str, Any]:
        self._require_account(call)
        asked = call.params.get("subscribed_fields", "")
        names = [str(name) for name in asked] if isinstance(asked, list) else str(asked).split(",")
        for position, name in enumerate(names):
            if name not in WEBHOOK_FIELDS:
                raise InvalidParameterError(
                    f"Param subscribed_fields[{position}] must be one of {{{', '.join(WEBHOOK_FIELDS)}}}"
                )
        self._account.subscribed = tuple(dict.fromkeys(names))
        return {"success": True}

    def _unsubscribe(self, call: Call) -> dict[str, Any]:
        self._require_account(call)
        self._account.subscribed = ()
        return {"success": True}

    def _unknown(self, call: Call) -> dict[str, Any]:
        raise UnknownPathError(f"Unknown path components: /{call.request.match_info['path']}")

    def _is_account(self, object_id: str) -> bool:
        config = self._account.config
        return object_id in {"me", config.account_id, config.app_scoped_id}

    def _require_account(self, call: Call) -> None:
        if not self._is_account(call.id):
            raise UnsupportedObjectError(call.id, call.request.method)


def _token_answer(token: Token) -> dict[str, Any]:
    left = int((token.expires_at - now()).total_seconds())
    return {"access_token": token.value, "token_type": "bearer", "expires_in": left}
