"""Writing the reply: holding words by category, or facts from the knowledge; short and without Markdown."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import assert_never

from sandbox.llm.classification import classify, without_commands
from sandbox.llm.cue import weigh
from sandbox.llm.folding import fold
from sandbox.llm.language import detect
from sandbox.llm.lexicon.grave import GRAVE
from sandbox.llm.phrases import Phrases, phrases
from sandbox.llm.retrieval import Found, Library, needs_of
from sandbox.llm.statement import Statement, state
from sandbox.llm.task import Business, Category, Knowledge, Task, is_ours
from sandbox.llm.wishes import Wish, wishes_in

LONGEST = 295  # characters: the product keeps replies under 300
_EMOJI = re.compile(r"\s*[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\uFE0F]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product's schema `answer` asks for."""

    answerable: bool
    reply: str
    used_ids: tuple[str, ...] = ()
    needs_manager_reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is to be said before it is worded: one of `openings`, or the sentences found."""

    openings: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    answerable: bool = True
    reason: str | None = None


def answer(task: Task, knowledge: Knowledge) -> Answer:
    """Answer the comment of `task` from `knowledge` in the customer's language."""
    business = knowledge.business
    language = _language(task, business)
    category = task.category or classify(task, business).category
    wishes = wishes_in(task.hint)
    draft = _draft(category, task, knowledge, language, wishes)
    writer = _Writer(task, business, phrases(language), wishes)
    if Wish.SHORTER in wishes:
        draft = replace(draft, statements=draft.statements[:1])
    used = tuple(dict.fromkeys(each.passage_id for each in draft.statements if each.passage_id))
    return Answer(draft.answerable, writer.write(draft), used, draft.reason)


def _language(task: Task, business: Business | None) -> str:
    found = detect(task.comment.text, task.language or (business.lang if business else None))
    code = found.code if found.sure or not task.language else task.language
    return "ru" if code == "ru" else "en"


def _draft(
    category: Category, task: Task, knowledge: Knowledge, language: str, wishes: frozenset[Wish]
) -> _Draft:
    words = phrases(language)
    match category:
        case Category.QUESTION:
            return _question(task, knowledge, language, wishes)
        case Category.PRAISE:
            return _Draft(words.thanks)
        case Category.COMPLAINT:
            return _Draft(words.apologies)
        case Category.URGENT:
            return _urgent(task, words, language)
        case Category.PARTNERSHIP:
            return _Draft(words.partnership)
        case Category.TOXIC | Category.SPAM | Category.IRRELEVANT:
            reason = _say(
                language, "Отвечать не на что: решает менеджер", "Nothing to answer: a manager decides"
            )
            return _Draft(words.neutral, answerable=False, reason=reason)
        case _:
            assert_never(category)


def _urgent(task: Task, words: Phrases, language: str) -> _Draft:
    strongest = weigh(GRAVE, fold(task.comment.text)).strongest
    ill = strongest is not None and strongest.english in {"harm to health", "an unsafe product"}
    reason = _say(
        language,
        "Срочное обращение: " + (strongest.russian if strongest else "нужен человек"),
        "Urgent: " + (strongest.english if strongest else "a person is needed"),
    )
    return _Draft(words.health if ill else words.holdings, reason=reason)


def _question(task: Task, knowledge: Knowledge, language: str, wishes: frozenset[Wish]) -> _Draft:
    words = phrases(language)
    asked = without_commands(task.comment.text)
    handle = (knowledge.business.handle or "").lstrip("@") if knowledge.business else ""
    asked = re.sub(rf"@{re.escape(handle)}\b", " ", asked, flags=re.IGNORECASE) if handle else asked
    library = Library(knowledge.knowledge, task.caption, language)
    found = [library.find(need) for need in needs_of(asked, _context(task, knowledge.business))]
    said = [_told(each, language, with_price=Wish.NO_PRICE not in wishes) for each in found]
    told = tuple(dict.fromkeys(statement for each in said for statement in each))
    if not told:
        if Wish.NO_PRICE in wishes and any(_told(each, language, with_price=True) for each in found):
            return _Draft(statements=(Statement(words.price_by_dm),))
        return _unanswered([one for each in found for one in each], words, language)
    if all(said):
        return _Draft(statements=told)
    reason = _say(
        language, "Часть вопроса не покрыта источниками", "The sources cover only a part of the question"
    )
    return _Draft(statements=(*told, Statement(words.rest_later)), reason=reason)


def _told(found: list[Found], language: str, *, with_price: bool) -> tuple[Statement, ...]:
    """The first finding that can be said in the customer's language."""
    said = (state(each, language, with_price=with_price) for each in found)
    return next((statements for statements in said if statements), ())


def _unanswered(found: list[Found], words: Phrases, language: str) -> _Draft:
    if any(each.ambiguous for each in found):
        reason = _say(language, "Неясно, о каком товаре вопрос", "It is not clear which item is meant")
        return _Draft(words.which_product, answerable=False, reason=reason)
    if any(found):
        reason = _say(
            language,
            "Ответ есть только на другом языке",
            "The answer is in the sources, but only in another language",
        )
    else:
        reason = _say(
            language, "В источниках нет ответа на этот вопрос", "The sources do not answer this question"
        )
    return _Draft(words.check_back, answerable=False, reason=reason)


def _context(task: Task, business: Business | None) -> str:
    """What the talk was about: the last thing that a customer wrote before, else our own words."""
    theirs = [entry.text for entry in task.thread if entry.text and not is_ours(entry, business)]
    ours = [entry.text for entry in task.thread if entry.text and is_ours(entry, business)]
    earlier = [text for text in theirs if text.strip() != task.comment.text.strip()]
    return (earlier or ours or [""])[-1]


def _say(language: str, russian: str, english: str) -> str:
    return russian if language == "ru" else english


class _Writer:
    """Words a draft: which of the phrases, whether to greet, what the manager wished, how long."""

    def __init__(
        self, task: Task, business: Business | None, words: Phrases, wishes: frozenset[Wish]
    ) -> None:
        self.words = words
        self.wishes = wishes
        self.previous = (task.previous or "").strip()
        seed = f"{fold(task.comment.text).tight}|{task.comment.author or ''}|{task.hint or ''}"
        self.seed = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])
        self.greets = (
            not any(is_ours(entry, business) for entry in task.thread) and Wish.NO_GREETING not in wishes
        )

    def write(self, draft: _Draft) -> str:
        """The first wording from the hashed one on that differs from the text the manager turned down."""
        wordings = [self._word(draft, turn) for turn in range(self.seed, self.seed + 12)]
        wordings += [self._fit([wordings[0], closing]) for closing in self.words.closings]
        return next((text for text in wordings if text.strip() != self.previous), wordings[0])

    def _word(self, draft: _Draft, turn: int) -> str:
        if draft.openings:
            parts = [self._pick(draft.openings, turn)]
            if self.greets and Wish.FORMAL in self.wishes:
                parts.insert(0, self.words.greetings[0])
        else:
            sentences = [statement.text for statement in draft.statements]
            parts = [*self._greeting(turn), *sentences, *self._closing(turn // len(self.words.greetings))]
        if Wish.APOLOGISE in self.wishes:
            parts.insert(1 if draft.statements and self.greets else 0, self.words.regret)
        if Wish.WARMER in self.wishes:
            parts.append(self.words.warmth)
        if Wish.INVITE in self.wishes and draft.openings:
            parts.append(self._pick(self.words.invitations, turn))
        return self._fit(parts)

    def _greeting(self, turn: int) -> list[str]:
        if not self.greets or Wish.SHORTER in self.wishes:
            return []
        return [
            self.words.greetings[0] if Wish.FORMAL in self.wishes else self._pick(self.words.greetings, turn)
        ]

    def _closing(self, turn: int) -> list[str]:
        if Wish.INVITE in self.wishes:
            return [self._pick(self.words.invitations, turn)]
        if self.wishes & {Wish.SHORTER, Wish.FORMAL}:
            return []
        return [self._pick(self.words.closings, turn)]

    def _fit(self, parts: list[str]) -> str:
        """`parts` joined within the limit: the last ones go first, a lone long one is cut at a word."""
        while len(parts) > 1 and len(" ".join(parts)) > LONGEST:
            parts = parts[:-1]
        text = " ".join(parts)
        if self.wishes & {Wish.NO_EMOJI, Wish.FORMAL}:
            text = _EMOJI.sub("", text)
        return text if len(text) <= LONGEST else text[: text.rfind(" ", 0, LONGEST)].rstrip(" ,;:—") + "."

    @staticmethod
    def _pick(options: tuple[str, ...], turn: int) -> str:
        return options[turn % len(options)]
