"""`/instagram/oauth/start` and `/instagram/oauth/callback`: a person connects an account in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from services.accounts.inviting import PATH as START
from services.accounts.login import Ended, Ending, Logins
from services.accounts.permissions import MISSED
from webhook.admission import Network, Penalties, client_address
from webhook.page import PRIVATE, language_of, page

log = structlog.get_logger(__name__)

CALLBACK: Final = "/instagram/oauth/callback"
STATUSES: Final[Mapping[Ending, int]] = {Ending.CONNECTED: 200, Ending.DENIED: 200, Ending.AWAY: 503}
"""Of the other endings 400."""


class Words(Protocol):
    """The texts of one language."""

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`."""
        ...


class OAuth:
    """Both addresses; whatever happens, the person reads what it was and what to do."""

    def __init__(
        self, logins: Logins, texts: Callable[[str | None], Words], trusted: Sequence[Network] = ()
    ) -> None:
        self._logins = logins
        self._texts = texts
        self._trusted = trusted
        self._penalties = Penalties()

    def routes(self) -> list[web.RouteDef]:
        """The addresses of this room. A mere look at the second one (HEAD) must not use a link up."""
        return [
            web.get(START, self.start, allow_head=False),
            web.get(CALLBACK, self.callback, allow_head=False),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """On to Instagram with a good link."""
        if self._tired_of(request):
            return _slow_down()
        try:
            address = await self._logins.address(request.query.get("state", ""))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            return self._trouble(request, error)
        if isinstance(address, Ending):
            return self._ended(request, Ended(address))
        return web.Response(status=302, headers={**PRIVATE, "Location": address})

    async def callback(self, request: web.Request) -> web.Response:
        """The person is back from Instagram, with a code or a refusal."""
        if self._tired_of(request):
            return _slow_down()
        query = request.query
        if "code" not in query and "error" not in query:
            return self._ended(request, Ended(Ending.UNKNOWN))
        code = None if "error" in query else query["code"]
        try:
            ended = await self._logins.finish(query.get("state", ""), code)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            return self._trouble(request, error)
        return self._ended(request, ended)

    def _tired_of(self, request: web.Request) -> bool:
        """Whether too many made-up links came from there of late."""
        return self._penalties.exceeded(client_address(request, self._trusted))

    def _ended(self, request: web.Request, ended: Ended) -> web.Response:
        log.info("login_ended", ending=ended.ending)
        if ended.ending is Ending.UNKNOWN:
            self._penalties.fail(client_address(request, self._trusted))
        words, language = self._words(request)
        paragraphs = [words(f"page.connect.{ended.ending}", account=ended.account)]
        paragraphs += [words(f"page.connect.{MISSED[scope]}") for scope in ended.missing if scope in MISSED]
        title = words("page.connect.done" if ended.ending is Ending.CONNECTED else "page.connect.not_done")
        return page(STATUSES.get(ended.ending, 400), language, title, paragraphs)

    def _trouble(self, request: web.Request, error: Exception) -> web.Response:
        log.warning("login_not_handled", error=type(error).__name__)
        words, language = self._words(request)
        return page(503, language, words("page.connect.not_done"), [words("page.connect.trouble")])

    def _words(self, request: web.Request) -> tuple[Words, str]:
        language = language_of(request)
        return self._texts(language), language


def _slow_down() -> web.Response:
    return web.Response(status=429, text="too many failures", headers={**PRIVATE, "Retry-After": "60"})
