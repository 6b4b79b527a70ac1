"""The client of the Graph API: one session per process, a deadline on every call, no token in any error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import structlog
from pydantic import ValidationError

from services.instagram.errors import GraphError, Trouble, classify
from services.instagram.results import LongToken, Post, Profile, Reply, unwrapped

log = structlog.get_logger(__name__)

DEADLINE = timedelta(seconds=10)  # rulings, 3
PAGES = 40  # of 50 replies each: more than one thread ever has; a bound on a loop over somebody's answers
LARGEST_ANSWER = 4 * 1024 * 1024

R = TypeVar("R", Profile, Post, Reply, LongToken)

_BUSINESS_USAGE = "X-Business-Use-Case-Usage"


class InstagramClient:
    """Calls with the account's token, which travels in a header and never in an address."""

    def __init__(self, graph_url: str, api_version: str, deadline: timedelta = DEADLINE) -> None:
        self._root = graph_url.rstrip("/")
        self._versioned = f"{self._root}/{api_version}"
        self._deadline = deadline
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._deadline.total_seconds()),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def profile(self, token: str) -> Profile:
        """Whose token this is. Raises GraphError; AUTH means that the token is dead."""
        body = await self._call("me", "GET", "me", token, {"fields": "user_id,username"})
        return self._read("me", Profile, unwrapped(body))

    async def post(self, token: str, media_id: str) -> Post:
        """A post's caption, kind and link."""
        fields = "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink"
        return self._read(
            "media", Post, await self._call("media", "GET", media_id, token, {"fields": fields})
        )

    async def replies(self, token: str, comment_id: str) -> list[Reply]:
        """All replies under a top-level comment, every page."""
        found: list[Reply] = []
        query = {"fields": "id,text,timestamp,username,from", "limit": "50"}
        for _page in range(PAGES):
            body = await self._call("replies", "GET", f"{comment_id}/replies", token, query)
            data = body.get("data")
            if not isinstance(data, list):
                raise GraphError(Trouble.TRANSIENT, "replies", says="an answer without data")
            found.extend(self._read("replies", Reply, item) for item in data)
            paging = body.get("paging")
            cursors = paging.get("cursors") if isinstance(paging, dict) else None
            after = cursors.get("after") if isinstance(cursors, dict) else None
            if not after or not data:
                return found
            query = query | {"after": str(after)}
        return found

    async def reply(self, token: str, comment_id: str, text: str) -> str:
        """Answer a comment in public; the new reply's id. With `fields` Meta would create and then fail."""
        body = await self._call(
            "reply", "POST", f"{comment_id}/replies", token, {"message": text}, write=True
        )
        return self._new_id("reply", body)

    async def set_hidden(self, token: str, comment_id: str, *, hidden: bool) -> None:
        """Hide or show a comment; doing it twice changes nothing."""
        operation = "hide" if hidden else "unhide"
        await self._call(operation, "POST", comment_id, token, {"hide": str(hidden).lower()}, write=True)

    async def refresh(self, token: str) -> LongToken:
        """A token for another 60 days; Meta refuses it before the token is 24 hours old."""
        query = {"grant_type": "ig_refresh_token", "access_token": token}
        body = await self._call("refresh", "GET", "refresh_access_token", None, query, versioned=False)
        return self._read("refresh", LongToken, body)

    async def _call(
        self,
        operation: str,
        method: str,
        path: str,
        token: str | None,
        parameters: Mapping[str, str],
        *,
        write: bool = False,
        versioned: bool = True,
    ) -> dict[str, Any]:
        if self._session is None:
            raise RuntimeError("the Instagram client is not open")
        address = f"{self._versioned if versioned else self._root}/{path}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with self._session.request(
                method,
                address,
                headers=headers,
                params=None if write else parameters,
                data=parameters if write else None,
                allow_redirects=False,
            ) as response:
                raw = await _bounded(response)
                retry_after = _regain(response.headers)
                status = response.status
        except aiohttp.ClientConnectorError:
            # The connection was never made, so nothing was asked: not even a write is ambiguous.
            raise GraphError(Trouble.TRANSIENT, operation, says="cannot be reached") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            trouble = Trouble.AMBIGUOUS if write else Trouble.TRANSIENT
            raise GraphError(trouble, operation, says=type(error).__name__) from None
        body = _object(raw)
        if body is None or (status >= 400 and "error" not in body):
            trouble = Trouble.AMBIGUOUS if write else Trouble.TRANSIENT
            raise GraphError(trouble, operation, says=f"HTTP {status} without an envelope")
        if "error" in body:
            secret = token or parameters["access_token"]
            raise classify(operation, body, write=write, retry_after=retry_after, secret=secret)
        return body

    @staticmethod
    def _new_id(operation: str, body: dict[str, Any]) -> str:
        new_id = body.get("id")
        if not isinstance(new_id, str | int) or isinstance(new_id, bool):
            raise GraphError(Trouble.AMBIGUOUS, operation, says="an answer without an id")
        return str(new_id)

    @staticmethod
    def _read(operation: str, kind: type[R], body: object) -> R:
        try:
            return kind.model_validate(body)
        except ValidationError:
            raise GraphError(Trouble.TRANSIENT, operation, says="an answer of an unknown shape") from None


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """The whole answer; what exceeds the bound is cut, and then it is no JSON."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > LARGEST_ANSWER:
            break
    return bytes(raw[:LARGEST_ANSWER])


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):  # the latter for an answer of brackets only
        return None
    return body if isinstance(body, dict) else None


def _regain(headers: Mapping[str, str]) -> float | None:
    """Seconds until access is regained; Meta states minutes (datasheet, §5.1)."""
    usage = _object(headers.get(_BUSINESS_USAGE, "").encode())
    minutes = [
        entry.get("estimated_time_to_regain_access", 0)
        for entries in (usage or {}).values()
        if isinstance(entries, list)
        for entry in entries
        if isinstance(entry, dict)
    ]
    longest = max((float(value) for value in minutes if isinstance(value, int | float)), default=0.0)
    return longest * 60 or None
