"""Doing what a reply wishes, and saying what became of it. Nothing here sends to Instagram."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import assert_never
from zoneinfo import ZoneInfo

from aiogram.types import Message

from bot.decisions.wording import sentence
from bot.editing.addressing import Target
from bot.editing.wishes import Cancel, Hint, NewText, Wish
from bot.markup import shows_nothing
from bot.texts import Texts
from bot.updates.effects import Delete, Effects, React
from bot.updates.replying import reply
from db.engine import Transaction
from db.models import Draft
from db.models.decision import Action
from db.repositories import cards, comments, drafts
from services.decide.outcome import Actor, Outcome, Result
from services.decide.service import Decisions
from services.decide.wording import addressed, clean

TAKEN = "👍"
CANCELLED = "👌"  # a check mark is not among the reactions that Telegram allows


@dataclass(frozen=True, slots=True)
class Answering:
    """One reply of one manager."""

    decisions: Decisions
    tx: Transaction
    actor: Actor
    message: Message
    target: Target
    effects: Effects
    texts: Texts
    zone: ZoneInfo

    async def fulfil(self, wish: Wish) -> None:
        """Decide, and want the effects."""
        draft = await drafts.get(self.tx.session, self.target.card.draft_id)
        assert draft is not None  # a card refers to its draft
        version = draft.version if self.target.version is None else self.target.version
        if isinstance(wish, NewText) and await self._is_told_again(draft, wish.text):
            return
        match wish:
            case NewText(text) if shows_nothing(text):
                outcome = Outcome(Result.EMPTY_TEXT, Action.EDIT, draft)
                emoji = TAKEN
            case NewText(text):
                outcome = await self._edit(draft.id, version, text)
                emoji = TAKEN
            case Hint(hint):
                outcome = await self.decisions.regenerate(self.tx, self.actor, draft.id, version, hint)
                emoji = TAKEN
            case Cancel():
                outcome = await self.decisions.release(self.tx, self.actor, draft.id, version)
                emoji = CANCELLED
            case _:
                assert_never(wish)
        if not outcome.done:
            self.effects.add(reply(self.message, escape(sentence(self.texts, outcome, self.zone))))
            return
        self.effects.add(React(self.message.chat.id, self.message.message_id, emoji))
        await self._settle_question()
        if isinstance(wish, NewText):
            await self._remember(outcome)

    async def _is_told_again(self, draft: Draft, text: str) -> bool:
        """Telegram reports a link preview that appears under a message as an edit of its text."""
        if not self.target.again or self.target.version is None:
            return False
        given = await drafts.version(self.tx.session, draft.id, self.target.version)
        comment = await comments.get(self.tx.session, draft.comment_id)
        return given is not None and given.text == addressed(comment, clean(text))

    async def _edit(self, draft_id: int, version: int, text: str) -> Outcome:
        """The person who was asked has the lease; anybody else takes it first, or learns who has it."""
        request = self.target.request
        if request is None or request.manager_id != self.actor.id:
            claim = await self.decisions.claim(self.tx, self.actor, draft_id, version)
            if not claim.done:
                return claim
        return await self.decisions.edit(self.tx, self.actor, draft_id, version, text)

    async def _settle_question(self) -> None:
        """The question has its answer and goes; a second step on the card is over."""
        card, request = self.target.card, self.target.request
        await cards.change(self.tx.session, card.id, step=None)
        if request is not None and not self.target.again:
            await cards.answer_request(self.tx.session, request.id)
            self.effects.add(Delete(request.chat_id, request.message_id))

    async def _remember(self, outcome: Outcome) -> None:
        """Which version this message gave: who edits the message means another version of the same."""
        assert outcome.draft is not None
        if self.target.again and self.target.request is not None:
            self.target.request.version = outcome.draft.version
            return
        await cards.ask(
            self.tx.session,
            draft_id=outcome.draft.id,
            manager_id=self.actor.id,
            version=outcome.draft.version,
            chat_id=self.message.chat.id,
            message_id=self.message.message_id,
        )
