"""Why Telegram did not take a write, by what the caller does next (telegram, §1.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

TROUBLE_PAUSE = timedelta(seconds=2)  # Telegram is away or answers nonsense; callers let it grow


class Undelivered(Exception):
    """Telegram did not take it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Postponed(Undelivered):
    """Telegram, the network or our own pacing of the chat asks to wait before trying again."""

    def __init__(self, delay: timedelta, *, by_telegram: bool = False) -> None:
        super().__init__()
        self.delay = delay
        self.by_telegram = by_telegram  # 429: every other write to the chat would be refused as well


class ChatMoved(Undelivered):
    """The group became a supergroup: it has another id, and its messages stayed behind."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__()
        self.new_chat_id = new_chat_id


class ChatLost(Undelivered):
    """The bot cannot speak in the chat: removed, blocked, silenced, or the chat is gone."""


class MessageLost(Undelivered):
    """The message is gone, or is no longer the bot's to change."""


class ThreadLost(Undelivered):
    """The topic was deleted or closed."""


class TokenRevoked(Undelivered):
    """Telegram does not know the bot's token any more."""


class Refused(Undelivered):
    """Telegram calls the request wrong: repeating it unchanged will not help."""

    def __init__(self, says: str) -> None:
        super().__init__()
        self.says = says

    def __str__(self) -> str:
        return self.says


class Unreadable(Refused):
    """Telegram cannot read the markup, or the text is too long."""


NOT_MODIFIED: Final = "message is not modified"

# Parts of the server's descriptions, in lower case. The first class that fits counts.
_BAD_REQUESTS: Final[tuple[tuple[type[Undelivered], tuple[str, ...]], ...]] = (
    (ThreadLost, ("message thread not found", "topic_closed", "topic_deleted")),
    (
        MessageLost,
        (
            "message to edit not found",
            "message can't be edited",
            "message to delete not found",
            "message can't be deleted",
            "message to be replied not found",
            "message to react not found",
            "there is no text in the message to edit",
            "message_id_invalid",
        ),
    ),
    (
        ChatLost,
        (
            "chat not found",
            "not enough rights to send",
            "have no rights to send",
            "chat_write_forbidden",
            "peer_id_invalid",
            "user_is_blocked",
        ),
    ),
)
_UNREADABLE: Final = ("can't parse entities", "message is too long", "text is too long")


def classified(error: AiogramError | OSError | UnicodeError) -> Undelivered:
    """What an error of aiogram or of the connection means for the caller."""
    match error:
        case TelegramRetryAfter():
            return Postponed(timedelta(seconds=error.retry_after), by_telegram=True)
        case TelegramMigrateToChat():
            return ChatMoved(error.migrate_to_chat_id)
        case TelegramUnauthorizedError() | TelegramNotFound():  # 404: no bot has such a token
            return TokenRevoked()
        case TelegramForbiddenError():
            return ChatLost()
        case TelegramBadRequest():
            return _bad_request(error.message)
        case TelegramNetworkError() | TelegramServerError():
            return Postponed(TROUBLE_PAUSE)
        case TelegramAPIError():
            return Refused(error.message)
        case _:  # no answer, or one that is not JSON
            return Postponed(TROUBLE_PAUSE)


def _bad_request(description: str) -> Undelivered:
    says = description.lower()
    for kind, parts in _BAD_REQUESTS:
        if any(part in says for part in parts):
            return kind()
    if any(part in says for part in _UNREADABLE):
        return Unreadable(description)
    return Refused(description)
