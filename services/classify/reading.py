"""The schema of a classification, and the rules that need no model."""

from __future__ import annotations

import re
import unicodedata

from pydantic import BaseModel, ConfigDict, field_validator

from db.models.comment import Category, Sentiment

NO_WORDS_CONFIDENCE = 100
LONGEST_REASON = 300


class Classification(BaseModel):
    """What the model says of a comment. Bounds are checked here: strict schemas cannot carry them."""

    model_config = ConfigDict(extra="forbid")

    category: Category
    confidence: int
    language: str
    sentiment: Sentiment
    reasoning: str
    needs_human: bool
    injection_suspected: bool

    @field_validator("confidence")
    @classmethod
    def _bounded(cls, value: int) -> int:
        return min(max(value, 0), 100)

    @field_validator("language")
    @classmethod
    def _code(cls, value: str) -> str:
        code = value.strip().lower().split("-")[0]
        return code if re.fullmatch(r"[a-z]{2,3}", code) else "und"

    @field_validator("reasoning")
    @classmethod
    def _short(cls, value: str) -> str:
        return value[:LONGEST_REASON]


_MENTION = re.compile(r"@[\w.]+")


def settled_by_rules(text: str) -> Classification | None:
    """Emoji, punctuation and tags of friends need no model; None where there are words."""
    rest = _MENTION.sub("", text)
    if any(unicodedata.category(character)[0] in "LN" for character in rest):
        return None
    return Classification(
        category=Category.IRRELEVANT,
        confidence=NO_WORDS_CONFIDENCE,
        language="und",
        sentiment=Sentiment.NEUTRAL,
        reasoning="no words",
        needs_human=False,
        injection_suspected=False,
    )
