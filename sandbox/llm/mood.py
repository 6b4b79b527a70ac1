"""The mood of a comment: its emoji, its words and what its category implies."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from sandbox.llm.cue import weigh
from sandbox.llm.folding import Folded
from sandbox.llm.lexicon.criticism import CRITICISM
from sandbox.llm.lexicon.praise import PRAISE
from sandbox.llm.lexicon.turns import CONTRAST
from sandbox.llm.task import Category

_GLAD = set("😍🥰😘❤💕💖💗💙💚💛🧡💜🤍🖤👍👏🔥😊☺🙏✨🎉💐🌸🌹😋🤩💯🥹💞♥😻")
SAD = set("😡🤬😠👎🤮🤢😒🙄😤😞😔😢😭💔🤡😕🙁☹😣😩")


ENCHANTED = set("😍🥰😘❤💕💖💗🔥🤩😻😋🥹💞")


class Mood(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    MIXED = "mixed"


def mood(folded: Folded, category: Category) -> Mood:
    glad = bool(_GLAD & set(folded.text)) or bool(weigh(PRAISE, folded))
    sad = bool(SAD & set(folded.text)) or weigh(CRITICISM, folded).weight >= 2
    match category:
        case Category.TOXIC | Category.URGENT:
            return Mood.NEGATIVE
        case Category.COMPLAINT:
            both = weigh(PRAISE, folded) and folded.find(CONTRAST)
            return Mood.MIXED if both else Mood.NEGATIVE
        case Category.PRAISE:
            return Mood.MIXED if sad else Mood.POSITIVE
        case Category.QUESTION | Category.PARTNERSHIP | Category.SPAM | Category.IRRELEVANT:
            if glad and sad:
                return Mood.MIXED
            if glad:
                return Mood.POSITIVE
            return Mood.NEGATIVE if sad else Mood.NEUTRAL
        case _:
            assert_never(category)
