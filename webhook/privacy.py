"""Meta's callbacks about people's data: access taken away, erasure asked for, and how far it got."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import parse_qs

import asyncpg
import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.models import Erasure
from db.models.privacy import ErasureState
from db.repositories import erasures
from services.privacy.callbacks import Callbacks
from services.privacy.signed_request import SignedRequest, SignedRequestInvalid, parse
from webhook.admission import Bodies, Network, Penalties, busy, client_address

log = structlog.get_logger(__name__)

DEAUTHORIZE: Final = "/instagram/deauthorize"
DELETION: Final = "/instagram/data-deletion"
LARGEST: Final = 16 * 1024  # bytes of a form; a real one has about 300
MAX_FIELDS: Final = 10
FORM: Final = "application/x-www-form-urlencoded"
TROUBLES = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

_CODE = re.compile(r"[A-Z2-7]{16}", re.ASCII)

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:3em auto;padding:0 1em;"
    "color:#222;background:#fff}code{font-size:1.1em}section{margin-bottom:2.5em}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class PrivacyAnswers:
    """`public_url` leads to us from outside; `bare` is the unquoted form that Meta's pages draw."""

    public_url: str | None
    bare: bool = False

    def deletion(self, request: web.Request, code: str) -> web.Response:
        """Where the person sees how far it got, and the code that Meta shows."""
        url = f"{self.public_url or request.url.origin()}{DELETION}/{code}"
        answer = json.dumps({"url": url, "confirmation_code": code})
        if self.bare:
            answer = f"{{ url: '{url}', confirmation_code: '{code}' }}"
        return web.Response(
            text=answer, content_type="application/json", headers={"Cache-Control": "no-store"}
        )


class PrivacyCallbacks:
    """Bounds first, then the signature, then what it asks for in one transaction."""

    def __init__(
        self,
        db: Database,
        callbacks: Callbacks,
        signing: Sequence[bytes],
        answers: PrivacyAnswers,
        trusted: Sequence[Network] = (),
        bodies: Bodies | None = None,
    ) -> None:
        self._db = db
        self._callbacks = callbacks
        self._signing = signing
        self._answers = answers
        self._trusted = trusted
        self._penalties = Penalties()
        self._bodies = bodies or Bodies(largest=LARGEST)

    def routes(self) -> list[web.RouteDef]:
        """The addresses of this room."""
        return [
            web.post(DEAUTHORIZE, self.deauthorize),
            web.post(DELETION, self.delete),
            web.get(f"{DELETION}/{{code}}", self.status),
        ]

    async def deauthorize(self, request: web.Request) -> web.Response:
        """200 once the account is let go, or its id is noted as unknown."""
        signed = await self._verified(request)
        if isinstance(signed, web.Response):
            return signed
        try:
            async with self._db.transaction() as tx:
                await self._callbacks.deauthorised(tx, signed)
        except TROUBLES as error:
            log.warning("deauthorisation_not_taken", error=type(error).__name__)
            return busy()
        return web.Response(text="ok")

    async def delete(self, request: web.Request) -> web.Response:
        """The address of the status page and its code, once the request is committed."""
        signed = await self._verified(request)
        if isinstance(signed, web.Response):
            return signed
        try:
            async with self._db.transaction() as tx:
                erasure = await self._callbacks.deletion_asked(tx, signed)
        except TROUBLES as error:
            log.warning("deletion_not_taken", error=type(error).__name__)
            return busy()
        log.info("deletion_asked", erasure=erasure.id, subject=erasure.subject)
        return self._answers.deletion(request, erasure.code)

    async def status(self, request: web.Request) -> web.Response:
        """How far an erasure got, for the person: in Russian and English, without name or id."""
        code = request.match_info["code"]
        try:
            erasure = await self._known(code)
        except TROUBLES as error:
            log.warning("status_not_read", error=type(error).__name__)
            return busy()
        if erasure is None:
            return _page(UNKNOWN, status=404)
        return _page([(title, text.format(**_facts(erasure))) for title, text in PAGES[erasure.state]])

    async def _known(self, code: str) -> Erasure | None:
        if not _CODE.fullmatch(code):
            return None
        async with self._db.transaction() as tx:
            return await erasures.of_code(tx.session, code)

    async def _verified(self, request: web.Request) -> SignedRequest | web.Response:
        """The form's signed_request, or why it is refused."""
        address = client_address(request, self._trusted)
        refused = self._before_body(request, address)
        if refused is not None:
            return refused
        body = await self._bodies.read(request)
        if isinstance(body, web.Response):
            return body
        value = _field(body, "signed_request")
        if value is None:
            self._penalties.fail(address)
            return web.Response(status=400, text="one signed_request is needed")
        try:
            return parse(value, self._signing, now=datetime.now(UTC))
        except SignedRequestInvalid:
            self._penalties.fail(address)
            return web.Response(status=403, text="the signed_request does not fit")

    def _before_body(self, request: web.Request, address: str) -> web.Response | None:
        """What can be refused without reading a byte of the body."""
        if self._penalties.exceeded(address):
            return web.Response(status=429, text="too many failures", headers={"Retry-After": "60"})
        if request.content_length is not None and request.content_length > LARGEST:
            return web.Response(status=413, text="too large")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return web.Response(status=415, text="compressed bodies are not accepted")
        if request.content_type != FORM:
            self._penalties.fail(address)
            return web.Response(status=415, text="a form is needed")
        return None


def _field(body: bytes, name: str) -> str | None:
    """The one value of a form's field."""
    try:
        form = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    values = form.get(name, [])
    return values[0] if len(values) == 1 else None


PAGES: Final = {
    ErasureState.RECEIVED: [
        (
            "Удаляем ваши данные",
            (
                "Запрос <code>{code}</code> получен {asked}. Мы стираем ваши слова, имя и идентификатор"
                " везде, где их храним. Обычно это занимает несколько минут: обновите страницу чуть позже."
            ),
        ),
        (
            "We are deleting your data",
            (
                "We received request <code>{code}</code> on {asked}. Your words, name and id are being erased"
                " wherever we keep them. It usually takes a few minutes: please reload this page later."
            ),
        ),
    ],
    ErasureState.DONE: [
        (
            "Ваши данные удалены",
            (
                "Запрос <code>{code}</code> от {asked} выполнен {finished}. Ваших слов, имени и"
                " идентификатора у нас больше нет. Комментарии, которые видны в Instagram, можно удалить там."
            ),
        ),
        (
            "Your data is deleted",
            (
                "Request <code>{code}</code> of {asked} was completed on {finished}. We no longer keep your"
                " words, name or id. Comments that are still visible on Instagram can be deleted there."
            ),
        ),
    ],
}
UNKNOWN: Final = [
    ("Такого запроса нет", "Проверьте адрес: код состоит из 16 латинских букв и цифр."),
    ("There is no such request", "Please check the address: the code has 16 letters and digits."),
]


def _facts(erasure: Erasure) -> dict[str, str]:
    return {
        "code": escape(erasure.code),
        "asked": _moment(erasure.created_at),
        "finished": _moment(erasure.finished_at or erasure.created_at),
    }


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d.%m.%Y, %H:%M} UTC"


def _page(parts: Sequence[tuple[str, str]], status: int = 200) -> web.Response:
    """Both languages one below the other, Russian first; the texts are HTML already."""
    sections = "".join(
        f'<section lang="{language}"><h1>{title}</h1><p>{text}</p></section>'
        for language, (title, text) in zip(("ru", "en"), parts, strict=True)
    )
    html = (
        '<!doctype html><html lang="ru"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{parts[0][0]} · {parts[1][0]}</title><style>{STYLE}</style></head>"
        f"<body>{sections}</body></html>"
    )
    return web.Response(text=html, status=status, content_type="text/html", headers=HEADERS)
