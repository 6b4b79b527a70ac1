"""The schema of a classification, and the rules that need no model."""

from __future__ import annotations

import re
import unicodedata

from pydantic import BaseModel, ConfigDict, field_validator

from db.models import Comment, Media
from db.models.comment import Category, CommentKind, MediaState, Sentiment

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


def mentions_elsewhere(comment: Comment, media: Media | None, username: str) -> bool:
    """Whether a comment stands under somebody else's post and mentions the account `username`.

    With Instagram Login such mentions come by the `comments` field, and nothing in the event says whose the
    post is (datasheet, §2.7 h: UNSURE). So a comment counts as a mention when its post cannot be read as
    ours (Graph shows only the account's own by their id), it is no advertisement, whose posts cannot always
    be read either, and its words hold @username.
    """
    if comment.kind is not CommentKind.COMMENT or media is None or media.state is not MediaState.UNREADABLE:
        return False
    if media.kind == "AD" or media.ad_id is not None or not username:
        return False
    name = rf"(?<![\w.])@{re.escape(username)}(?!\w|\.\w)"
    return re.search(name, comment.text, re.IGNORECASE) is not None
