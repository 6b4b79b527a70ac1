"""A manager's wish for another draft («короче», "no price"), read from a free hint."""

from __future__ import annotations

import re
from enum import StrEnum

from sandbox.llm.folding import fold


class Wish(StrEnum):
    SHORTER = "shorter"
    LONGER = "longer"
    NO_PRICE = "no_price"
    INVITE = "invite"
    WARMER = "warmer"
    FORMAL = "formal"
    APOLOGISE = "apologise"
    NO_EMOJI = "no_emoji"
    NO_GREETING = "no_greeting"


_PATTERNS = {
    Wish.SHORTER: r"короч|покороче|кратк|лаконич|сократ|short|brief|concise|fewer words",
    Wish.LONGER: r"подробн|длинн|развернут|detail|longer|more info",
    Wish.NO_PRICE: r"(?:без|убер\w*|не (?:пиши|называй|указывай)\w*) (?:цен|стоимост)|"
    r"(?:no|without|drop|remove|skip) (?:the |any )?pric",
    Wish.INVITE: r"директ|личк|лс\b|личные сообщ|\bdm\b|direct",
    Wish.WARMER: r"тепл|дружел|ласков|мягч|добр(?:ее|ей)|душевн|warm|friendl|softer|kinder|nicer",
    Wish.FORMAL: r"официал|формальн|строже|строго|делов|formal|professional|polite",
    Wish.APOLOGISE: r"извин|прощени|апологи|apolog|sorry",
    Wish.NO_EMOJI: r"(?:без|убер\w*) (?:эмодзи|смайл)|(?:no|without|remove) (?:emoji|smiley)",
    Wish.NO_GREETING: r"без (?:приветств|здравствуйте)|(?:no|without) (?:greeting|hello)",
}
_EXPRESSIONS = {wish: re.compile(rf"(?<!\w)(?:{pattern})") for wish, pattern in _PATTERNS.items()}


def wishes_in(hint: str | None) -> frozenset[Wish]:
    """What `hint` asks for; an unknown wish is an empty set, and the draft is only worded anew."""
    if not hint:
        return frozenset()
    folded = fold(hint)
    return frozenset(wish for wish, pattern in _EXPRESSIONS.items() if folded.find(pattern))
