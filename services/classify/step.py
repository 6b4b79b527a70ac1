"""The handler of `Step.CLASSIFY`: claim, ask, fenced save, and on by the policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never

import structlog

from db.engine import Database, Transaction
from db.life.comment import CommentState
from db.models import Account, Comment, LlmCall, Media
from db.models.comment import CommentKind
from db.models.llm_call import CallOutcome, Purpose
from db.queue import Job, Step
from db.repositories import accounts, comments, drafts, moves
from services.classify.reading import Classification, mentions_elsewhere, settled_by_rules
from services.classify.routing import NO_WORDS, Handling, Route, route
from services.classify.words import Words
from services.context import channel_part, comment_part, post_part, thread_part
from services.decide.superseding import Superseding, Why
from services.ingest.answered import is_answered
from services.instagram.errors import GraphError, Trouble
from services.llm.gateway import Gateway
from services.llm.models import Models, llm_failed, llm_works, pause_after
from services.llm.port import LlmError, Question
from services.opening import dead_letter, open_card
from services.options import Options
from services.posts import Posts
from services.prompts import CLASSIFY, prompt
from services.work.backoff import backoff
from services.work.lease import kept

log = structlog.get_logger(__name__)

OUTAGE_PAUSE = timedelta(minutes=5)


class Classify:
    """Understands one comment."""

    def __init__(
        self,
        db: Database,
        gateway: Gateway,
        posts: Posts,
        words: Words,
        superseding: Superseding,
        models: Models,
        options: Options,
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._posts = posts
        self._words = words
        self._superseding = superseding
        self._models = models
        self._options = options

    async def __call__(self, comment_id: int | None) -> None:
        """Work on one comment once; what is not due, or in other hands, is left alone."""
        async with self._db.transaction() as tx:
            claimed = await moves.claim(
                tx.session,
                Comment,
                comment_id or 0,
                CommentState.CLASSIFYING,
                lease=self._options.lease,
            )
            if claimed is None:
                return
            account = await accounts.get(tx.session, claimed.account_id)
        async with kept(self._db, claimed, self._options.lease):
            try:
                comment = await self._words.of(claimed, account)
            except GraphError as error:
                await self._unread(claimed, account, error)
                return
            if comment is not None and not await self._settled(comment, account):
                await self._understand(comment, account)

    async def _settled(self, comment: Comment, account: Account) -> bool:
        """A person answered in the Instagram app before this was read."""
        async with self._db.transaction() as tx:
            if not await is_answered(tx, account, comment):
                return False
            await self._superseding.supersede(tx, comment, Why.ANSWERED_IN_APP)
            return True

    async def _understand(self, comment: Comment, account: Account) -> None:
        media = await self._posts.of(comment, account)
        reading = settled_by_rules(comment.text)
        if reading is not None and not comment.attachments:
            await self._save(comment, account, reading, None)
            return
        comment = await self._words.named(comment, account)
        if reading is not None:
            await self._show(comment, account, NO_WORDS)
            return
        if mentions_elsewhere(comment, media, account.username):
            async with self._db.transaction() as tx:
                held = await comments.complete(tx.session, comment, kind=CommentKind.MENTION)
            if held is None:
                return
            comment = held
        async with self._db.transaction() as tx:
            thread = await comments.thread(tx.session, comment)
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
                "channel": channel_part(comment.kind),
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
            await comments.lock_thread(tx.session, comment)
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
            mode = await accounts.policy_mode(tx.session, account.id, reading.category, reading.language)
            chosen = route(
                saved.kind, reading.category, mode, injection_suspected=reading.injection_suspected
            )
            await self._go_on(tx, saved, account, chosen)

    async def _show(self, comment: Comment, account: Account, chosen: Route) -> None:
        """Without a reading."""
        async with self._db.transaction() as tx:
            await comments.lock_thread(tx.session, comment)
            saved = await moves.save(tx.session, comment, CommentState.CLASSIFIED, note=chosen.why_no_text)
            if saved is not None:
                await self._go_on(tx, saved, account, chosen)

    async def _go_on(self, tx: Transaction, comment: Comment, account: Account, chosen: Route) -> None:
        match chosen.handling:
            case Handling.DRAFT:
                tx.enqueue(
                    Job(
                        Step.ANSWER,
                        comment.id,
                        key=f"answered:{comment.id}:{comment.lease_token}",
                        priority=1 if chosen.urgent else 0,
                    )
                )
            case Handling.CARD:
                await self._card(tx, comment, account, chosen)
            case Handling.IGNORE if await drafts.for_comment(tx.session, comment.id) is not None:
                # Edited, and now there is nothing to answer: people decide about the card that they have.
                await self._card(tx, comment, account, Route(Handling.CARD, why_no_text="not_needed"))
            case Handling.IGNORE:
                await moves.move(tx.session, Comment, comment.id, CommentState.IGNORED)
            case _:
                assert_never(chosen.handling)

    async def _card(self, tx: Transaction, comment: Comment, account: Account, chosen: Route) -> None:
        await moves.move(tx.session, Comment, comment.id, CommentState.WAITING)
        await open_card(
            tx, comment, account, self._superseding, urgent=chosen.urgent, why_no_text=chosen.why_no_text
        )

    async def _unread(self, comment: Comment, account: Account, error: GraphError) -> None:
        """A mention that is gone needs no answer; passing trouble is waited for as if the model were away."""
        log.info("words_not_read", comment=comment.id, trouble=error.trouble, code=error.code)
        async with self._db.transaction() as tx:
            if error.trouble is Trouble.GONE:
                if await comments.complete(tx.session, comment, gone_at=datetime.now(UTC)) is not None:
                    await self._superseding.supersede(tx, comment, Why.DELETED)
                return
            passing = error.trouble is not Trouble.REFUSED
            told = timedelta(seconds=max(error.retry_after or 0.0, 0.0))
            pause = max(backoff(comment.attempts), min(told, OUTAGE_PAUSE)) if passing else None
            await self._put_off(tx, comment, account, f"{error.operation}: {error.trouble}", pause)

    async def _failed(self, comment: Comment, account: Account, error: LlmError) -> None:
        async with self._db.transaction() as tx:
            await llm_failed(tx, error)
            outage = error.outcome is CallOutcome.TRANSIENT
            pause = pause_after(error, comment.attempts) if outage else None
            await self._put_off(tx, comment, account, str(error), pause, error.outcome.value)

    async def _put_off(
        self,
        tx: Transaction,
        comment: Comment,
        account: Account,
        error: str,
        pause: timedelta | None,
        outcome: str | None = None,
    ) -> None:
        """Outages are waited for within bounds; then, or when nothing will pass, a person takes over.

        `pause` is None for what will not pass.
        """
        if pause is not None and comment.attempts < self._options.max_attempts:
            waiting = await moves.save(
                tx.session,
                comment,
                CommentState.RECEIVED,
                attempts=comment.attempts,
                next_attempt_at=datetime.now(UTC) + pause,
                error=error,
                note=error,
            )
            if waiting is not None:
                key = f"classified:{comment.id}:{comment.lease_token}"
                tx.enqueue(Job(Step.CLASSIFY, comment.id, key=key, after=pause))
            return
        failed = await moves.save(
            tx.session,
            comment,
            CommentState.FAILED,
            # An outage ends some day: until a person has decided, it is tried now and then.
            attempts=self._options.max_attempts - 1 if pause is not None else comment.attempts,
            next_attempt_at=datetime.now(UTC) + OUTAGE_PAUSE if pause is not None else None,
            error=error,
            note=error,
        )
        if failed is not None:
            await dead_letter(tx, failed, account, Step.CLASSIFY, error, outcome)
