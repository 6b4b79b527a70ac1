"""Each of the server's strings leads to the right reaction (telegram, §1.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetMe

from bot.outgoing import (
    ChatLost,
    ChatMoved,
    MessageLost,
    Postponed,
    Refused,
    ThreadLost,
    TokenRevoked,
    Undelivered,
)
from bot.outgoing.errors import Unreadable, classified

METHOD = GetMe()


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("Bad Request: message to edit not found", MessageLost),
        ("Bad Request: message can't be edited", MessageLost),
        ("Bad Request: message to delete not found", MessageLost),
        ("Bad Request: message can't be deleted", MessageLost),
        ("Bad Request: there is no text in the message to edit", MessageLost),
        ("Bad Request: MESSAGE_ID_INVALID", MessageLost),
        ("Bad Request: message thread not found", ThreadLost),
        ("Bad Request: TOPIC_CLOSED", ThreadLost),
        ("Bad Request: chat not found", ChatLost),
        ("Bad Request: not enough rights to send text messages to the chat", ChatLost),
        ("Bad Request: have no rights to send a message", ChatLost),
        ("Bad Request: can't parse entities: Unclosed start tag at byte offset 3", Unreadable),
        ("Bad Request: message is too long", Unreadable),
        ("Bad Request: text is too long", Unreadable),
        ("Bad Request: BUTTON_DATA_INVALID", Refused),
        ("Bad Request: something new", Refused),
    ],
)
def test_bad_requests(description: str, kind: type[Undelivered]) -> None:
    assert type(classified(TelegramBadRequest(METHOD, description))) is kind


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: bot is not a member of the supergroup chat",
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Forbidden: bot can't initiate conversation with a user",
    ],
)
def test_a_forbidden_chat_is_lost(description: str) -> None:
    assert type(classified(TelegramForbiddenError(METHOD, description))) is ChatLost


def test_telegram_says_how_long_to_wait() -> None:
    error = classified(TelegramRetryAfter(METHOD, "Too Many Requests: retry after 17", 17))
    assert isinstance(error, Postponed)
    assert error.delay == timedelta(seconds=17)
    assert error.by_telegram


def test_a_moved_chat_tells_where_it_is() -> None:
    says = "Bad Request: group chat was upgraded to a supergroup chat"
    error = classified(TelegramMigrateToChat(METHOD, says, -1009))
    assert isinstance(error, ChatMoved)
    assert error.new_chat_id == -1009


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TelegramUnauthorizedError(METHOD, "Unauthorized"), TokenRevoked),
        (TelegramNotFound(METHOD, "Not Found"), TokenRevoked),
        (TelegramNetworkError(METHOD, "Request timeout error"), Postponed),
        (TelegramServerError(METHOD, "Internal Server Error"), Postponed),
        (TelegramConflictError(METHOD, "Conflict: terminated by other getUpdates request"), Refused),
        (TelegramAPIError(METHOD, "I'm a teapot"), Refused),
        (ClientDecodeError("Failed to decode object", ValueError("x"), "<html>"), Postponed),
        (ConnectionResetError(), Postponed),
    ],
)
def test_everything_else(error: AiogramError | OSError, kind: type[Undelivered]) -> None:
    found = classified(error)
    assert type(found) is kind
    assert not getattr(found, "by_telegram", False)


@pytest.mark.parametrize("kind", [ChatLost, MessageLost, ThreadLost, TokenRevoked])
def test_an_error_says_what_it_is(kind: type[Undelivered]) -> None:
    assert str(kind()) == kind.__doc__
