"""One call of the Graph API: a deadline, a bounded answer, a typed error, and no token in any of them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError

from services.instagram.access import Access, Login
from services.instagram.breaker import Breaker
from services.instagram.errors import UNCLEAR, GraphError, Meaning, Trouble, classify
from services.instagram.newest import Newest
from services.instagram.usage import Usage, usage_of

DEADLINE = timedelta(seconds=10)  # rulings, 3
CONNECTING = 0.5  # of the deadline: with no connection by then nothing was asked, and no write is in doubt
LARGEST_ANSWER = 4 * 1024 * 1024

R = TypeVar("R", bound=BaseModel)
Path = tuple[str, ...]

_UNSENT = Meaning(Trouble.TRANSIENT, Trouble.TRANSIENT)
_STEP = re.compile(r"[\w+:=~-][\w.+:=~-]*", re.ASCII)
"""One step of a path: ids are digits, those of messages Base64. Others come from payloads and lead astray."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back."""

    body: dict[str, Any]
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class _Silence:
    """Why nothing came back."""

    meaning: Meaning
    says: str


class Caller:
    """The ground that the operations stand on: one HTTP session per process.

    The token travels in a header and never in an address, but for the two calls that Meta documents so.
    `usage` is what the answers' headers last said of each account's share of its rate limit, by the
    account's Instagram id. `clock` counts seconds for the circuit breaker.
    """

    def __init__(
        self,
        graph_url: str,
        api_version: str,
        login: Login = Login.INSTAGRAM,
        deadline: timedelta = DEADLINE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.login = login
        self.usage: dict[str, Usage] = Newest()
        self._root = graph_url.rstrip("/")
        self._versioned = f"{self._root}/{api_version}"
        self._deadline = deadline
        self._breaker = Breaker(clock)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        seconds = self._deadline.total_seconds()
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=seconds, connect=seconds * CONNECTING),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _read(
        self, operation: str, access: Access, path: Path, query: Mapping[str, str]
    ) -> dict[str, Any]:
        """A GET with the account's token; GONE for a path of what cannot be an id."""
        return await self._call(
            operation,
            "GET",
            self._address(operation, path),
            query=query,
            token=access.token,
            account=access.account,
        )

    async def _write(
        self,
        operation: str,
        access: Access,
        path: Path,
        form: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        method: str = "POST",
    ) -> dict[str, Any]:
        """A write with the account's token: whatever goes wrong after it left is AMBIGUOUS."""
        answer = await self._call(
            operation,
            method,
            self._address(operation, path),
            form=form,
            body=body,
            token=access.token,
            account=access.account,
            write=True,
        )
        if answer.get("success") is False:
            raise GraphError(Trouble.REFUSED, operation, says="not a success")
        return answer

    def _address(self, operation: str, path: Path) -> str:
        return "/".join([self._versioned, *(self._step(operation, step) for step in path)])

    @staticmethod
    def _step(operation: str, step: str) -> str:
        """The same when it can be part of a path or of a field's argument; GONE otherwise."""
        if not _STEP.fullmatch(step):
            raise GraphError(Trouble.GONE, operation, says="not an id")
        return step

    async def _call(
        self,
        operation: str,
        method: str,
        address: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        token: str | None = None,
        account: str | None = None,
        write: bool = False,
        secrets: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        if self._session is None:
            raise RuntimeError("the Instagram client is not open")
        self._breaker.admit(operation, account)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await _ask(
            self._session, method, address, headers=headers, params=query, data=form, json=body
        )
        if isinstance(answer, _Silence):
            self._breaker.failed(account)
            meaning = answer.meaning
            raise GraphError(meaning.write if write else meaning.read, operation, says=answer.says)
        self._breaker.answered(account)
        if account is not None and answer.usage is not None:
            self.usage[account] = answer.usage
        if _is_error(answer.body):
            regain = answer.usage.regain if answer.usage is not None else None
            known = (token, *secrets) if token else secrets
            raise classify(operation, answer.body, write=write, retry_after=regain, secrets=known)
        return answer.body

    async def _pages(
        self, operation: str, access: Access, path: Path, query: Mapping[str, str], most: int
    ) -> AsyncIterator[list[Any]]:
        """The pages of a listing, at most `most`."""
        for _page in range(most):
            answer = await self._read(operation, access, path, query)
            data = answer.get("data")
            if not isinstance(data, list):
                raise GraphError(Trouble.TRANSIENT, operation, says="an answer without data")
            yield data
            paging = answer.get("paging")
            cursors = paging.get("cursors") if isinstance(paging, dict) else None
            after = cursors.get("after") if isinstance(cursors, dict) else None
            if not after or not data:
                return
            query = {**query, "after": str(after)}

    @staticmethod
    def _new_id(operation: str, answer: dict[str, Any], name: str = "id") -> str:
        new_id = answer.get(name)
        if not isinstance(new_id, str | int) or isinstance(new_id, bool) or not new_id:
            raise GraphError(Trouble.AMBIGUOUS, operation, says=f"an answer without {name}")
        return str(new_id)

    @staticmethod
    def _parsed(operation: str, kind: type[R], answer: object) -> R:
        with suppress(ValidationError):  # it quotes the answer, tokens too: it must not even be a context
            return kind.model_validate(answer)
        raise GraphError(Trouble.TRANSIENT, operation, says="an answer of an unknown shape")


async def _ask(
    session: aiohttp.ClientSession, method: str, address: str, **request: Any
) -> _Answer | _Silence:
    """Never raises: what the library raises quotes the address, and must not even be a context of ours."""
    try:
        async with session.request(method, address, allow_redirects=False, **request) as response:
            body = _object(await _bounded(response))
            if body is None or (response.status >= 300 and not _is_error(body)):
                return _Silence(UNCLEAR, f"HTTP {response.status} without an envelope")
            return _Answer(body, usage_of(response.headers))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        # The connection was never made, so nothing was asked: not even a write is ambiguous.
        return _Silence(_UNSENT, "cannot be reached")
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:  # the last: no request can hold it
        return _Silence(UNCLEAR, type(error).__name__)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """The whole answer; what exceeds the bound is cut, and then it is no JSON."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > LARGEST_ANSWER:
            break
    return bytes(raw[:LARGEST_ANSWER])


def _is_error(body: Mapping[str, Any]) -> bool:
    """Whether it is an error in one of Graph's two shapes; the status tells less."""
    return "error" in body or "error_message" in body


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):  # the latter for an answer of brackets only
        return None
    return answer if isinstance(answer, dict) else None
