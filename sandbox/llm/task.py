"""What the product asks for: the JSON objects inside its messages.

The shapes are agreed with the product and parsed exactly; what does not fit is no task, and the model
then answers something harmless.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator


class TaskKind(StrEnum):
    CLASSIFY = "classify"
    ANSWER = "answer"


class Category(StrEnum):
    QUESTION = "question"
    URGENT = "urgent"
    COMPLAINT = "complaint"
    PRAISE = "praise"
    PARTNERSHIP = "partnership"
    TOXIC = "toxic"
    SPAM = "spam"
    IRRELEVANT = "irrelevant"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Comment(_Part):
    text: str
    author: str | None = None
    kind: Any = None


class Post(_Part):
    caption: str | None = None
    kind: Any = None
    image: Any = None


class ThreadEntry(_Part):
    author: str | None = Field(default=None, alias="from")
    text: str = ""


class Task(_Part):
    """The last user message: one comment to classify or to answer. `language` is ISO-639-1."""

    task: TaskKind
    comment: Comment
    post: Post | None = None
    thread: tuple[ThreadEntry, ...] = ()
    language: str | None = None
    category: Category | None = None
    hint: str | None = None
    previous: str | None = None

    @field_validator("language", "category", mode="before")
    @classmethod
    def _unknown(cls, value: object) -> object:
        """An empty text and `und` stand for what is not known."""
        return None if value in {"", "und"} else value

    @property
    def caption(self) -> str:
        return (self.post.caption or "") if self.post else ""


class Passage(_Part):
    """One piece of the business's knowledge; a product may bring its fields beside its text.

    The fields are not agreed upon, so any value is taken and only a readable one is used.
    """

    id: str
    title: str | None = None
    kind: str | None = None
    text: str = ""
    name: Any = None
    price: Any = None
    currency: Any = None
    stock: Any = None
    attributes: Any = None


class Business(_Part):
    name: str | None = None
    handle: str | None = None
    kind: Any = None
    lang: str | None = None


class Knowledge(_Part):
    """An earlier user message: what the business knows."""

    knowledge: tuple[Passage, ...] = ()
    business: Business | None = None


# Names under which the business itself appears in a thread, beside its handle and its name.
_OURS = {
    *("us", "we", "me", "ours", "business", "brand", "shop", "store"),
    *("account", "assistant", "manager", "bot", "owner", "team"),
}


def is_ours(entry: ThreadEntry, business: Business | None) -> bool:
    """Whether the business wrote this entry of a thread."""
    author = (entry.author or "").lstrip("@").casefold()
    names = (
        {(name or "").lstrip("@").casefold() for name in (business.handle, business.name)}
        if business
        else set()
    )
    return bool(author) and author in _OURS | names


def read_task(texts: list[str]) -> Task | None:
    """The task in the last of the user's messages that is one; None when there is none."""
    for text in reversed(texts):
        try:
            return Task.model_validate_json(text)
        except ValidationError:
            continue
    return None


def read_knowledge(texts: list[str]) -> Knowledge:
    """The knowledge that came with the task; empty when none did."""
    for text in reversed(texts):
        try:
            found = Knowledge.model_validate_json(text)
        except ValidationError:
            continue
        if found.knowledge or found.business:
            return found
    return Knowledge()
