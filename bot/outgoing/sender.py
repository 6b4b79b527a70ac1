"""Sending, editing, answering: paced per chat, with deadlines, and with errors that say what to do."""

from __future__ import annotations

import asyncio
import html as entities
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageText,
    LeaveChat,
    SendMessage,
    SetMessageReaction,
    TelegramMethod,
)
from aiogram.types import ForceReply, InlineKeyboardMarkup, MessageId, ReactionTypeEmoji, ReplyParameters

from bot.markup import cut
from bot.outgoing.errors import (
    NOT_MODIFIED,
    TROUBLE_PAUSE,
    Postponed,
    Undelivered,
    Unreadable,
    classified,
)
from services.limits import Allowance, Limits

log = structlog.get_logger(__name__)

DEADLINE: Final = 10.0  # seconds for one write, a second try without markup included (rulings, 3)
PATIENCE: Final = timedelta(seconds=5)
"""How long an answer to a command may wait for its turn; `patience` of `send`."""
LONGEST_TEXT: Final = 4096  # UTF-16 units (telegram, §1.2)
LONGEST_TOAST: Final = 200
LONGEST_PLACEHOLDER: Final = 64

_TAG = re.compile(r"<[^<>]*>")


class PostMessage(SendMessage):
    """`sendMessage`. Only the id is read of the answer: a message whose shape we do not know is sent too."""

    __returning__ = MessageId  # type: ignore[assignment] # narrower than aiogram's Message on purpose


class ChangeMessage(EditMessageText):
    """`editMessageText`. The answer is not read."""

    __returning__ = Any  # type: ignore[assignment] # as above


class Outgoing:
    """The bot's only mouth.

    Sends and edits share one allowance per chat, over all processes; answers to presses have no limit
    (telegram, §1.3). A write either happened, or one of `Undelivered` says why not. A write whose answer
    got lost may have happened: Telegram offers no way to ask.
    """

    def __init__(self, bot: Bot, limits: Limits, writes_per_minute: int) -> None:
        self._bot = bot
        self._limits = limits
        self._allowance = Allowance(writes_per_minute, timedelta(minutes=1))
        self._silenced: dict[int, float] = {}
        """Chats that Telegram told us to leave alone, until a monotonic time."""

    async def send(
        self,
        chat_id: int,
        html: str,
        *,
        keyboard: InlineKeyboardMarkup | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
        silent: bool = False,
        force_reply: str | None = None,
        selective: bool = True,
        patience: timedelta = timedelta(),
    ) -> int:
        """Post a message; its id.

        `force_reply` is the placeholder of a reply box, shown with `selective` to the mentioned person
        only. A message to reply to that is gone is forgotten. Within `patience` the call waits for the
        chat's turn. Raises Undelivered.
        """
        markup: InlineKeyboardMarkup | ForceReply | None = keyboard
        if force_reply is not None:
            placeholder = cut(force_reply, LONGEST_PLACEHOLDER)
            markup = ForceReply(
                force_reply=True, input_field_placeholder=placeholder or None, selective=selective
            )
        reply = ReplyParameters(message_id=reply_to, allow_sending_without_reply=True) if reply_to else None

        def message(text: str, parse_mode: ParseMode | None) -> TelegramMethod[Any]:
            return PostMessage(
                chat_id=chat_id,
                text=text,
                parse_mode=parse_mode,
                message_thread_id=thread_id,
                reply_parameters=reply,
                disable_notification=silent or None,
                reply_markup=markup,
            )

        posted: MessageId = await self._write(chat_id, html, message, patience)
        return posted.message_id

    async def edit(
        self, chat_id: int, message_id: int, html: str, *, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        """Give a message a new text and keyboard; None takes the keyboard away. Raises Undelivered."""

        def message(text: str, parse_mode: ParseMode | None) -> TelegramMethod[Any]:
            return ChangeMessage(
                chat_id=chat_id,
                message_id=message_id,
                text=text,
                parse_mode=parse_mode,
                reply_markup=keyboard,
            )

        await self._write(chat_id, html, message)

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Take a message away if Telegram lets us: it is tidying, and nothing depends on it."""
        await self._try(DeleteMessage(chat_id=chat_id, message_id=message_id))

    async def answer(self, callback_id: str, text: str, *, alert: bool) -> None:
        """Answer a press, in a window of its own with `alert`.

        Never paced and never failing: the decision is committed, and the card will show it anyway.
        """
        text = cut(text, LONGEST_TOAST)
        await self._try(AnswerCallbackQuery(callback_query_id=callback_id, text=text, show_alert=alert))

    async def react(self, chat_id: int, message_id: int, emoji: str) -> None:
        """Set the bot's reaction to a message if Telegram lets us."""
        await self._try(
            SetMessageReaction(
                chat_id=chat_id, message_id=message_id, reaction=[ReactionTypeEmoji(emoji=emoji)]
            )
        )

    async def leave(self, chat_id: int) -> None:
        """Leave a chat if Telegram lets us."""
        await self._try(LeaveChat(chat_id=chat_id))

    async def _write(
        self,
        chat_id: int,
        html: str,
        method: Callable[[str, ParseMode | None], TelegramMethod[Any]],
        patience: timedelta = timedelta(),
    ) -> Any:
        """Carry out `method` of text and parse mode in the chat's turn; markup that is refused is dropped."""
        await self._turn(chat_id, patience)
        try:
            async with asyncio.timeout(DEADLINE):
                try:
                    return await self._call(method(html, ParseMode.HTML))
                except Unreadable as error:
                    log.warning("markup_refused", chat=chat_id, says=error.says)
                    return await self._call(method(cut(_plain(html), LONGEST_TEXT), None))
        except TimeoutError:
            raise Postponed(TROUBLE_PAUSE) from None
        except Postponed as error:
            if error.by_telegram:
                self._silenced[chat_id] = time.monotonic() + error.delay.total_seconds()
            raise

    async def _turn(self, chat_id: int, patience: timedelta) -> None:
        """Take one of the chat's writes, waiting at most `patience`."""
        while wait := self._silence(chat_id) or await self._limits.take(
            f"telegram:{chat_id}", self._allowance
        ):
            if wait > patience:
                raise Postponed(wait)
            patience -= wait
            await asyncio.sleep(wait.total_seconds())

    def _silence(self, chat_id: int) -> timedelta:
        left = self._silenced.get(chat_id, 0.0) - time.monotonic()
        if left <= 0:
            self._silenced.pop(chat_id, None)
        return timedelta(seconds=max(left, 0.0))

    async def _call(self, method: TelegramMethod[Any]) -> Any:
        try:
            return await self._bot(method, request_timeout=int(DEADLINE))
        except TelegramBadRequest as error:
            if NOT_MODIFIED in error.message:
                return None  # the message shows it already
            raise classified(error) from None
        except (AiogramError, OSError, UnicodeError) as error:
            # `from None`: the words of a connection's error may contain the address with the token.
            log.warning("telegram_refused", method=method.__api_method__, error=type(error).__name__)
            raise classified(error) from None

    async def _try(self, method: TelegramMethod[Any]) -> None:
        try:
            async with asyncio.timeout(DEADLINE):
                await self._call(method)
        except (Undelivered, TimeoutError) as error:
            log.info("telegram_did_not", method=method.__api_method__, error=type(error).__name__)


def _plain(html: str) -> str:
    """The text without its markup: all that is escaped is text, so what is in angle brackets is a tag."""
    return entities.unescape(_TAG.sub("", html))
