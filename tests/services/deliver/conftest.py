"""A deliverer between a real database, a real Valkey and Instagram's stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select, update

from db.engine import Database
from db.life.delivery import DeliveryState
from db.models import Account, Alert, Card, Comment, Delivery
from db.models.alert import AlertState
from sandbox.instagram import Instagram, InstagramConfig
from sandbox.server import serve
from services.decide.service import Decisions
from services.deliver.confirming import confirm_own
from services.deliver.sending import Deliverer
from services.instagram.client import InstagramClient
from services.limits import Limits
from services.options import Options
from services.work.sweep import Sweep
from tests.building import IVAN, OPTIONS, TOKEN, VAULT, Scene, a_scene
from tests.sandbox.instagram.player import APP_SECRET, VERIFY_TOKEN, Player

WORDS = "Свеча «Прованс» стоит 1 290 ₽."
QUICK = replace(OPTIONS, undo=timedelta(), readback_delays=(0.01, 0.01), replies_per_hour=1_000_000)
LOOKS = len(QUICK.readback_delays) + 1


@dataclass
class Post:
    """Everything around one delivery."""

    db: Database
    player: Player
    client: InstagramClient
    limits: Limits
    options: Options

    @property
    def deliverer(self) -> Deliverer:
        return Deliverer(self.db, self.client, self.limits, VAULT, self.options)

    @property
    def decisions(self) -> Decisions:
        return Decisions(self.options, b"key")

    @property
    def sweep(self) -> Sweep:
        return Sweep(self.db, self.options, self.decisions)

    async def approved(self, comment_id: str | None = None, **more: Any) -> tuple[Scene, Delivery]:
        """A customer's comment whose answer was approved a moment ago."""
        scene = await a_scene(self.db, instagram_id=comment_id or await self.player.comment(), **more)
        return scene, await self.approve(scene)

    async def approve(self, scene: Scene) -> Delivery:
        async with self.db.transaction() as tx:
            await self.decisions.approve(tx, IVAN, scene.draft.id, scene.draft.version)
        return await self.newest(scene)

    async def newest(self, scene: Scene) -> Delivery:
        async with self.db.transaction() as tx:
            return (
                await tx.session.execute(
                    select(Delivery)
                    .where(Delivery.draft_id == scene.draft.id)
                    .order_by(Delivery.id.desc())
                    .limit(1)
                )
            ).scalar_one()

    async def now(self, delivery: Delivery) -> Delivery:
        """The delivery as it is."""
        async with self.db.transaction() as tx:
            return (await tx.session.execute(select(Delivery).where(Delivery.id == delivery.id))).scalar_one()

    async def work(self, delivery: Delivery) -> Delivery:
        """One attempt, whatever pause was asked for before it."""
        await self.set(delivery, next_attempt_at=None)
        await self.deliverer(delivery.id)
        return await self.now(delivery)

    async def work_until_settled(self, delivery: Delivery) -> Delivery:
        """Attempts until nothing is planned any more; more than twenty are a failure."""
        for _attempt in range(20):
            found = await self.work(delivery)
            if found.state is not DeliveryState.PLANNED:
                return found
        raise AssertionError("the delivery never settles")

    async def set(self, delivery: Delivery, **values: Any) -> None:
        async with self.db.transaction() as tx:
            await tx.session.execute(update(Delivery).where(Delivery.id == delivery.id).values(**values))

    async def fault(self, kind: str, operation: str = "reply", **more: Any) -> None:
        await self.player.control("faults", {"operation": operation, "kind": kind, **more})

    async def replies(self) -> list[tuple[str | None, str | None]]:
        """What stands on Instagram by our hand: comment and words."""
        return [(about, text) for effect, about, text in await self.player.ledger() if effect == "reply"]

    async def comment(self, scene: Scene) -> Comment:
        async with self.db.transaction() as tx:
            return (
                await tx.session.execute(select(Comment).where(Comment.id == scene.comment.id))
            ).scalar_one()

    async def account(self, scene: Scene) -> Account:
        async with self.db.transaction() as tx:
            return (
                await tx.session.execute(select(Account).where(Account.id == scene.account.id))
            ).scalar_one()

    async def wanted_rev(self, scene: Scene) -> int:
        async with self.db.transaction() as tx:
            return (
                await tx.session.execute(select(Card.wanted_rev).where(Card.id == scene.card.id))
            ).scalar_one()

    async def alerts(self, kind: str) -> list[Alert]:
        """Open alerts of a kind."""
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(
                select(Alert).where(Alert.kind == kind, Alert.state != AlertState.RESOLVED)
            )
            return list(rows.scalars())

    async def echo(self, scene: Scene, external_id: str, text: str = WORDS) -> Delivery | None:
        """Our own words come back by webhook."""
        async with self.db.transaction() as tx:
            account = await tx.session.get_one(Account, scene.account.id)
            return await confirm_own(
                tx, account, thread=scene.comment.thread, external_id=external_id, text=text
            )

    async def seconds_to_wait(self, delivery: Delivery) -> float:
        """How long the delivery waits from now, by the database's clock."""
        async with self.db.transaction() as tx:
            left = await tx.session.scalar(
                select(func.extract("epoch", Delivery.next_attempt_at - func.now())).where(
                    Delivery.id == delivery.id
                )
            )
        assert left is not None
        return float(left)


@pytest.fixture
def instagram() -> Instagram:
    return Instagram(InstagramConfig(app_secret=APP_SECRET, verify_token=VERIFY_TOKEN, access_token=TOKEN))


@pytest.fixture
async def post(db: Database, redis_url: str, instagram: Instagram) -> AsyncIterator[Post]:
    limits = Limits(redis_url)
    async with (
        serve(instagram.application()) as base,
        aiohttp.ClientSession() as session,
        InstagramClient(base, "v26.0") as client,
    ):
        yield Post(db, Player(session, base), client, limits, QUICK)
    await limits.close()
