"""`/knowledge`: what is in use, and taking a document away with a second tap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiogram.utils.formatting import Text

from bot.commands.parsing import WrongUse
from bot.commands.scope import Asked, Pressable
from bot.knowledge.callbacks import KnowledgeCallback, KnowledgePress
from bot.knowledge.wording import counted, named, owner
from bot.markup import filled, moment
from bot.texts import Texts
from bot.updates.effects import Button, Buttons
from db.engine import Transaction
from db.models import Account, Document, Manager
from db.models.manager import Role
from db.repositories import accounts
from db.repositories import knowledge as documents
from db.repositories.knowledge import Listed

PAGE: Final = 10  # documents of one message
MOST_PAGES: Final = 10_000
IN_A_ROW: Final = 5  # buttons that a thumb still tells apart


async def knowledge(asked: Asked) -> str | Pressable:
    """One page of what is in use. Raises WrongUse."""
    match asked.words:
        case ():
            page = 1
        case (word,) if word.isascii() and word.isdigit() and 0 < int(word) <= MOST_PAGES:
            page = int(word)
        case _:
            raise WrongUse
    return await listing(asked.tx, asked.texts, asked.manager, asked.accounts, page, asked.now)


async def listing(
    tx: Transaction,
    texts: Texts,
    manager: Manager,
    here: Sequence[Account],
    page: int,
    now: datetime,
) -> Pressable:
    """The documents of the accounts `here` and of all; a page beyond the end is the last one.

    Only who may remove documents has buttons for it.
    """
    may_change = manager.role is not Role.MANAGER
    ids = [account.id for account in here]
    shown, total = await documents.listed(tx.session, ids, PAGE, (page - 1) * PAGE)
    if total and not shown:
        page = -(-total // PAGE)
        shown, total = await documents.listed(tx.session, ids, PAGE, (page - 1) * PAGE)
    how = texts("knowledge.list.how" if may_change else "knowledge.list.seniors")
    if not shown:
        return Pressable(f"{texts('knowledge.list.empty')}\n\n{how}", ())
    first = (page - 1) * PAGE + 1
    lines = [texts("knowledge.list.header", total=total, first=first, last=first + len(shown) - 1)]
    known = {account.id: account for account in await accounts.every(tx.session)}
    for number, one in enumerate(shown, start=first):
        account = known.get(one.document.account_id or 0)
        whose = owner(texts, account) if len(known) > 1 else None
        lines.append(_line(texts, number, one, whose, now))
    buttons = _removing(shown, first, page) if may_change else ()
    return Pressable("\n".join([*lines, "", how]), (*buttons, *_turning(total, page)))


def confirmation(texts: Texts, document: Document, page: int) -> Pressable:
    """The second step before a document is removed."""
    html = filled(texts, "knowledge.list.sure", name=named(document.name)).as_html()
    yes = KnowledgeCallback(KnowledgePress.REMOVE_YES, document.nonce, page)
    back = KnowledgeCallback(KnowledgePress.PAGE, number=page)
    row = (
        Button(texts("knowledge.button.remove_yes"), yes.pack()),
        Button(texts("knowledge.button.back"), back.pack()),
    )
    return Pressable(html, (row,))


def _line(texts: Texts, number: int, one: Listed, whose: Text | None, now: datetime) -> str:
    at = moment(one.document.changed_at, now)
    counts = {"products": one.products, "pairs": one.pairs, "texts": one.texts}
    facts: list[Text] = [] if whose is None else [whose]
    facts += [at, Text(counted(texts, counts))]
    shown = " · ".join(fact.as_html() for fact in facts)
    return f"{number}. {named(one.document.name).as_html()}\n    {shown}"


def _removing(shown: Sequence[Listed], first: int, page: int) -> Buttons:
    buttons = [
        Button(
            f"🗑 {number}",
            KnowledgeCallback(KnowledgePress.REMOVE, one.document.nonce, page).pack(),
        )
        for number, one in enumerate(shown, start=first)
    ]
    return tuple(tuple(buttons[place : place + IN_A_ROW]) for place in range(0, len(buttons), IN_A_ROW))


def _turning(total: int, page: int) -> Buttons:
    row = []
    if page > 1:
        row.append(Button("‹", KnowledgeCallback(KnowledgePress.PAGE, number=page - 1).pack()))
    if page * PAGE < total:
        row.append(Button("›", KnowledgeCallback(KnowledgePress.PAGE, number=page + 1).pack()))
    return (tuple(row),) if row else ()
