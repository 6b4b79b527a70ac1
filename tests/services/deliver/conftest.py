"""A deliverer between a real database, a real Valkey and Instagram's stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select, text, update

from db.engine import Database
from db.life.delivery import DeliveryState
from db.models import Account, Alert, Card, Comment, Delivery
from db.models.account import TokenState
from db.models.alert import AlertState
from db.models.comment import CommentKind
from db.repositories import accounts, comments
from sandbox.instagram import Instagram, InstagramConfig
from sandbox.server import serve
from services.decide.service import Decisions
from services.decide.superseding import Superseding
from services.deliver.confirming import confirm_own
from services.deliver.sending import Deliverer
from services.instagram.access import Access
from services.instagram.client import InstagramClient
from services.limits import Limits
from services.options import Options
from services.tokens.invalid import token_works
from services.work.sweep import Sweep
from tests.building import IVAN, OPTIONS, TOKEN, VAULT, Scene, a_scene
from tests.sandbox.instagram.player import ACCOUNT, APP_SECRET, LIVE, POST, VERIFY_TOKEN, Player

OF_MESSAGES = frozenset({CommentKind.MESSAGE, CommentKind.STORY_REPLY})
WORDS = "Свеча «Прованс» стоит 1 290 ₽."
QUICK = replace(
    OPTIONS,
    undo=timedelta(),
    readback_delays=(0.01, 0.01),
    replies_per_hour=1_000_000,
    private_replies_per_hour=1_000_000,
)
LOOKS = len(QUICK.readback_delays) + 1
ACCESS = Access(TOKEN, ACCOUNT)


@dataclass
class Post:
    """Everything around one delivery."""

    db: Database
    instagram: Instagram
    player: Player
    client: InstagramClient
    limits: Limits
    options: Options

    @property
    def deliverer(self) -> Deliverer:
        superseding = Superseding(self.options, b"key")
        return Deliverer(self.db, self.client, self.limits, VAULT, self.options, superseding)

    @property
    def decisions(self) -> Decisions:
        return Decisions(self.options, b"key")

    @property
    def sweep(self) -> Sweep:
        return Sweep(self.db, self.options, self.decisions)

    async def happens(self, kind: CommentKind = CommentKind.COMMENT, **more: Any) -> str:
        """A customer's words on Instagram; their id."""
        match kind:
            case CommentKind.COMMENT:
                return await self.player.comment(**more)
            case CommentKind.LIVE_COMMENT:
                return await self.player.comment(media_id=LIVE, **more)
            case CommentKind.MENTION:
                body = {"username": "anna_k", "text": "@lavanda_home смотрите!"} | more
                told = await self.player.control("mentions", body)
                return str(told["id"] or told["media_id"])
            case CommentKind.MESSAGE | CommentKind.STORY_REPLY:
                body = {"username": "anna_k", "text": "Есть в наличии?"} | more
                return str((await self.player.control("messages", body))["id"])

    async def scene(
        self,
        comment_id: str | None = None,
        *,
        kind: CommentKind = CommentKind.COMMENT,
        comment_values: dict[str, Any] | None = None,
        **more: Any,
    ) -> Scene:
        """What happened on Instagram, on a card: as ingest leaves it."""
        comment_id = comment_id or await self.happens(kind)
        values = self._values(kind, comment_id) | (comment_values or {})
        post = values.pop("post")
        scene = await a_scene(self.db, instagram_id=comment_id, comment_values=values, **more)
        if post is not None:
            async with self.db.transaction() as tx:
                media = await comments.media(tx.session, scene.account.id, post, None)
                await comments.change(tx.session, scene.comment.id, media_id=media.id)
        return scene

    def _values(self, kind: CommentKind, comment_id: str) -> dict[str, Any]:
        state = self.instagram.account.state
        message = state.messages.get(comment_id)
        if message is not None:
            return {
                "kind": kind,
                "text": message.text,
                "thread": f"dm:{message.person.id}",
                "author_instagram_id": message.person.id,
                "author_username": None,
                "written_at": message.at,
                "post": None,
            }
        comment = state.comments.get(comment_id)
        if comment is None:  # a caption, or a test's invention
            known = comment_id if kind is CommentKind.MENTION else POST
            return {"kind": kind, "post": known}
        return {
            "kind": kind,
            "text": comment.text,
            "thread": comment.top.id,
            "parent_instagram_id": comment.parent.id if comment.parent else None,
            "author_instagram_id": comment.author.id,
            "author_username": comment.author.username,
            "written_at": comment.at,
            "post": comment.media.id,
        }

    async def approved(self, comment_id: str | None = None, **more: Any) -> tuple[Scene, Delivery]:
        """A customer's words whose answer was approved a moment ago."""
        scene = await self.scene(comment_id, **more)
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

    def knows(self, comment_id: str) -> bool:
        """Whether the comment still stands on Instagram."""
        return comment_id in self.instagram.account.state.comments

    async def by_hand(self, action: str, comment_id: str, text: str | None = None) -> str:
        """Somebody of the shop does it in the Instagram app."""
        body = {"action": action, "comment_id": comment_id, "text": text}
        told = await self.player.control("app", {name: value for name, value in body.items() if value})
        return str(told["id"])

    async def change_account(self, scene: Scene, **values: Any) -> None:
        async with self.db.transaction() as tx:
            await accounts.change(tx.session, scene.account.id, **values)

    async def jobs(self, step: str) -> int:
        """How many jobs of a step are queued."""
        async with self.db.transaction() as tx:
            found = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = :step")
            return int(await tx.session.scalar(found, {"step": step}) or 0)

    async def token_works(self, scene: Scene) -> None:
        """What the check of tokens does when Instagram takes one again."""
        async with self.db.transaction() as tx:
            await token_works(tx, await accounts.get(tx.session, scene.account.id))
            await accounts.change(tx.session, scene.account.id, token_state=TokenState.VALID)

    async def said(self) -> list[tuple[str, str | None]]:
        """Every effect of ours on Instagram: what, and the words."""
        return [(effect, text) for effect, _about, text in await self.player.ledger()]

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

    async def echo(
        self, scene: Scene, external_id: str, text: str = WORDS, written_at: datetime | None = None
    ) -> Delivery | None:
        """Our own words come back by webhook; private ones in the conversation with the person."""
        thread = scene.comment.thread
        if scene.comment.kind is CommentKind.LIVE_COMMENT:
            thread = f"dm:{scene.comment.author_instagram_id}"
        async with self.db.transaction() as tx:
            account = await tx.session.get_one(Account, scene.account.id)
            return await confirm_own(
                tx, account, thread=thread, external_id=external_id, text=text, written_at=written_at
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
        yield Post(db, instagram, Player(session, base), client, limits, QUICK)
    await limits.close()
