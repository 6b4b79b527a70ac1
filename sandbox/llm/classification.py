"""Classifying a comment by cues: which category, how sure, in which mood, and whether a person is needed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.llm.cue import Cue, Evidence, weigh
from sandbox.llm.folding import Folded, fold
from sandbox.llm.language import detect
from sandbox.llm.lexicon.chatter import EMPTY, TO_A_FRIEND
from sandbox.llm.lexicon.criticism import CRITICISM, DISGUST, EXPERIENCE
from sandbox.llm.lexicon.grave import GRAVE
from sandbox.llm.lexicon.injection import INJECTION
from sandbox.llm.lexicon.order import ORDER
from sandbox.llm.lexicon.partnership import PARTNERSHIP
from sandbox.llm.lexicon.praise import PRAISE
from sandbox.llm.lexicon.question import BUSINESS_TOPICS, QUESTION
from sandbox.llm.lexicon.reproach import RHETORICAL, SARCASM
from sandbox.llm.lexicon.spam import SPAM
from sandbox.llm.lexicon.toxic import ABUSE, OBSCENE
from sandbox.llm.lexicon.turns import ADDRESSES_US, ASKING, CONTRAST, HUMAN, POSSIBILITY, SUPPOSES
from sandbox.llm.mood import ENCHANTED, SAD, Mood, mood
from sandbox.llm.task import Business, Category, Task, is_ours

_MENTION = re.compile(r"@[\w.]+")
_ADDRESSED = re.compile(r"^\s*@[\w.]+")
_LETTER = re.compile(r"[^\W\d_]")

SURE = 95  # no rule knows more
UNSURE = 40


@dataclass(frozen=True, slots=True)
class Classification:
    """What the product's schema `classification` asks for; `confidence` is 0 to 100."""

    category: Category
    confidence: int
    language: str
    sentiment: Mood
    reasoning: str
    needs_human: bool
    injection_suspected: bool


@dataclass(frozen=True, slots=True)
class _Verdict:
    category: Category
    confidence: float
    russian: str
    english: str


def classify(task: Task, business: Business | None = None) -> Classification:
    """Classify the comment of `task`; `business` helps to tell its handle from a friend's."""
    raw = task.comment.text
    injected = bool(weigh(INJECTION, fold(raw)))
    verdict = _Reader(task, business, injected).verdict()
    language = detect(raw, task.language or (business.lang if business else None))
    russian = (business.lang if business and business.lang else language.code) in {"ru", "uk", "be", "kk"}
    needs_human = (
        injected
        or verdict.category in {Category.URGENT, Category.COMPLAINT}
        or verdict.confidence < UNSURE + 10
        or fold(raw).find(HUMAN) is not None
    )
    return Classification(
        category=verdict.category,
        confidence=round(min(SURE, max(0, verdict.confidence))),
        language=language.code,
        sentiment=mood(fold(raw), verdict.category),
        reasoning=_reasoning(verdict, russian=russian, injected=injected),
        needs_human=needs_human,
        injection_suspected=injected,
    )


def _reasoning(verdict: _Verdict, *, russian: bool, injected: bool) -> str:
    if russian:
        return f"Правила без ИИ: {verdict.russian}" + ("; пытается командовать ботом" if injected else "")
    return f"Offline rules: {verdict.english}" + ("; tries to command the bot" if injected else "")


class _Reader:
    """Weighs the tables over one comment and settles what happens when several speak."""

    def __init__(self, task: Task, business: Business | None, injected: bool) -> None:
        self.injected = injected
        handle = (business.handle or "").lstrip("@").casefold() if business else ""
        text = task.comment.text
        if handle:
            text = re.sub(rf"@{re.escape(handle)}\b", " ", text, flags=re.IGNORECASE)
        if injected:
            text = without_commands(text)
        self.followed_up = any(is_ours(entry, business) for entry in task.thread)
        if self.followed_up:
            text = _ADDRESSED.sub("", text)  # Instagram puts the name of whom one answers first: it is ours
        self.whole: Folded = fold(text)
        self.mentions = _MENTION.findall(text)
        self.starts_with_mention = text.strip().startswith("@")
        self.words: Folded = fold(_MENTION.sub(" ", text))

    def verdict(self) -> _Verdict:
        """The first reading that holds, from the gravest to the most harmless."""
        return (
            self._wordless()
            or self._spam()
            or self._grave()
            or self._abuse()
            or self._friend()
            or self._order()
            or self._reproach()
            or self._partnership()
            or self._chatter()
            or self._opinion()
            or self._empty()
        )

    def _wordless(self) -> _Verdict | None:
        if _LETTER.search(self.words.text):
            return None
        if self.injected:
            return self._empty()
        bare = self.words.text.strip()
        if not self.mentions and re.fullmatch(r"\?[?!. ]*", bare):
            return _Verdict(Category.QUESTION, 55, "только знак вопроса", "only a question mark")
        if self.mentions and not bare:
            return _Verdict(Category.IRRELEVANT, SURE, "только отметки друзей", "only tags of friends")
        return _Verdict(
            Category.IRRELEVANT, 90, "нет слов, только эмодзи или знаки", "no words, only emoji or signs"
        )

    def _spam(self) -> _Verdict | None:
        found = weigh(SPAM, self.whole)
        if not found or (self._asks() and found.weight < 3):
            return None
        if weigh(GRAVE, self.words).weight >= 3 and found.weight < 5:
            return None  # «ваш сайт мошенников example.com списал деньги» is a customer's trouble
        return _judge(Category.SPAM, found, 60)

    def _grave(self) -> _Verdict | None:
        found = weigh(GRAVE, self.words)
        if not found or self._only_possible():
            return None
        return _judge(Category.URGENT, found, 62)

    def _abuse(self) -> _Verdict | None:
        found = weigh(ABUSE, self.words)
        if not found:
            return None
        trouble = weigh(ORDER + EXPERIENCE, self._without_abuse())
        threatening = found.weight >= 4
        if trouble.weight >= 2 and not threatening:
            return _judge(Category.COMPLAINT, trouble, 55)
        return _judge(Category.TOXIC, found, 62)

    def _friend(self) -> _Verdict | None:
        if not self.mentions:
            return None
        to_friend = weigh(TO_A_FRIEND, self.words)
        about_us = weigh(BUSINESS_TOPICS, self.words)
        if about_us and not (to_friend and self.starts_with_mention):
            return None
        if weigh(ORDER + CRITICISM, self.words).weight >= 2 and not self.starts_with_mention:
            return None
        words = len(re.findall(r"\w+", self.words.text))
        if self.starts_with_mention or to_friend or words <= 3:
            return _Verdict(
                Category.IRRELEVANT, 82, "разговор с отмеченным другом", "talks to a tagged friend"
            )
        return None

    def _order(self) -> _Verdict | None:
        found = weigh(ORDER, self.words)
        if not found or self._only_possible() or weigh(SARCASM, self.words):
            return None
        return _judge(Category.URGENT, found, 58)

    def _reproach(self) -> _Verdict | None:
        found = weigh(SARCASM + RHETORICAL, self.words)
        return _judge(Category.COMPLAINT, found, 55) if found else None

    def _partnership(self) -> _Verdict | None:
        found = weigh(PARTNERSHIP, self.words)
        return _judge(Category.PARTNERSHIP, found, 60) if found else None

    def _chatter(self) -> _Verdict | None:
        text = self.words.tight.strip()
        if any(cue.expression.fullmatch(text) for cue in EMPTY):
            return _Verdict(Category.IRRELEVANT, 76, "слова без содержания", "words without matter")
        return None

    def _opinion(self) -> _Verdict | None:
        criticism, praise = weigh(CRITICISM, self.words), weigh(PRAISE, self.words)
        question = weigh(QUESTION, self.words)
        asks = bool(question) and self._asks()
        if asks and "?" in self.words.text and self.words.find(SUPPOSES) and not weigh(DISGUST, self.words):
            return _judge(Category.QUESTION, question, 50)
        if criticism.weight >= 2 and not (asks and question.weight > criticism.weight + 1.5):
            return _judge(Category.COMPLAINT, criticism, 52 - 5 * bool(praise))
        if asks:
            return _judge(Category.QUESTION, question, 58 - 4 * bool(criticism))
        if criticism and (not praise or CONTRAST.search(self.words.text)):
            return _judge(Category.COMPLAINT, criticism, 45)
        if praise:
            return _judge(Category.PRAISE, praise, 58)
        return None

    def _empty(self) -> _Verdict:
        if self.injected:
            return _Verdict(
                Category.SPAM, 70, "команда боту вместо комментария", "a command to the bot, no comment"
            )
        empty = weigh(EMPTY, self.words)
        if empty:
            return _judge(Category.IRRELEVANT, empty, 62)
        if weigh(OBSCENE, self.words):
            return _Verdict(Category.TOXIC, 50, "только брань", "nothing but swearing")
        if found := self._by_emoji():
            return found
        if self.followed_up:
            return _Verdict(Category.QUESTION, 50, "продолжает разговор с нами", "goes on talking with us")
        if self.words.find(ADDRESSES_US):
            # No cue, yet it speaks to the business: a person had better look than nobody.
            return _Verdict(
                Category.COMPLAINT, UNSURE + 2, "говорит о нас, смысл неясен", "speaks of us, meaning unclear"
            )
        return _Verdict(Category.IRRELEVANT, UNSURE, "ни одного признака", "no cue at all")

    def _by_emoji(self) -> _Verdict | None:
        signs = set(self.words.text)
        if SAD & signs:
            return _Verdict(Category.COMPLAINT, 45, "недовольные эмодзи", "displeased emoji")
        if ENCHANTED & signs:
            return _Verdict(Category.PRAISE, 48, "восторженные эмодзи", "delighted emoji")
        return None

    def _asks(self) -> bool:
        """Whether it asks: a naming of a topic is a question unless an opinion about it is given."""
        if "?" in self.words.text or self.words.find(ASKING):
            return True
        opinion = weigh(PRAISE, self.words) or weigh(CRITICISM, self.words)
        return weigh(QUESTION, self.words).weight >= 2.5 and not opinion

    def _without_abuse(self) -> Folded:
        text = self.words.tight
        for cue in ABUSE:
            text = cue.expression.sub(" ", text)
        return fold(text)

    def _only_possible(self) -> bool:
        """Whether it asks about a rule («можно ли вернуть?») and does not report trouble."""
        return "?" in self.words.text and self.words.find(POSSIBILITY) is not None


def without_commands(text: str) -> str:
    """`text` without the sentences that command the bot; all of it when only those name a topic of ours."""
    sentences = re.split(r"(?<=[.!?;\n])\s*", text)
    rest = " ".join(sentence for sentence in sentences if not weigh(INJECTION, fold(sentence)))
    if _LETTER.search(rest) or not weigh(BUSINESS_TOPICS, fold(text)):
        return rest
    return text


def _judge(category: Category, evidence: Evidence, base: float) -> _Verdict:
    """A verdict that grows surer by 7 points for each point of weight, up to 95."""
    cue: Cue | None = evidence.strongest
    if cue is None:
        return _Verdict(category, base, "нет признаков", "no cues")
    return _Verdict(category, min(SURE, base + 7 * evidence.weight), cue.russian, cue.english)
