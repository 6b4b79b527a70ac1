"""What a question asks about: its words, what means the same, and the words of the post's caption."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from services.knowledge.spelling import beginning, folded, in_other_letters
from services.knowledge.synonyms import Group, Matter, groups_of

MOST_WORDS = 14  # of the question, and as many of the caption: a longer text is no clearer question
LONGEST = 600  # characters that are looked at

OWN_WORD = 1.0
BEGINNING = 0.4
SYNONYM = 0.7
CAPTION = 0.3  # the post is about many things, the question about one
CAPTION_ALONE = 1.0  # «Цена?»: only the caption says of what

_WORD = re.compile(r"[^\W_]{2,}|\d|\b[smlмл]\b")  # a lone letter is a size
_EMPTY_WORDS: Final = """
да нет не ни ну же ли бы то это этот эта эти тот так как какой какая какое какие какого что чтобы
кто мне меня мой моя мои вы вас вам ваш ваша ваши у нас мы он она они его ее их свой себя сам сама
самой самому в во на с со к ко о об от до по из за для при без под над через между и а но или
если есть быть будет будут была было были может можно могу можете надо нужно нужен нужна хочу хотел
хотела хотим хочется буду делать делаете теперь сейчас уже еще очень вообще просто только тоже также
опять снова потом все всех там тут здесь вот привет здравствуйте добрый доброе день вечер утро
подскажите подскажи скажите пожалуйста пж плиз спасибо девочки девушки ребят сколько скольки скок
скока нибудь какие-то
the an is are am was be do does did can could will would should have has had you your yours we our
us it its this that these those my me he she they them in on at to of for from with by and or but
not if what which who how any some there here please pls hi hello hey thanks thank just really very
so too get got want need make im dont doesnt cant
"""
_EMPTY: Final = frozenset(_EMPTY_WORDS.split())
"""Words that say nothing of the matter; those of time, place and number are no part of them."""
_HOW_MUCH: Final = frozenset({"сколько", "скок", "скока"})
_HAVE: Final = frozenset({"есть", "have"})


@dataclass(frozen=True, slots=True)
class Term:
    """Words that mean the same, any of which will do (`db.repositories.searching.Words`)."""

    concept: int
    words: tuple[str, ...]
    weight: float


@dataclass(slots=True)
class Asked:
    """Terms by concept: each word is one, and of a concept's terms the best that a passage holds counts."""

    russian: bool
    """Whether the question is written in Cyrillic letters."""
    terms: list[Term] = field(default_factory=list)
    matters: set[Matter] = field(default_factory=set)
    words: dict[int, str] = field(default_factory=dict)
    """The words of the question by concept."""
    telling: set[int] = field(default_factory=set)
    """Concepts of the question that more than a row's price or stock may answer."""

    def add(self, word: str, groups: list[Group]) -> None:
        """A word of the question; `groups` are those that no word before it belongs to."""
        concept = self._own(word, OWN_WORD)
        self.words[concept] = word
        matters = {group.matter for group in groups_of(word) if group.matter is not None}
        self.matters |= matters
        if not matters & {Matter.PRICE, Matter.STOCK}:
            self.telling.add(concept)
        if meant := tuple(pattern for group in groups for pattern in group.answered):
            self.terms.append(Term(concept, meant, SYNONYM))
        cut = beginning(word)
        if cut is not None and not matters and not groups:
            self.terms.append(Term(concept, (f"{cut}*",), BEGINNING))

    def add_of_caption(self, word: str) -> None:
        """A word of the caption that the question has not."""
        self._own(word, CAPTION if self.telling else CAPTION_ALONE)

    def _own(self, word: str, weight: float) -> int:
        """The word itself, in both alphabets."""
        concept = len({term.concept for term in self.terms})
        others = in_other_letters(word) if len(word) > 1 else ()
        self.terms.append(Term(concept, (word, *others), weight))
        return concept


def asked(question: str, caption: str = "") -> Asked:
    """What to look for; no terms when neither has a word that means anything."""
    lower = folded(question)
    cyrillic, latin = (sum(first <= sign <= last for sign in lower) for first, last in ("ая", "az"))
    result = Asked(russian=cyrillic >= latin)
    seen: list[Group] = []
    words = _words(question)
    for word in _telling(words):
        groups = [group for group in groups_of(word) if group not in seen]
        seen += groups
        result.add(word, groups)
    if _HOW_MUCH & set(words) and Matter.QUANTITY not in result.matters:
        result.matters.add(Matter.PRICE)
    if _HAVE & set(words):
        result.matters.add(Matter.STOCK)
    for word in _telling(_words(caption)):
        if word not in words:
            result.add_of_caption(word)
    return result


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(folded(text[:LONGEST]))))


def _telling(words: list[str]) -> list[str]:
    return [word for word in words if word not in _EMPTY][:MOST_WORDS]
