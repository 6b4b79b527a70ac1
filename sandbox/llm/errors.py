"""Errors worded as OpenAI words them, so that the client raises its usual exceptions."""

from __future__ import annotations

import json

from aiohttp import web

from sandbox.faults import Fault

_TYPES = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    403: "invalid_request_error",
    404: "invalid_request_error",
    422: "invalid_request_error",
    429: "requests",
}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_MESSAGES = {
    401: "Incorrect API key provided.",
    429: "Rate limit reached for requests.",
    500: "The server had an error while processing your request. Sorry about that!",
    503: "The engine is currently overloaded, please try again later.",
}
QUOTA = "insufficient_quota"


class BadRequestError(Exception):
    """The request cannot be served as it is; `param` names the field."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code

    def response(self) -> web.Response:
        return error(400, str(self), param=self.param, code=self.code)


def error(
    status: int,
    message: str,
    *,
    kind: str | None = None,
    param: str | None = None,
    code: str | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """The envelope `{"error": {message, type, param, code}}`."""
    kind = kind or _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return web.Response(
        status=status, text=json.dumps(body), content_type="application/json", headers=headers
    )


def refuse(fault: Fault) -> web.Response:
    """A planned error: its status (500 unless told), its message, and `retry-after` in seconds.

    A 429 whose message is `insufficient_quota` carries that as code and type, as an empty account does.
    """
    status = fault.code or 500
    headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    if status == 429 and fault.message == QUOTA:
        message = "You exceeded your current quota, please check your plan and billing details."
        return error(status, message, kind=QUOTA, code=QUOTA, headers=headers)
    message = fault.message or _MESSAGES.get(status, "The request was refused.")
    return error(status, message, code=_CODES.get(status), headers=headers)
