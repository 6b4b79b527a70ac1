"""A small page for a person's browser: words only, nothing that could be loaded, kept or framed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from aiohttp import web

LANGUAGES: Final = ("ru", "en")
FALLBACK: Final = "en"
LONGEST_HEADER: Final = 500  # characters of Accept-Language that are read

STYLE: Final = (
    "body{margin:0;padding:12vh 1.5rem;font:1.1rem/1.5 system-ui,sans-serif;color:#1c1c1e;background:#f6f5f8}"
    "main{max-width:30rem;margin:auto}h1{font-size:1.5rem}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#1c1c1e}}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

PRIVATE: Final[Mapping[str, str]] = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""For every answer whose address carries a secret."""

HEADERS: Final[Mapping[str, str]] = {
    **PRIVATE,
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def page(status: int, language: str, title: str, paragraphs: Sequence[str]) -> web.Response:
    """A page of plain words; markup in them is shown, never obeyed."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    html = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return web.Response(status=status, text=html, content_type="text/html", headers=HEADERS)


def language_of(request: web.Request) -> str:
    """The language of ours that the browser likes best; English when it likes none."""
    liked: list[tuple[float, str]] = []
    for part in request.headers.get("Accept-Language", "")[:LONGEST_HEADER].split(","):
        name, _, weight = part.partition(";")
        liked.append((-_weight(weight), name.strip().split("-")[0].lower()))
    liked.sort(key=lambda one: one[0])  # stable: of equals the first
    return next((name for weight, name in liked if name in LANGUAGES and weight), FALLBACK)


def _weight(parameter: str) -> float:
    """Of `q=0.8`; 1 where none is told."""
    if not parameter.strip():
        return 1.0
    try:
        return float(parameter.strip().removeprefix("q="))
    except ValueError:
        return 0.0
