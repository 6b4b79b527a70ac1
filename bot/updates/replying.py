"""Answering a message where it stands."""

from __future__ import annotations

from aiogram.types import Message

from bot.updates.effects import Say


def reply(message: Message, html: str) -> Say:
    """A reply in the same topic."""
    thread_id = message.message_thread_id if message.is_topic_message else None
    return Say(message.chat.id, html, thread_id, message.message_id)
