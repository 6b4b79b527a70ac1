"""Asking the model for an answer, and checking what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db.engine import Database
from db.models import Account, Classification, Comment, LlmCall, Media, Passage
from db.models.llm_call import CallOutcome, Purpose
from db.repositories import comments
from services.answer.checks import Check, Failure, checked
from services.answer.reply import Answer
from services.context import channel_part, comment_part, post_part, thread_part
from services.decide.wording import addressed, clean
from services.deliver.channel import size
from services.knowledge.offering import key_of, knowledge_part, offered
from services.llm.gateway import Gateway
from services.llm.models import Models
from services.llm.port import LlmError, Question
from services.options import Options
from services.posts import Posts
from services.prompts import ANSWER, prompt


@dataclass(frozen=True, slots=True)
class Drafted:
    """A text with what a manager must know about it."""

    text: str
    language: str
    sources: list[dict[str, str]]
    flags: list[dict[str, str]]
    call: LlmCall

    @property
    def values(self) -> dict[str, Any]:
        """The columns of its version."""
        return {
            "text": self.text,
            "language": self.language,
            "sources": self.sources,
            "flags": self.flags,
            "llm_call_id": self.call.id,
        }


@dataclass(frozen=True, slots=True)
class _Material:
    classification: Classification | None
    thread: Sequence[Comment]
    media: Media | None
    passages: Sequence[Passage]


class Drafter:
    """Writes one version."""

    def __init__(
        self, db: Database, gateway: Gateway, posts: Posts, models: Models, options: Options
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._posts = posts
        self._models = models
        self._options = options

    async def draft(
        self, comment: Comment, account: Account, *, hint: str | None = None, previous: str | None = None
    ) -> Drafted:
        """Raises LlmError; also for an answer that Instagram would refuse."""
        material = await self._material(comment, account)
        completion = await self._gateway.complete(
            self._question(comment, account, material, hint, previous),
            Answer,
            account_id=account.id,
            comment_id=comment.id,
        )
        return _judged(completion.parsed, completion.call, comment, material)

    async def _material(self, comment: Comment, account: Account) -> _Material:
        media = await self._posts.of(comment, account)
        async with self._db.transaction() as tx:
            thread = await comments.thread(tx.session, comment)
            caption = (media.caption or "") if media else ""
            return _Material(
                classification=await comments.classification(tx.session, comment.id),
                thread=thread,
                media=media,
                passages=await offered(tx.session, account.id, comment.text, caption),
            )

    def _question(
        self, comment: Comment, account: Account, material: _Material, hint: str | None, previous: str | None
    ) -> Question:
        instructions = prompt(ANSWER)
        reading = material.classification
        return Question(
            purpose=Purpose.ANSWER,
            model=self._models.answer,
            instructions=instructions.text,
            prompt_version=instructions.version,
            stable={
                **knowledge_part(material.passages),
                "business": {"handle": account.username, "tone": account.tone},
            },
            variable={
                "task": "answer",
                "comment": comment_part(comment),
                "channel": channel_part(comment.kind),
                "post": post_part(material.media),
                "thread": thread_part(comment, material.thread, account),
                "language": reading.language if reading else "",
                "category": reading.category.value if reading else "",
                "hint": hint,
                "previous": previous,
            },
            schema=Answer,
            timeout=self._options.answer_timeout,
            cache_key=f"{account.instagram_id}:{instructions.version}",
        )


def _judged(answer: Answer, call: LlmCall, comment: Comment, material: _Material) -> Drafted:
    words = clean(answer.reply)
    if not words:
        raise LlmError(CallOutcome.REFUSED, "the model wrote no reply")
    text = addressed(comment, words)
    if size(comment.kind, text).too_long:
        raise LlmError(CallOutcome.INVALID, "the reply is longer than Instagram takes")
    by_key = {key_of(passage): passage for passage in material.passages}
    language = material.classification.language if material.classification else ""
    failures = checked(
        text,
        used_ids=answer.used_ids,
        offered=by_key,
        caption=(material.media.caption or "") if material.media else "",
        language=language,
        mention=comment.author_username,
        kind=comment.kind,
    )
    if not answer.answerable:
        failures.append(Failure(Check.UNANSWERABLE, (answer.needs_manager_reason or "")[:200]))
    if material.classification is not None and material.classification.injection_suspected:
        failures.append(Failure(Check.INJECTION, ""))
    titles = {key: by_key[key].title for key in answer.used_ids if key in by_key}
    return Drafted(
        text=text,
        language=language,
        sources=[{"id": key, "title": title} for key, title in titles.items()],
        flags=[failure.row() for failure in failures],
        call=call,
    )
