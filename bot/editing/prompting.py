"""Asking a manager for a new text, under privacy mode and across restarts (telegram, §3.6).

The question is a reply to the card that mentions the manager, so that only this person gets the reply
box; the answer is a reply to the bot, so that it is delivered.
"""

from __future__ import annotations

from html import escape

from bot.decisions.wording import short
from bot.texts import Texts, texts
from bot.updates.effects import AskForText, Say
from bot.updates.links import message_link
from db.engine import Transaction
from db.models import Card, Draft, Manager
from db.repositories import managers


def prompt(words: Texts, manager: Manager, card: Card, draft: Draft, text: str | None) -> AskForText:
    """The question, with the current text to copy by a tap."""
    html = words("editing.prompt", who=mention(manager), card=card_link(card, draft.id))
    if text:
        html += f"\n<pre>{escape(text)}</pre>"
    return AskForText(
        card.chat_id,
        html,
        words("editing.placeholder", id=draft.id),
        draft_id=draft.id,
        manager_id=manager.id,
        version=draft.version,
        thread_id=card.thread_id,
        reply_to=card.message_id,
    )


async def taken_over(tx: Transaction, card: Card, editor_id: int, by: Manager) -> Say:
    """Tell the former editor, who may be typing, in the person's own language."""
    editor = await managers.find(tx.session, editor_id)
    words = texts(editor.locale if editor else None)
    html = words(
        "editing.taken_over",
        who=mention(editor) if editor else "",
        by=escape(short(by.name)),
        card=card_link(card, card.draft_id),
    )
    return Say(card.chat_id, html, card.thread_id, card.message_id)


def mention(manager: Manager) -> str:
    """The person's name; Telegram notifies the person of it."""
    return f'<a href="tg://user?id={manager.id}">{escape(short(manager.name))}</a>'


def card_link(card: Card, draft_id: int) -> str:
    """`#1842`, leading to the card where Telegram has addresses for messages."""
    link = None if card.message_id is None else message_link(card.chat_id, card.message_id, card.thread_id)
    return f"#{draft_id}" if link is None else f'<a href="{link}">#{draft_id}</a>'
