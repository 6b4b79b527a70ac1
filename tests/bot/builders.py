"""Rows to begin a story with, and the stand-in of Telegram that it plays in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards.callbacks import Callback, Press
from db.engine import Database
from db.life.comment import CommentState
from db.life.draft import DraftState
from db.models import Account, Card, Comment, Draft
from db.models.comment import Category, CommentKind, Sentiment
from db.models.draft import DraftOrigin
from db.models.manager import Role
from db.repositories import accounts, cards, comments, drafts, managers
from sandbox.telegram import Person, TelegramConfig

TOKEN = "700100200:AAtest-token_of_the_stand-in"
OLGA = Person(501, "Ольга", "olga_owner")
IVAN = Person(5_000_000_502, "Ivan", "ivan_m", "en")  # beyond 2³¹, as new accounts are
MARIA = Person(503, "Мария", "maria")
STRANGER = Person(666, "Чужой", "stranger")
ROLES = {OLGA: Role.OWNER, IVAN: Role.MANAGER, MARIA: Role.MANAGER}


def a_config() -> TelegramConfig:
    """A group of its own for every test: the limits of a chat are counted in a shared Valkey."""
    chat_id = -1_000_000_000_000 - secrets.randbelow(10**10) - 1
    return TelegramConfig(TOKEN, "shop_bot", chat_id, "Менеджеры", (OLGA, IVAN, MARIA), STRANGER)


@dataclass(frozen=True, slots=True)
class Seed:
    """One card and what it is about, as it was made."""

    account: Account
    comment: Comment
    draft: Draft
    card: Card

    def data(self, press: Press, version: int = 1) -> str:
        """What the card's button carries."""
        return Callback(press, self.card.nonce, version).pack()


async def appoint(db: Database) -> None:
    """Make the people of the story managers."""
    async with db.transaction() as tx:
        for person, role in ROLES.items():
            await managers.appoint(tx.session, person.id, role)
            await managers.change(
                tx.session,
                person.id,
                name=person.name,
                username=person.username,
                locale=person.language_code,
            )


async def an_account(
    db: Database, chat_id: int | None, username: str = "shop_main", **values: Any
) -> Account:
    """A connected account whose cards go to `chat_id`."""
    async with db.transaction() as tx:
        return await accounts.connect(
            tx.session, f"1784{username}", username=username, chat_id=chat_id, locale="ru", **values
        )


async def a_card(
    db: Database,
    chat_id: int,
    message_id: int | None = None,
    *,
    account: Account | None = None,
    kind: CommentKind = CommentKind.COMMENT,
    text: str = "Сколько стоит доставка?",
    parent: str | None = None,
    category: Category | None = Category.QUESTION,
    answer: str | None = "Доставка бесплатная.",
    flags: Sequence[dict[str, str]] = (),
    state: DraftState = DraftState.PENDING,
    thread_id: int | None = None,
    **draft_values: Any,
) -> Seed:
    """A comment that waits on a card, with the model's text as version 1 (without `answer`: version 0)."""
    account = account or await an_account(db, chat_id)
    instagram_id = f"1800{secrets.randbelow(10**12)}"
    async with db.transaction() as tx:
        media = await comments.media(tx.session, account.id, f"m{instagram_id}", "FEED")
        comment = await comments.add(
            tx.session,
            account_id=account.id,
            kind=kind,
            instagram_id=instagram_id,
            parent_instagram_id=parent,
            thread=parent or instagram_id,
            media_id=media.id,
            author_username="anna_k",
            text=text,
            state=CommentState.WAITING,
        )
        assert comment is not None
        if category is not None:
            await comments.classify(
                tx.session,
                comment,
                category=category,
                confidence=90,
                language="ru",
                sentiment=Sentiment.NEUTRAL,
                reasoning="a question",
                needs_human=False,
                injection_suspected=False,
            )
        draft = await drafts.open_for(
            tx.session, comment, version=1 if answer else 0, state=state, **draft_values
        )
        if answer:
            await drafts.add_version(
                tx.session,
                draft,
                1,
                text=answer,
                language="ru",
                origin=DraftOrigin.MODEL,
                flags=list(flags),
            )
        card = await cards.want(tx.session, draft, chat_id, thread_id)
        await cards.change(tx.session, card.id, message_id=message_id, rendered_rev=card.wanted_rev)
        return Seed(account, comment, draft, card)
