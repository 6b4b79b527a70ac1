"""What a handler wants of Telegram once its transaction is committed.

Handlers never call Telegram themselves: a decision that Telegram cannot show is still a decision, and a
message about one that was rolled back would be a lie.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a press: plain text, in a window of its own with `alert`."""

    text: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A button whose press comes back as `data`."""

    label: str
    data: str


Buttons = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class Say:
    """A message, in HTML. `link` is a button below it: its label, and the page that it leads to."""

    chat_id: int
    html: str
    thread_id: int | None = None
    reply_to: int | None = None
    link: tuple[str, str] | None = field(default=None, repr=False)  # addresses may carry secrets
    buttons: Buttons = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Another text, and other buttons, for a message of the bot."""

    chat_id: int
    message_id: int
    html: str
    buttons: Buttons = ()


@dataclass(frozen=True, slots=True)
class AskForText:
    """A message that asks one manager for a new text of a draft's `version`; its id is kept."""

    chat_id: int
    html: str
    placeholder: str
    draft_id: int
    manager_id: int
    version: int
    thread_id: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class React:
    """The bot's reaction to a message; Telegram allows only certain emoji."""

    chat_id: int
    message_id: int
    emoji: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a message of the bot away."""

    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave a chat, if it is still unknown when the time comes."""

    chat_id: int


Effect = Toast | Say | Change | AskForText | React | Delete | Leave


@dataclass(slots=True)
class Effects:
    """The effects of one update, in order. `callback_id` is the press that waits for an answer."""

    callback_id: str | None = None
    language: str | None = None
    """The language of the sender's Telegram."""
    wanted: list[Effect] = field(default_factory=list)

    def add(self, *effects: Effect) -> None:
        """Want `effects` after the commit."""
        self.wanted.extend(effects)

    @property
    def toast(self) -> Toast | None:
        """The answer to the press: the first one wanted."""
        return next((effect for effect in self.wanted if isinstance(effect, Toast)), None)
