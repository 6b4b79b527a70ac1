"""One request to Graph with its parameters, wherever the client put them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from yarl import URL

from sandbox.instagram.account import Account
from sandbox.instagram.errors import InvalidParameterError, PermissionMissingError, UnsupportedObjectError
from sandbox.instagram.fields import Selection, parse
from sandbox.instagram.permissions import Scope
from sandbox.instagram.tokens import Token


@dataclass(frozen=True, slots=True)
class Call:
    """Parameters of the query, a form or a JSON body, all three of which Meta's samples use."""

    request: web.Request
    params: Mapping[str, Any]

    @classmethod
    async def read(cls, request: web.Request) -> Call:
        """Read the body; the query yields to it."""
        return cls(request, {**request.query, **await _body(request)})

    @property
    def id(self) -> str:
        """The object that the path names."""
        return self.request.match_info["id"]

    @property
    def token(self) -> str | None:
        """The access token, as a parameter or as a bearer."""
        parameter = self.params.get("access_token")
        if isinstance(parameter, str) and parameter:
            return parameter
        scheme, _, value = self.request.headers.get("Authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else None

    @property
    def base(self) -> URL:
        """The address of Graph as this client calls it, with its version if it gave one."""
        origin = self.request.url.origin()
        version = self.request.match_info.get("version")
        return origin / version if version else origin

    def text(self, name: str) -> str:
        """A parameter as text; empty when it is missing."""
        value = self.params.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            return str(value)
        raise InvalidParameterError(f"Param {name} must be a string")

    def object(self, name: str) -> dict[str, Any]:
        """A parameter that is an object, maybe written as JSON inside a form; empty when it is missing."""
        value = self.params.get(name, {})
        if isinstance(value, str):
            value = _decode(value.encode(errors="surrogatepass"))
        if not isinstance(value, dict):
            raise InvalidParameterError(f"Param {name} must be a JSON object")
        return value

    def moment(self, name: str) -> datetime | None:
        """A parameter that is a time in Unix seconds."""
        text = self.text(name)
        if not text:
            return None
        try:
            return datetime.fromtimestamp(int(text), UTC)
        except (ValueError, OverflowError, OSError):
            raise InvalidParameterError(f"Param {name} must be a UNIX timestamp") from None

    def query(self) -> dict[str, str]:
        """The parameters that are plain text: what the address of the next page repeats."""
        return {name: value for name, value in self.params.items() if isinstance(value, str)}

    def selection(self) -> Selection:
        """The wanted fields, with the asked size of the page."""
        return Selection(parse(self.text("fields")).fields, self.text("limit") or None)


@dataclass(frozen=True, slots=True)
class Visit:
    """A call with a good token: whose it is, and what it may."""

    call: Call
    account: Account
    token: Token

    def require(self, scope: Scope) -> None:
        """Raises PermissionMissingError when the token lacks `scope`."""
        if scope not in self.token.scopes:
            raise PermissionMissingError(messaging=scope is Scope.MESSAGES)

    def names_account(self) -> bool:
        """Whether the path names the token's own account."""
        return self.call.id == "me" or self.account.goes_by(self.call.id)

    def require_account(self) -> None:
        """Raises UnsupportedObjectError for anything but the token's own account."""
        if not self.names_account():
            raise self.unsupported()

    def unsupported(self) -> UnsupportedObjectError:
        """The answer that the path names nothing of this account."""
        return UnsupportedObjectError(self.call.id, self.call.request.method)


async def _body(request: web.Request) -> dict[str, Any]:
    if not request.can_read_body:
        return {}
    if request.content_type == "application/json":
        decoded = _decode(await request.read())
        if not isinstance(decoded, dict):
            raise InvalidParameterError("The body must be a JSON object")
        return decoded
    try:
        form = await request.post()
    except (ValueError, LookupError):
        raise InvalidParameterError("The form cannot be read") from None
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _decode(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidParameterError("Invalid JSON") from None
