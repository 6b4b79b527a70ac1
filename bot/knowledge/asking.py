"""Whose knowledge a file is: the question, and who may be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.commands.scope import Pressable, accounts_in
from bot.knowledge.callbacks import KnowledgeCallback, KnowledgePress
from bot.knowledge.wording import named
from bot.markup import filled, one_line
from bot.texts import Texts
from bot.updates.effects import Button
from db.engine import Transaction
from db.models import Account, Upload
from db.repositories import accounts
from services.knowledge.uploads import EVERYONE
from services.options import Options

MOST_BUTTONS: Final = 50  # Telegram takes 100, a thumb fewer
LONGEST_LABEL: Final = 40


async def candidates(tx: Transaction, chat_id: int, options: Options) -> Sequence[Account]:
    """The connected accounts of the chat; where none of them has its cards there, all."""
    here = [one for one in await accounts_in(tx, chat_id, options) if one.disconnected_at is None]
    return here or [one for one in await accounts.every(tx.session) if one.disconnected_at is None]


def question(texts: Texts, upload: Upload, among: Sequence[Account]) -> Pressable:
    """A button per account, one for all of them, and a way back."""

    def button(label: str, press: KnowledgePress, number: int = 0) -> tuple[Button]:
        return (Button(label, KnowledgeCallback(press, upload.nonce, number).pack()),)

    html = filled(texts, "knowledge.question", name=named(upload.name)).as_html()
    rows = [
        button(f"@{one_line(account.username, LONGEST_LABEL)}", KnowledgePress.CHOOSE, account.id)
        for account in among[:MOST_BUTTONS]
    ]
    rows.append(button(texts("knowledge.button.everyone"), KnowledgePress.CHOOSE, EVERYONE))
    rows.append(button(texts("knowledge.button.cancel"), KnowledgePress.CANCEL))
    return Pressable(html, tuple(rows))
