"""Who may use the page: browsers and drivers on this machine, and no other site through them."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
API = "/api/"
PICTURES = "/api/pictures/"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@web.middleware
async def only_ours(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a foreign name for this machine (DNS rebinding), and calls that another site makes."""
    if not _names_this_machine(request):
        return web.json_response({"error": "the page answers to loopback names only"}, status=403)
    if request.path.startswith(API) and _comes_from_elsewhere(request):
        return web.json_response({"error": "only the page itself may ask this"}, status=403)
    return await handler(request)


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every response: nothing foreign is loaded, nothing is guessed, nothing old is shown."""
    response.headers.update(HEADERS)
    if request.path.startswith(PICTURES):
        response.headers["Cache-Control"] = "private, max-age=300"  # a post keeps its picture
    else:
        response.headers["Cache-Control"] = "no-store" if request.path.startswith(API) else "no-cache"


def _names_this_machine(request: web.Request) -> bool:
    try:
        return URL(f"http://{request.host}").host in LOOPBACK_NAMES
    except ValueError:
        return False


def _comes_from_elsewhere(request: web.Request) -> bool:
    """Browsers tell by `Sec-Fetch-Site`, older ones by `Origin`; a driver without a browser sends neither."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return True
    own = f"{request.scheme}://{request.host}"
    return request.headers.get("Origin", own) != own
