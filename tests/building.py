"""Rows for tests, made through the product's own repositories."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.models import Account, Card, Comment, Draft, DraftVersion
from db.models.comment import Category, CommentKind, Sentiment
from db.models.draft import DraftOrigin
from db.models.manager import Role
from db.repositories import accounts, cards, comments, drafts, managers
from services.decide.outcome import Actor
from services.decide.superseding import Superseding
from services.ingest.envelope import split
from services.ingest.inbox import Inbox
from services.ingest.process import Ingest
from services.options import Options
from services.vault import Vault

KEY = Fernet.generate_key().decode()
VAULT = Vault([KEY])
TOKEN = "IGAAtesttoken0123456789"
CHAT_ID = -1_002_000_000_001
OPTIONS = Options(chat_id=CHAT_ID)
SUPERSEDING = Superseding(OPTIONS, b"a key of the audit")

OLGA = Actor(501, "Ольга", Role.SENIOR)
IVAN = Actor(502, "Иван", Role.MANAGER)
ANNA = Actor(503, "Anna", Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Scene:
    """A comment that waits on a card."""

    account: Account
    comment: Comment
    draft: Draft
    version: DraftVersion | None
    card: Card


async def an_account(tx: Transaction, instagram_id: str = "17841400000000001", **values: Any) -> Account:
    """A connected account with a valid token and a chat."""
    given: dict[str, Any] = {
        "username": "lavanda_home",
        "chat_id": CHAT_ID,
        "locale": "ru",
        "token_encrypted": VAULT.seal(TOKEN),
    }
    return await accounts.connect(tx.session, instagram_id, **(given | values))


async def people(tx: Transaction) -> None:
    """Olga, Ivan and Anna."""
    for actor in (OLGA, IVAN, ANNA):
        assert actor.id is not None
        await managers.appoint(tx.session, actor.id, actor.role)
        await managers.change(tx.session, actor.id, name=actor.name)


async def a_comment(
    tx: Transaction, account: Account, instagram_id: str = "18100000000000001", **values: Any
) -> Comment:
    """A customer's question."""
    given: dict[str, Any] = {
        "kind": CommentKind.COMMENT,
        "thread": instagram_id,
        "text": "Сколько стоит свеча «Прованс»?",
        "author_instagram_id": "900000000000001",
        "author_username": "anna_k",
    }
    comment = await comments.add(
        tx.session, account_id=account.id, instagram_id=instagram_id, **(given | values)
    )
    assert comment is not None
    return comment


async def classified(tx: Transaction, comment: Comment, **values: Any) -> None:
    """A reading of the comment."""
    given: dict[str, Any] = {
        "category": Category.QUESTION,
        "confidence": 90,
        "language": "ru",
        "sentiment": Sentiment.NEUTRAL,
        "reasoning": "спрашивает о цене",
        "needs_human": False,
        "injection_suspected": False,
    }
    await comments.classify(tx.session, comment, **(given | values))


async def a_scene(
    db: Database,
    *,
    text: str | None = "Свеча «Прованс» стоит 1 290 ₽.",
    flags: list[dict[str, str]] | None = None,
    instagram_id: str = "18100000000000001",
    message_id: int | None = 100,
    comment_values: dict[str, Any] | None = None,
    draft_values: dict[str, Any] | None = None,
) -> Scene:
    """A question with a draft (version 1, or none) on a card in the managers' chat."""
    async with db.transaction() as tx:
        await people(tx)
        account = await accounts.find(tx.session, "17841400000000001") or await an_account(tx)
        values = {"state": CommentState.WAITING} | (comment_values or {})
        comment = await a_comment(tx, account, instagram_id, **values)
        await classified(tx, comment)
        given = {"version": 1 if text else 0} | (draft_values or {})
        draft = await drafts.open_for(tx.session, comment, **given)
        version = None
        if text:
            version = await drafts.add_version(
                tx.session,
                draft,
                1,
                text=text,
                language="ru",
                origin=DraftOrigin.MODEL,
                sources=[{"id": "k1", "title": "Свеча «Прованс»"}],
                flags=flags or [],
            )
        card = await cards.want(tx.session, draft, CHAT_ID)
        await cards.change(tx.session, card.id, message_id=message_id, rendered_rev=card.wanted_rev)
        card = await cards.get(tx.session, card.id) or card
        return Scene(account, comment, draft, version, card)


async def receive(db: Database, *bodies: bytes) -> None:
    """Webhook bodies, stored each by itself."""
    inbox = Inbox(db)
    running = asyncio.create_task(inbox.run())
    for body in bodies:
        await inbox.store(split(body, now=datetime.now(UTC)))
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def arrive(db: Database, *bodies: bytes) -> None:
    """Webhook bodies, stored and processed."""
    await receive(db, *bodies)
    await Ingest(db, SUPERSEDING)()
