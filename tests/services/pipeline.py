"""A comment's way through the pipeline: real database, and both stand-ins over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from sqlalchemy import select, text, update

from db.engine import Database
from db.life.comment import CommentState
from db.models import Alert, Card, Classification, Comment, Draft, DraftVersion, LlmCall, Transition
from db.models.alert import AlertState
from db.repositories import comments
from sandbox.instagram import Instagram, InstagramConfig
from sandbox.llm import LanguageModel
from sandbox.server import serve
from services.answer.drafting import Drafter
from services.answer.step import AnswerStep, RegenerateStep
from services.classify.step import Classify
from services.classify.words import Words
from services.instagram.client import InstagramClient
from services.llm.gateway import Gateway
from services.llm.models import Models
from services.options import Options
from services.posts import Posts
from tests.building import OPTIONS, SUPERSEDING, TOKEN, VAULT, a_comment, an_account, people
from tests.sandbox.instagram.player import APP_SECRET, POST, VERIFY_TOKEN

READING: dict[str, Any] = {
    "category": "question",
    "confidence": 91,
    "language": "ru",
    "sentiment": "neutral",
    "reasoning": "спрашивает о цене",
    "needs_human": False,
    "injection_suspected": False,
}
ANSWER: dict[str, Any] = {
    "answerable": True,
    "reply": "Здравствуйте! Подскажем с радостью.",
    "used_ids": [],
    "needs_manager_reason": None,
}


@dataclass
class Pipeline:
    """The steps, and eyes on what they leave."""

    db: Database
    gateway: Gateway
    client: InstagramClient
    http: aiohttp.ClientSession
    llm: str
    instagram: str
    options: Options = OPTIONS

    @property
    def classify(self) -> Classify:
        words = Words(self.db, self.client, VAULT, SUPERSEDING)
        return Classify(self.db, self.gateway, self._posts, words, SUPERSEDING, self._models, self.options)

    @property
    def answer(self) -> AnswerStep:
        return AnswerStep(self.db, self._drafter, SUPERSEDING, self.options)

    @property
    def regenerate(self) -> RegenerateStep:
        return RegenerateStep(self.db, self._drafter, self.options)

    @property
    def _posts(self) -> Posts:
        return Posts(self.db, self.client, VAULT)

    @property
    def _models(self) -> Models:
        return Models("offline-stand-in", "offline-stand-in")

    @property
    def _drafter(self) -> Drafter:
        return Drafter(self.db, self.gateway, self._posts, self._models, self.options)

    async def comment(self, words: str = "Сколько стоит свеча?", **values: Any) -> Comment:
        """A customer's comment under the shop's first post, as ingest leaves it."""
        async with self.db.transaction() as tx:
            await people(tx)
            account = await an_account(tx)
            media = await comments.media(tx.session, account.id, POST, "FEED")
            given: dict[str, Any] = {"text": words, "media_id": media.id} | values
            return await a_comment(tx, account, **given)

    async def classified(self, words: str = "Сколько стоит свеча?", **values: Any) -> Comment:
        """One that has been read as a question already."""
        comment = await self.comment(words, state=CommentState.CLASSIFIED, **values)
        async with self.db.transaction() as tx:
            await comments.classify(tx.session, comment, **READING)
        return comment

    async def script(self, *answers: dict[str, Any]) -> None:
        """The next answers of the language model."""
        async with self.http.post(
            f"{self.llm}/_control/script", json={"answers": [{"content": one} for one in answers]}
        ) as answer:
            assert answer.status == 200

    async def fault(self, kind: str, *, at: str | None = None, **more: Any) -> None:
        body = {"operation": "*", "kind": kind} | more
        async with self.http.post(f"{at or self.llm}/_control/faults", json=body) as answer:
            assert answer.status == 200

    async def asked(self) -> list[Any]:
        """What the language model was sent, oldest first."""
        async with self.http.get(f"{self.llm}/_control/requests") as answer:
            return list(await answer.json())

    async def edit(self, comment: Comment, words: str) -> None:
        """The customer changes the words."""
        async with self.db.transaction() as tx:
            known = await comments.get(tx.session, comment.id)
            assert await SUPERSEDING.edited(tx, known, words)

    async def due(self) -> None:
        """Let every pause be over."""
        async with self.db.transaction() as tx:
            await tx.session.execute(update(Comment).values(next_attempt_at=None))
            await tx.session.execute(update(Draft).values(next_attempt_at=None))

    async def now(self, comment: Comment) -> Comment:
        async with self.db.transaction() as tx:
            return await comments.get(tx.session, comment.id)

    async def reading(self, comment: Comment) -> Classification | None:
        async with self.db.transaction() as tx:
            return await comments.classification(tx.session, comment.id)

    async def draft(self, comment: Comment) -> Draft | None:
        async with self.db.transaction() as tx:
            statement = select(Draft).where(Draft.comment_id == comment.id)
            return (await tx.session.execute(statement)).scalar_one_or_none()

    async def versions(self, comment: Comment) -> list[DraftVersion]:
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(
                select(DraftVersion)
                .join(Draft, Draft.id == DraftVersion.draft_id)
                .where(Draft.comment_id == comment.id)
                .order_by(DraftVersion.version)
            )
            return list(rows.scalars())

    async def cards(self) -> int:
        async with self.db.transaction() as tx:
            return len((await tx.session.execute(select(Card.id))).all())

    async def calls(self) -> list[LlmCall]:
        async with self.db.transaction() as tx:
            return list((await tx.session.execute(select(LlmCall).order_by(LlmCall.id))).scalars())

    async def alerts(self) -> dict[str, Alert]:
        """Open alerts by kind."""
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(select(Alert).where(Alert.state != AlertState.RESOLVED))
            return {alert.kind: alert for alert in rows.scalars()}

    async def jobs(self) -> list[str]:
        """Queued steps, oldest first."""
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(text("SELECT entrypoint FROM pgqueuer ORDER BY id"))
            return [row[0] for row in rows]

    async def steal(self, comment: Comment, state: CommentState) -> None:
        """Another worker takes the row as soon as this one has it in `state`."""
        async with asyncio.timeout(10):
            while (await self.now(comment)).state is not state:  # noqa: ASYNC110 - a row tells it
                await asyncio.sleep(0.01)
        async with self.db.transaction() as tx:
            await tx.session.execute(update(Comment).values(lease_token=77))

    async def way(self, comment: Comment) -> list[str]:
        """The states that the comment went through."""
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(
                select(Transition.to_state)
                .where(Transition.subject_id == comment.id, Transition.subject == "comment")
                .order_by(Transition.id)
            )
            return [row[0] for row in rows]


@asynccontextmanager
async def a_pipeline(db: Database) -> AsyncIterator[Pipeline]:
    """Everything served on loopback."""
    config = InstagramConfig(app_secret=APP_SECRET, verify_token=VERIFY_TOKEN, access_token=TOKEN)
    async with (
        serve(Instagram(config).application()) as instagram,
        serve(LanguageModel().application()) as llm,
        aiohttp.ClientSession() as http,
        InstagramClient(instagram, "v26.0") as client,
    ):
        gateway = Gateway.connect(db, api_key="key", base_url=f"{llm}/v1", style="responses")
        yield Pipeline(db, gateway, client, http, llm, instagram)
        await gateway.close()
