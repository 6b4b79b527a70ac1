"""The handler of `Step.CLASSIFY`: claim, ask, fenced save, and on by the policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never

import structlog

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.models import Account, Comment, LlmCall, Media
from db.models.comment import Category
from db.models.llm_call import CallOutcome, Purpose
from db.queue import Job, Step
from db.repositories import accounts, comments, moves
from services.classify.reading import Classification, settled_by_rules
from services.classify.routing import Handling, route
from services.context import comment_part, post_part, thread_part
from services.llm.gateway import Gateway
from services.llm.models import Models, llm_failed, llm_works, pause_after
from services.llm.port import LlmError, Question
from services.opening import dead_letter, open_card
from services.options import Options
from services.posts import Posts
from services.prompts import CLASSIFY, prompt
from services.work.lease import kept

log = structlog.get_logger(__name__)


OUTAGE_PAUSE = timedelta(minutes=5)


class Classify:
    """Understands one comment."""

    def __init__(
        self, db: Database, gateway: Gateway, posts: Posts, models: Models, options: Options
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._posts = posts
        self._models = models
        self._options = options

    async def __call__(self, comment_id: int | None) -> None:
        """Work on one comment once; what is not due, or in other hands, is left alone."""
        async with self._db.transaction() as tx:
            comment = await moves.claim(
                tx.session,
                Comment,
                comment_id or 0,
                CommentState.CLASSIFYING,
                lease=self._options.lease,
            )
            if comment is None:
                return
            account = await accounts.get(tx.session, comment.account_id)
            thread = await comments.thread(tx.session, comment)
        async with kept(self._db, comment, self._options.lease):
            media = await self._posts.of(comment, account)
            reading = settled_by_rules(comment.text)
            if reading is not None:
                await self._save(comment, account, reading, None)
                return
            try:
                completion = await self._gateway.complete(
                    self._question(comment, account, thread, media),
                    Classification,
                    account_id=account.id,
                    comment_id=comment.id,
                )
            except LlmError as error:
                await self._failed(comment, account, error)
                return
            await self._save(comment, account, completion.parsed, completion.call)

    def _question(
        self, comment: Comment, account: Account, thread: Sequence[Comment], media: Media | None
    ) -> Question:
        instructions = prompt(CLASSIFY)
        return Question(
            purpose=Purpose.CLASSIFY,
            model=self._models.classify,
            instructions=instructions.text,
            prompt_version=instructions.version,
            stable={"business": {"handle": account.username}},
            variable={
                "task": "classify",
                "comment": comment_part(comment),
                "post": post_part(media),
                "thread": thread_part(comment, thread, account),
            },
            schema=Classification,
            timeout=self._options.classify_timeout,
            cache_key=f"{account.instagram_id}:{instructions.version}",
        )

    async def _save(
        self, comment: Comment, account: Account, reading: Classification, call: LlmCall | None
    ) -> None:
        async with self._db.transaction() as tx:
            saved = await moves.save(
                tx.session, comment, CommentState.CLASSIFIED, note=reading.category.value
            )
            if saved is None:
                return  # the lease was lost: another worker's reading counts
            await comments.classify(
                tx.session,
                comment,
                category=reading.category,
                confidence=reading.confidence,
                language=reading.language,
                sentiment=reading.sentiment,
                reasoning=reading.reasoning,
                needs_human=reading.needs_human,
                injection_suspected=reading.injection_suspected,
                llm_call_id=call.id if call else None,
            )
            if call is not None:
                await llm_works(tx)
            await self._route(tx, saved, account, reading)

    @staticmethod
    async def _route(tx: Transaction, comment: Comment, account: Account, reading: Classification) -> None:
        mode = await accounts.policy_mode(tx.session, account.id, reading.category, reading.language)
        chosen = route(comment.kind, reading.category, mode, injection_suspected=reading.injection_suspected)
        match chosen.handling:
            case Handling.DRAFT:
                tx.enqueue(
                    Job(
                        Step.ANSWER,
                        comment.id,
                        key=f"answered:{comment.id}:{comment.lease_token}",
                        priority=1 if reading.category is Category.URGENT else 0,
                    )
                )
            case Handling.CARD:
                await moves.move(tx.session, Comment, comment.id, CommentState.WAITING)
                await open_card(tx, comment, account, urgent=chosen.urgent, why_no_text=chosen.why_no_text)
            case Handling.IGNORE:
                await moves.move(tx.session, Comment, comment.id, CommentState.IGNORED)
            case _:
                assert_never(chosen.handling)

    async def _failed(self, comment: Comment, account: Account, error: LlmError) -> None:
        """Outages are waited for within bounds; then, or when the model refuses, a person takes over."""
        outage = error.outcome is CallOutcome.TRANSIENT
        again = outage and comment.attempts < self._options.max_attempts
        async with self._db.transaction() as tx:
            await llm_failed(tx, error)
            if again:
                pause = pause_after(error, comment.attempts)
                waiting = await moves.save(
                    tx.session,
                    comment,
                    CommentState.RECEIVED,
                    attempts=comment.attempts,
                    next_attempt_at=datetime.now(UTC) + pause,
                    error=str(error),
                    note=str(error),
                )
                if waiting is not None:
                    key = f"classified:{comment.id}:{comment.lease_token}"
                    tx.enqueue(Job(Step.CLASSIFY, comment.id, key=key, after=pause))
                return
            failed = await moves.save(
                tx.session,
                comment,
                CommentState.FAILED,
                # An outage ends some day: until a person has decided, the model is asked now and then.
                attempts=self._options.max_attempts - 1 if outage else comment.attempts,
                next_attempt_at=datetime.now(UTC) + OUTAGE_PAUSE if outage else None,
                error=str(error),
                note=str(error),
            )
            if failed is not None:
                await dead_letter(tx, failed, account, Step.CLASSIFY, str(error), error.outcome.value)
