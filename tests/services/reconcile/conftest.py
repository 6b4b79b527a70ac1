"""A comparison between a real database and Instagram's stand-in, whose clock the product shares."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select, text, update

from db.engine import Database
from db.life.comment import CommentState
from db.models import Account, Alert, Comment, Event
from db.models.alert import AlertState
from sandbox.instagram import Instagram, InstagramConfig
from sandbox.server import serve
from services.accounts.subscribing import Subscriptions
from services.decide.superseding import Superseding
from services.ingest.process import Ingest
from services.instagram.client import InstagramClient
from services.reconcile.round import Round
from services.reconcile.step import Bounds, Reconcile
from tests.building import OPTIONS, TOKEN, VAULT, an_account, receive
from tests.sandbox.instagram.player import APP_SECRET, POST, VERIFY_TOKEN, Player, Receiver

AT_ONCE = Bounds(late=timedelta())
"""Comments count as missed as soon as they are written."""


@dataclass
class Shop:
    """The account on both sides: what Instagram shows, and what we hold."""

    db: Database
    instagram: Instagram
    player: Player
    client: InstagramClient
    account_id: int
    ahead: timedelta = timedelta()
    """How far the product's clock is ahead of the stand-in's."""
    _shown: int = field(default=0)

    def now(self) -> datetime:
        return self.instagram.clock.now() + self.ahead

    def step(self, bounds: Bounds = AT_ONCE) -> Reconcile:
        subscriptions = Subscriptions(self.db, self.client, VAULT, None)
        return Reconcile(self.db, self.client, VAULT, subscriptions, bounds, self.now)

    async def reconcile(self, bounds: Bounds = AT_ONCE) -> None:
        """One run, and what it brought in is processed."""
        await self.step(bounds)(self.account_id)
        await self.ingest()

    async def ingest(self) -> None:
        await Ingest(self.db, Superseding(OPTIONS, b"key"))()

    async def write(self, number: int, media_id: str = POST, **more: str) -> list[str]:
        """So many comments on Instagram, of which no webhook tells."""
        ids = []
        for _comment in range(number):
            self._shown += 1
            ids.append(await self.player.comment(f"Вопрос {self._shown}", media_id, **more))
        return ids

    def days_ago(self, days: float) -> str:
        return (self.now() - timedelta(days=days)).isoformat()

    async def account(self) -> Account:
        async with self.db.transaction() as tx:
            return (
                await tx.session.execute(select(Account).where(Account.id == self.account_id))
            ).scalar_one()

    async def set(self, **values: Any) -> None:
        async with self.db.transaction() as tx:
            await tx.session.execute(update(Account).where(Account.id == self.account_id).values(**values))

    async def round(self) -> Round:
        return Round.of(await self.account())

    async def comments(self, *, own: bool = False) -> list[str]:
        """Ids of what we hold, each as often as we hold it."""
        state = Comment.state == CommentState.OWN
        async with self.db.transaction() as tx:
            return sorted(
                await tx.session.scalars(select(Comment.instagram_id).where(state if own else ~state))
            )

    async def comment(self, comment_id: str) -> Comment:
        async with self.db.transaction() as tx:
            return (
                await tx.session.execute(select(Comment).where(Comment.instagram_id == comment_id))
            ).scalar_one()

    async def event(self, comment_id: str) -> Event:
        async with self.db.transaction() as tx:
            return (
                await tx.session.execute(select(Event).where(Event.identity == f"comment:{comment_id}"))
            ).scalar_one()

    async def number(self, of: type[Comment | Event]) -> int:
        async with self.db.transaction() as tx:
            return await tx.session.scalar(select(func.count()).select_from(of)) or 0

    async def alerts(self) -> dict[str, Alert]:
        """Open alerts by kind."""
        async with self.db.transaction() as tx:
            rows = await tx.session.scalars(select(Alert).where(Alert.state != AlertState.RESOLVED))
            return {alert.kind: alert for alert in rows}

    async def jobs(self) -> list[tuple[str, str | None]]:
        """Queued steps with their keys."""
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(text("SELECT entrypoint, dedupe_key FROM pgqueuer ORDER BY id"))
            return [(row[0], row[1]) for row in rows]

    async def fault(self, kind: str, operation: str, **more: Any) -> None:
        await self.player.control("faults", {"operation": operation, "kind": kind, **more})

    async def deliveries(self, *states: str) -> list[bytes]:
        """Bodies of webhooks with which it went so."""
        told = await self.player.control("deliveries", method="GET")
        return [one["body"].encode() for one in told if one["state"] in states]

    async def arrives(self, bodies: Iterable[bytes]) -> None:
        await receive(self.db, *bodies)
        await self.ingest()


def both(*groups: Sequence[str]) -> list[str]:
    return sorted(one for group in groups for one in group)


@pytest.fixture
def instagram() -> Instagram:
    return Instagram(InstagramConfig(app_secret=APP_SECRET, verify_token=VERIFY_TOKEN, access_token=TOKEN))


@pytest.fixture
async def shop(db: Database, instagram: Instagram) -> AsyncIterator[Shop]:
    async with db.transaction() as tx:
        account = await an_account(tx, created_at=instagram.clock.now() - timedelta(hours=1))
    async with (
        serve(instagram.application()) as base,
        aiohttp.ClientSession() as session,
        InstagramClient(base, "v26.0") as client,
    ):
        yield Shop(db, instagram, Player(session, base), client, account.id)


@pytest.fixture
async def receiver(instagram: Instagram) -> AsyncIterator[Receiver]:
    """An address that takes every webhook."""
    receiver = Receiver()
    async with serve(receiver.application()) as base:
        receiver.url = instagram.webhook_url = f"{base}/hook"
        yield receiver
