"""Refusals in the words of the Bot API server."""

from __future__ import annotations

from sandbox.telegram.model import Json


class ApiError(Exception):
    """A refused call: HTTP status and `error_code`, `description`, and what `parameters` carries."""

    def __init__(
        self, code: int, description: str, *, retry_after: int | None = None, migrate_to: int | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to

    def body(self) -> Json:
        """The answer as JSON."""
        parameters: Json = {}
        if self.retry_after is not None:
            parameters["retry_after"] = self.retry_after
        if self.migrate_to is not None:
            parameters["migrate_to_chat_id"] = self.migrate_to
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": parameters} if parameters else {})


def bad_request(says: str) -> ApiError:
    """400: the call is wrong; repeating it will not help."""
    return ApiError(400, f"Bad Request: {says}")


def forbidden(says: str) -> ApiError:
    """403: the chat or the person is out of the bot's reach."""
    return ApiError(403, f"Forbidden: {says}")


def conflict(says: str) -> ApiError:
    """409: somebody else takes the updates."""
    return ApiError(409, f"Conflict: {says}")


def too_many_requests(retry_after: int) -> ApiError:
    """429: wait `retry_after` seconds, then repeat."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


class ControlError(Exception):
    """A control request that makes no sense; answered with 400 and these words."""


class NotAnsweredError(Exception):
    """The bot did not answer the tap in time; answered with 504."""
