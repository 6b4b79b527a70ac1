"""Cases on their way through the product's own steps, a bounded number at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count

from db.engine import Database
from db.life.comment import CommentState
from db.models import Classification, Comment, Draft, DraftVersion, LlmCall
from db.models.comment import Category
from db.models.llm_call import CallOutcome
from db.repositories import calls, comments, drafts
from services.evaluate.case import Case
from services.evaluate.staging import stage

Step = Callable[[int | None], Awaitable[None]]

LONGEST_PAUSE = 60.0  # seconds before a step that was put off is tried again, whatever its row says
MOST_STEPS = 20  # of one case: more than the product's own bound of attempts allows


class ModelRefuses(Exception):
    """The language model refuses every question: the key, the quota or the model's name is wrong."""

    def __init__(self, says: str) -> None:
        super().__init__(f"{self.__doc__} It says: {says}")


class Became(StrEnum):
    """What became of a comment: the expected actions, and what nobody expects."""

    DRAFT = "draft"
    NONE = "none"
    HIDE = "hide"
    ESCALATE = "escalate"
    PARTNERSHIP = "partnership"
    NEVER_LLM = "never_llm"
    WITHHELD = "withheld"  # a card without a draft: the text tries to command the bot
    CARD = "card"  # a card without a draft for another reason
    FAILED = "failed"  # the language model gave no usable answer


@dataclass(frozen=True, slots=True)
class Walked:
    """A case and everything that the steps left of it."""

    case: Case
    became: Became
    reading: Classification | None
    version: DraftVersion | None
    calls: Sequence[LlmCall]

    @property
    def category(self) -> Category | None:
        """What the comment was read as; None when no reading came."""
        return self.reading.category if self.reading else None

    @property
    def suspected(self) -> bool:
        """Whether it was taken for an attempt to command the bot."""
        return self.reading is not None and self.reading.injection_suspected

    @property
    def text(self) -> str | None:
        """The draft."""
        return self.version.text if self.version else None

    @property
    def flags(self) -> list[str]:
        """The product's own checks that the draft failed, each once."""
        return list(dict.fromkeys(flag["check"] for flag in self.version.flags)) if self.version else []


class Course:
    """The steps of one scratch database."""

    def __init__(self, db: Database, classify: Step, answer: Step) -> None:
        self._db = db
        self._steps = {CommentState.RECEIVED: classify, CommentState.CLASSIFIED: answer}
        self._numbers = count(1)

    async def walk(
        self, cases: Sequence[Case], *, at_once: int, progress: Callable[[int], None] = lambda _done: None
    ) -> list[Walked]:
        """All cases, in their order. Raises ModelRefuses as soon as the model will answer none of them."""
        room = asyncio.Semaphore(at_once)
        done = count(1)

        async def one(case: Case) -> Walked:
            async with room:
                walked = await self._one(case)
            progress(next(done))
            return walked

        try:
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(one(case)) for case in cases]
        except* ModelRefuses as refused:
            raise refused.exceptions[0] from None
        return [task.result() for task in running]

    async def _one(self, case: Case) -> Walked:
        async with self._db.transaction() as tx:
            comment = await stage(tx, next(self._numbers), case)
        for _ in range(MOST_STEPS):
            step = self._steps.get(comment.state)
            if step is None:
                break
            await _due(comment)
            await step(comment.id)
            async with self._db.transaction() as tx:
                comment = await comments.get(tx.session, comment.id)
        return await self._left(case, comment)

    async def _left(self, case: Case, comment: Comment) -> Walked:
        async with self._db.transaction() as tx:
            reading = await comments.classification(tx.session, comment.id)
            draft = await drafts.for_comment(tx.session, comment.id)
            version = await drafts.version(tx.session, draft.id, draft.version) if draft else None
            made = await calls.of_comment(tx.session, comment.id)
        refused = [call for call in made if call.outcome is CallOutcome.PERMANENT]
        if refused:
            raise ModelRefuses(refused[-1].problem or "nothing")
        return Walked(case, _became(comment, reading, draft, made), reading, version, made)


async def _due(comment: Comment) -> None:
    """Wait until the step may be tried: after an outage its row says when."""
    if comment.next_attempt_at is not None:
        left = (comment.next_attempt_at - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(min(max(left, 0.0), LONGEST_PAUSE))


def _became(
    comment: Comment, reading: Classification | None, draft: Draft | None, made: Sequence[LlmCall]
) -> Became:
    if comment.state is CommentState.IGNORED:
        return Became.NONE if made else Became.NEVER_LLM
    if reading is None or draft is None:
        return Became.FAILED
    match draft.why_no_text:
        case "withheld":
            return Became.WITHHELD
        case "hide_proposed":
            return Became.HIDE
        case _ if draft.urgent:
            return Became.ESCALATE
        case "llm_failed" | "step_failed":
            return Became.FAILED
        case _ if draft.version == 0:
            return Became.CARD
        case _ if reading.category is Category.PARTNERSHIP:
            return Became.PARTNERSHIP
        case _:
            return Became.DRAFT


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """To two decimals."""
        return round(time.monotonic() - self._started, 2)
