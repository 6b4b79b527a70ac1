"""Graph's error envelope, the errors the stand-in gives by itself, and planned faults in the same words."""

from __future__ import annotations

import secrets

from aiohttp import web

from sandbox.faults import Fault

# Codes with the flag `is_transient`: service failures and throttles of application, user, page, account.
TRANSIENT_CODES = frozenset({-2, -1, 2, 4, 17, 32, 341, 613, 80002})
# Meta's tables give HTTP 400 for every code; only code 2 has been seen with another status.
HTTP_STATUS = {2: 500}
# A fault with one of these and no subcode is an answer of a proxy in front of Graph: that status, no JSON.
PROXY_STATUSES = frozenset({429, 500, 502, 503, 504})


class GraphError(Exception):
    """An unknown error occurred."""

    code: int = 1
    subcode: int | None = None
    kind: str = "OAuthException"

    def __init__(self, message: str | None = None) -> None:
        """`message` replaces the docstring as the text of the answer."""
        super().__init__(message or self.__doc__)

    def response(self) -> web.Response:
        return envelope(str(self), code=self.code, subcode=self.subcode, kind=self.kind)


class InvalidTokenError(GraphError):
    """Invalid OAuth access token - Cannot parse access token."""

    code = 190


class InvalidatedTokenError(GraphError):
    """Error validating access token: The session has been invalidated."""

    code = 190

    def __init__(self, subcode: int | None) -> None:
        """`subcode` tells why: 458 application removed, 460 password changed, 467 and others; or None."""
        super().__init__()
        self.subcode = subcode


class ExpiredTokenError(GraphError):
    """Error validating access token: Session has expired."""

    code = 190
    subcode = 463


class InvalidParameterError(GraphError):
    """Invalid parameter."""

    code = 100

    def __init__(self, message: str | None = None) -> None:
        """`message` gets the prefix Graph gives to errors of this code."""
        super().__init__(f"(#100) {message or self.__doc__}")


class UnsupportedObjectError(GraphError):
    """The object is unknown, deleted, or has no such operation; Graph does not tell which."""

    code = 100
    subcode = 33
    kind = "GraphMethodException"

    def __init__(self, object_id: str, method: str) -> None:
        """`method` is the HTTP method of the request, in any case."""
        super().__init__(
            f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, "
            "cannot be loaded due to missing permissions, or does not support this operation"
        )


class UnknownPathError(GraphError):
    """Unknown path components."""

    code = 2500


class FieldSyntaxError(GraphError):
    """Syntax error in the list of fields."""

    code = 2500


class PrivateReplyError(GraphError):
    """The comment is invalid for a private reply."""

    code = 100
    subcode = 2534025
    kind = "IGApiException"


class NoSuchPersonError(GraphError):
    """No matching Instagram user."""

    code = 100
    subcode = 2534014
    kind = "IGApiException"


class OutsideWindowError(GraphError):
    """(#10) This message is sent outside of allowed window."""

    code = 10
    subcode = 2534022
    kind = "IGApiException"


class UnreachablePersonError(GraphError):
    """(#551) This person isn't available right now."""

    code = 551
    subcode = 1545041


class PermissionMissingError(GraphError):
    """Application does not have permission for this action."""

    code = 10

    def __init__(self, *, messaging: bool) -> None:
        """Comments and posts answer code 10, messages code 200: both are documented for this."""
        self.code = 200 if messaging else 10
        super().__init__(f"(#{self.code}) {self.__doc__}")


class CustomLimitError(GraphError):
    """(#613) Calls to this api have exceeded the rate limit."""

    code = 613


class BusinessLimitError(GraphError):
    """(#80002) There have been too many calls to this Instagram account. Wait a bit and try again."""

    code = 80002


class ResponseFormatError(GraphError):
    """Requested response format is not supported."""

    code = 20
    subcode = 1772107


def envelope(
    message: str,
    *,
    code: int,
    subcode: int | None = None,
    kind: str = "OAuthException",
    headers: dict[str, str] | None = None,
) -> web.Response:
    """One error as Graph answers it."""
    error: dict[str, object] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    if code in TRANSIENT_CODES:
        error["is_transient"] = True
    error["fbtrace_id"] = f"A{secrets.token_urlsafe(15)}"
    return web.json_response({"error": error}, status=HTTP_STATUS.get(code, 400), headers=headers)


def refusal(fault: Fault) -> web.Response:
    """A planned fault; `code` is Graph's (2 when not given) or one of `PROXY_STATUSES`."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.code in PROXY_STATUSES and fault.subcode is None:
        return web.Response(
            status=fault.code,
            text="<html><body>Sorry, something went wrong.</body></html>",
            content_type="text/html",
            headers=headers,
        )
    code = 2 if fault.code is None else fault.code
    message = fault.message or f"(#{code}) Planned by the stand-in"
    return envelope(message, code=code, subcode=fault.subcode, headers=headers)
