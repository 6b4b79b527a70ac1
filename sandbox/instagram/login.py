"""Where a person allows the application to speak for an account, and where its code is exchanged.

In the world `www.instagram.com/oauth/authorize` and `api.instagram.com/oauth/access_token`; here both are
addresses of the one stand-in. The page is a plain form, which a driver may post without looking at it:
`account` (id or username, the first account when left out), `decision` (allow or deny), any number of
`scope` (all that are asked for when left out), and the parameters of the page, in the address or in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from aiohttp import web
from multidict import MultiDict, MultiDictProxy
from yarl import URL

from sandbox.faults import FaultBox
from sandbox.instagram.network import Network
from sandbox.instagram.oauth import OAuthRefused, refused
from sandbox.instagram.permissions import Scope
from sandbox.instagram.tokens import new_token

WORDS = {
    "en": {
        "title": "Log in with Instagram",
        "stand_in": "This is a stand-in. Nobody is asked for a password here.",
        "account": "Which account?",
        "scopes": "The application may:",
        "allow": "Allow",
        "deny": "Deny",
        "again": "The application asks you to log in anew.",
        Scope.BASIC: "see the profile and the posts",
        Scope.COMMENTS: "read, answer and hide comments",
        Scope.MESSAGES: "read and answer messages",
        Scope.PUBLISH: "publish posts",
        Scope.INSIGHTS: "see statistics",
    },
    "ru": {
        "title": "Вход через Instagram",
        "stand_in": "Это двойник. Пароль здесь никто не спросит.",
        "account": "Какой аккаунт?",
        "scopes": "Приложение сможет:",
        "allow": "Разрешить",
        "deny": "Отказать",
        "again": "Приложение просит войти заново.",
        Scope.BASIC: "видеть профиль и публикации",
        Scope.COMMENTS: "читать, скрывать комментарии и отвечать на них",
        Scope.MESSAGES: "читать сообщения и отвечать на них",
        Scope.PUBLISH: "публиковать",
        Scope.INSIGHTS: "видеть статистику",
    },
}
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}}
label{{display:block;margin:.3rem 0}}button{{font:inherit;padding:.5rem 1.2rem;margin:1rem .5rem 0 0}}
small{{color:#666}}</style></head>
<body><h1>{title}</h1><p><small>{stand_in}</small></p>{content}</body></html>
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Login:
    """`/oauth/…`."""

    def __init__(self, network: Network, faults: FaultBox) -> None:
        self._network = network
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/oauth/authorize", self._ask),
            web.post("/oauth/authorize", self._decide),
            web.post("/oauth/access_token", self._exchange),
        ]

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        problem = self._problem(request.query)
        if problem is not None:
            return _page(request, f"<p>{escape(problem)}</p>", status=400)
        words = WORDS[_language(request)]
        accounts = "".join(
            f'<label><input type="radio" name="account" value="{escape(account_id)}"'
            f"{' checked' if account is self._network.first else ''}> @{escape(account.config.username)}"
            f" <small>{escape(account.config.name)}</small></label>"
            for account_id, account in self._network.accounts.items()
        )
        # The basic scope cannot be taken away, and a form without any other still says which ones it has.
        scopes = f'<input type="hidden" name="scope" value="{Scope.BASIC}">' + "".join(
            f'<label><input type="checkbox" name="scope" value="{scope}" checked'
            f"{' disabled' if scope is Scope.BASIC else ''}> {words[scope]}</label>"
            for scope in _scopes(request.query)
        )
        kept = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in request.query.items()
            if name in {"client_id", "redirect_uri", "response_type", "state"}
        )
        kept += f'<input type="hidden" name="asked" value="{escape(request.query.get("scope", ""))}">'
        anew = f"<p>{words['again']}</p>" if request.query.get("force_reauth") == "true" else ""
        return _page(
            request,
            f'{anew}<form method="post" action="/oauth/authorize"><p>{words["account"]}</p>{accounts}'
            f"<p>{words['scopes']}</p>{scopes}{kept}"
            f'<button name="decision" value="allow">{words["allow"]}</button>'
            f'<button name="decision" value="deny">{words["deny"]}</button></form>',
        )

    async def _decide(self, request: web.Request) -> web.StreamResponse:
        form = await _form(request)
        ticks = [value for value in form.getall("scope", []) if isinstance(value, str)]
        chosen = _names({"scope": ",".join(ticks)})
        told = {name: value for name, value in form.items() if isinstance(value, str)}
        # The page sends the scopes that were asked for as `asked`, those that were ticked as `scope`.
        asked = told.get("asked") or request.query.get("scope") or ",".join(chosen)
        given = {**request.query, **told, "scope": asked}
        problem = self._problem(given)
        if problem is not None:
            return _page(request, f"<p>{escape(problem)}</p>", status=400)
        network, named = self._network, given.get("account", "")
        account = network.known_as(named) or network.named(named) if named else network.first
        if account is None or given.get("decision") not in {"allow", "deny"}:
            return _page(request, "<p>Invalid Request: account or decision</p>", status=400)
        state = {"state": given["state"]} if "state" in given else {}
        target = URL(given["redirect_uri"])
        if given["decision"] == "deny":
            refusal = {
                "error": "access_denied",
                "error_reason": "user_denied",
                "error_description": "The user denied your request",
            }
            return _redirect(target.update_query({**refusal, **state}))
        wanted = frozenset(_scopes(given))
        ticked = frozenset(scope for scope in wanted if scope.value in chosen) if chosen else wanted
        code = network.app.allow(account.config.account_id, given["redirect_uri"], ticked)
        return _redirect(target.update_query({"code": code, **state}).with_fragment("_"))

    def _problem(self, given: Mapping[str, str]) -> str | None:
        """Why the request is refused on the page: such ones are never sent back to `redirect_uri`."""
        if given.get("client_id") != self._network.app.id:
            return "Invalid platform app"
        redirect_uri = given.get("redirect_uri", "")
        try:
            absolute = URL(redirect_uri).absolute
        except ValueError:
            absolute = False
        if not absolute or not self._network.app.sends_to(redirect_uri):
            return "Invalid redirect_uri"
        if given.get("response_type") != "code":
            return "Invalid response_type"
        names = _names(given)
        if Scope.BASIC not in names or any(name not in set(Scope) for name in names):
            return "Invalid Scopes"
        return None

    async def _exchange(self, request: web.Request) -> web.StreamResponse:
        form = await _form(request)
        told = {name: value for name, value in form.items() if isinstance(value, str)}

        async def execute() -> web.Response:
            try:
                return web.json_response(self._exchanged(told))
            except OAuthRefused as error:
                return error.response()

        return await self._faults.play(request, "exchange_code", execute, refused)

    def _exchanged(self, told: Mapping[str, str]) -> dict[str, Any]:
        app = self._network.app
        if told.get("grant_type") != "authorization_code":
            raise OAuthRefused("Invalid grant_type")
        code = app.redeem(
            client_id=told.get("client_id", ""),
            secret=told.get("client_secret", ""),
            redirect_uri=told.get("redirect_uri", ""),
            code=told.get("code", ""),
        )
        account = self._network.accounts[code.account_id]
        token = account.tokens.accept(new_token(), scopes=code.scopes, long_lived=False)
        config, scopes = account.config, sorted(code.scopes)
        user_id = config.app_scoped_id if app.options.scoped_user_id else config.account_id
        if app.options.wrapped:
            told_wrapped = {
                "access_token": token.value,
                "user_id": user_id,
                "permissions": ",".join(scopes),
            }
            return {"data": [told_wrapped]}
        # Observed: a number beyond 2^53, and a list.
        return {"access_token": token.value, "user_id": int(user_id), "permissions": scopes}


async def _form(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | web.FileField]:
    """The form; an empty one when it cannot be read."""
    try:
        return await request.post()
    except (ValueError, LookupError):
        return MultiDictProxy(MultiDict())


def _names(given: Mapping[str, str]) -> list[str]:
    return [name for name in given.get("scope", "").replace(" ", ",").split(",") if name]


def _scopes(given: Mapping[str, str]) -> list[Scope]:
    names = _names(given)
    return [scope for scope in Scope if scope.value in names]


def _redirect(target: URL) -> web.Response:
    return web.Response(status=302, headers={**HEADERS, "Location": str(target)})


def _language(request: web.Request) -> str:
    return "ru" if request.headers.get("Accept-Language", "").lower().startswith("ru") else "en"


def _page(request: web.Request, content: str, status: int = 200) -> web.Response:
    language = _language(request)
    words = WORDS[language]
    text = PAGE.format(language=language, title=words["title"], stand_in=words["stand_in"], content=content)
    return web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)
