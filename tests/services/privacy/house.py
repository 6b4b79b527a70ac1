"""An installation with customers in it: real tables, and both neighbours over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from sqlalchemy import select, text, update

from bot.cards.drawing import CardDrawer
from bot.connect import connect
from bot.outgoing import Outgoing
from bot.updates.effects import AskForText, Effects
from bot.updates.performing import Performer
from db.engine import Database
from db.life.comment import CommentState
from db.models import Account, Card, Comment, Delivery, Draft, Erasure, Event
from db.models.draft import DraftOrigin
from db.models.privacy import ErasureSource
from db.repositories import cards, drafts, moves
from sandbox.instagram import Instagram, InstagramConfig
from sandbox.server import serve
from sandbox.telegram import Telegram
from services.cards import show
from services.decide.service import Decisions
from services.decide.superseding import Superseding
from services.deliver.sending import Deliverer
from services.ingest.process import Ingest
from services.instagram.client import InstagramClient
from services.limits import Limits
from services.options import Options
from services.privacy.callbacks import Callbacks
from services.privacy.erasing import Erase
from services.privacy.pseudonyms import Pseudonyms
from services.privacy.requests import Requests
from services.privacy.retention import Purge
from services.privacy.tombstones import Tombstones
from tests.bot.builders import TOKEN as BOT_TOKEN
from tests.bot.builders import a_config
from tests.bot.conftest import closed
from tests.building import IVAN, OPTIONS, TOKEN, VAULT, an_account, classified, people, receive
from tests.sandbox.instagram.player import ACCOUNT, APP_SECRET, POST, VERIFY_TOKEN, Player

ANNA_ID, ANNA = "900000000000777", "anna_k.1990"
BORIS_ID, BORIS = "900000000000888", "boris"
PSEUDONYMS = Pseudonyms([b"a key of pseudonyms", b"the former one"])
TOMBSTONES = Tombstones(PSEUDONYMS)
REQUESTS = Requests(VAULT, PSEUDONYMS)
CALLBACKS = Callbacks(REQUESTS, PSEUDONYMS)
AGO = timedelta(minutes=10)

QUICK = replace(
    OPTIONS,
    undo=timedelta(),
    readback_delays=(0.01, 0.01),
    replies_per_hour=1_000_000,
    private_replies_per_hour=1_000_000,
)


def webhook(
    comment_id: str,
    words: str,
    *,
    by: tuple[str | None, str | None] = (ANNA_ID, ANNA),
    parent: str | None = None,
    account: str = ACCOUNT,
    at: datetime | None = None,
) -> bytes:
    """A comment as Meta delivers it, sent ten minutes ago."""
    author = {name: value for name, value in zip(("id", "username"), by, strict=True) if value}
    value: dict[str, Any] = {
        "id": comment_id,
        "text": words,
        "from": author,
        "media": {"id": POST, "media_product_type": "FEED"},
    }
    if parent is not None:
        value["parent_id"] = parent
    sent = int((at or datetime.now(UTC) - AGO).timestamp())
    entry = {"id": account, "time": sent, "changes": [{"field": "comments", "value": value}]}
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


def message(mid: str, words: str, *, by: str = ANNA_ID, to: str = ACCOUNT, echo: bool = False) -> bytes:
    """A direct message, or our own one coming back."""
    sent = int((datetime.now(UTC) - AGO).timestamp() * 1000)
    inside: dict[str, Any] = {"mid": mid, "text": words} | ({"is_echo": True} if echo else {})
    item = {"sender": {"id": by}, "recipient": {"id": to}, "timestamp": sent, "message": inside}
    return json.dumps(
        {"object": "instagram", "entry": [{"id": ACCOUNT, "time": sent, "messaging": [item]}]}
    ).encode()


@dataclass
class House:
    """The steps, and eyes on what they leave."""

    db: Database
    player: Player
    client: InstagramClient
    limits: Limits
    options: Options
    drawer: CardDrawer
    performer: Performer
    http: aiohttp.ClientSession
    telegram: str

    @property
    def decisions(self) -> Decisions:
        return Decisions(self.options, b"key")

    @property
    def superseding(self) -> Superseding:
        return Superseding(self.options, b"key")

    @property
    def deliverer(self) -> Deliverer:
        return Deliverer(self.db, self.client, self.limits, VAULT, self.options, self.superseding)

    @property
    def purge(self) -> Purge:
        return Purge(self.db, PSEUDONYMS, self.options)

    def erase(self, settling: timedelta = timedelta()) -> Erase:
        return Erase(self.db, VAULT, PSEUDONYMS, self.superseding, settling=settling)

    async def account(self, instagram_id: str = ACCOUNT, **values: Any) -> Account:
        async with self.db.transaction() as tx:
            await people(tx)
            return await an_account(tx, instagram_id, **({"chat_id": self.options.chat_id} | values))

    async def arrive(self, *bodies: bytes) -> None:
        """Bodies of webhooks, stored and processed; the stand-in knows the comments too."""
        for body in bodies:
            await self.player.control("import", json.loads(body))
        await receive(self.db, *bodies)
        await Ingest(self.db, self.superseding, TOMBSTONES)()

    async def comment(self, instagram_id: str) -> Comment:
        async with self.db.transaction() as tx:
            return (
                await tx.session.execute(select(Comment).where(Comment.instagram_id == instagram_id))
            ).scalar_one()

    async def draft(self, instagram_id: str) -> Draft:
        comment = await self.comment(instagram_id)
        async with self.db.transaction() as tx:
            draft = await drafts.for_comment(tx.session, comment.id)
        assert draft is not None
        return draft

    async def drafted(self, instagram_id: str, *texts: str, **values: Any) -> Draft:
        """The comment was read, and waits on a card with the last of `texts`."""
        comment = await self.comment(instagram_id)
        async with self.db.transaction() as tx:
            await classified(tx, comment, reasoning=f"says: {comment.text}")
            for state in (CommentState.CLASSIFYING, CommentState.CLASSIFIED, CommentState.WAITING):
                await moves.move(tx.session, Comment, comment.id, state, note=f"of {comment.author_username}")
            draft = await drafts.open_for(tx.session, comment, version=len(texts), **values)
            for number, words in enumerate(texts, 1):
                await drafts.add_version(
                    tx.session, draft, number, text=words, language="ru", origin=DraftOrigin.MODEL
                )
            card = await show(tx, draft)
        assert card is not None
        await self.drawer(card.id)
        return draft

    async def approved(self, instagram_id: str) -> Delivery:
        """A manager approves what the card shows."""
        draft = await self.draft(instagram_id)
        async with self.db.transaction() as tx:
            outcome = await self.decisions.approve(tx, IVAN, draft.id, draft.version)
            assert outcome.done, outcome
            found = await tx.session.execute(
                select(Delivery).where(Delivery.draft_id == draft.id).order_by(Delivery.id.desc()).limit(1)
            )
            return found.scalar_one()

    async def sent(self, instagram_id: str) -> str:
        """Approved, and published on Instagram; the id of our reply there."""
        delivery = await self.approved(instagram_id)
        await self.deliverer(delivery.id)
        await self.draw()
        async with self.db.transaction() as tx:
            now = await tx.session.get_one(Delivery, delivery.id)
        assert now.external_id is not None, now.state
        return now.external_id

    async def asked_for_text(self, instagram_id: str, quoting: str) -> int:
        """The bot asks a manager for a new text, quoting the draft; the message's id."""
        draft = await self.draft(instagram_id)
        assert IVAN.id is not None
        ask = AskForText(self.options.chat_id, quoting, "", draft.id, IVAN.id, draft.version)
        effects = Effects()
        effects.add(ask)
        await self.performer.carry_out(effects)
        return int((await self.messages())[-1]["message_id"])

    async def ask(self, **values: Any) -> Erasure:
        """Somebody asks for an erasure."""
        async with self.db.transaction() as tx:
            return await REQUESTS.person(tx, ErasureSource.COMMAND, **values)

    async def erased(self, **values: Any) -> Erasure:
        """Asked for and carried out, cards included."""
        erasure = await self.ask(**values)
        return await self.carried_out(erasure)

    async def carried_out(self, erasure: Erasure) -> Erasure:
        await self.erase()(erasure.id)
        await self.draw()
        async with self.db.transaction() as tx:
            return await tx.session.get_one(Erasure, erasure.id)

    async def draw(self) -> None:
        """Every card that is not right."""
        async with self.db.transaction() as tx:
            await tx.session.execute(update(Card).values(next_attempt_at=None))
            stale = await cards.stale(tx.session)
        for card in stale:
            await self.drawer(card.id)

    async def messages(self) -> list[dict[str, Any]]:
        """What stands in the managers' chat."""
        async with self.http.get(f"{self.telegram}/_control/messages") as answer:
            found: list[dict[str, Any]] = await answer.json()
            return found

    async def card_text(self, instagram_id: str) -> str:
        draft = await self.draft(instagram_id)
        async with self.db.transaction() as tx:
            card = await cards.of_draft(tx.session, draft.id)
        assert card is not None
        [shown] = [one for one in await self.messages() if one["message_id"] == card.message_id]
        return json.dumps(
            [shown["text"], shown.get("entities"), shown.get("reply_markup")], ensure_ascii=False
        )

    async def events(self) -> list[Event]:
        async with self.db.transaction() as tx:
            return list((await tx.session.execute(select(Event).order_by(Event.id))).scalars())

    async def all_comments(self) -> list[Comment]:
        async with self.db.transaction() as tx:
            return list((await tx.session.execute(select(Comment).order_by(Comment.id))).scalars())

    async def places(self, *traces: str) -> list[str]:
        """Every column of every table with one of `traces` in it, whatever the tables are."""
        found: list[str] = []
        async with self.db.transaction() as tx:
            tables = await tx.session.execute(
                text(
                    "SELECT table_name FROM information_schema.tables"
                    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"
                )
            )
            for (table,) in tables.all():
                columns = await tx.session.execute(
                    text(
                        f'SELECT DISTINCT part.key, trace FROM "{table}" AS one,'
                        " jsonb_each_text(to_jsonb(one)) AS part, unnest(CAST(:traces AS text[])) AS trace"
                        " WHERE position(lower(trace) in lower(part.value)) > 0"
                    ),
                    {"traces": list(traces)},
                )
                found += [f"{table}.{column}: {trace}" for column, trace in columns]
        return found


@asynccontextmanager
async def a_house(db: Database, redis_url: str) -> AsyncIterator[House]:
    """Everything served on loopback, with one connected account."""
    config = a_config()
    options = replace(QUICK, chat_id=config.chat_id)
    limits = Limits(redis_url)
    instagram = Instagram(
        InstagramConfig(app_secret=APP_SECRET, verify_token=VERIFY_TOKEN, access_token=TOKEN)
    )
    async with (
        serve(instagram.application()) as graph,
        serve(Telegram(config).application()) as telegram,
        aiohttp.ClientSession() as http,
        InstagramClient(graph, "v26.0") as client,
    ):
        bot = connect(BOT_TOKEN, telegram)
        outgoing = Outgoing(bot, limits, 6000)
        house = House(
            db,
            Player(http, graph),
            client,
            limits,
            options,
            CardDrawer(db, outgoing, options),
            Performer(db, outgoing, options),
            http,
            telegram,
        )
        await house.account()
        yield house
        await closed(bot)
    await limits.close()
