"""One call of a language model: what it was for, what it cost, how it went."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Dated, Model, choice


class Purpose(StrEnum):
    """What a call is for."""

    CLASSIFY = "classify"
    ANSWER = "answer"


class CallOutcome(StrEnum):
    """How a call went."""

    OK = "ok"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"  # not the schema
    TRANSIENT = "transient"
    PERMANENT = "permanent"


class LlmCall(Dated, Model):
    """`cost_usd` is None where no price is known: unknown is not zero."""

    __tablename__ = "llm_calls"
    __table_args__ = (
        Index("ix_llm_calls_created_at", "account_id", "created_at"),
        Index("ix_llm_calls_comment", "comment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    model: Mapped[str]
    prompt_version: Mapped[str]
    input_tokens: Mapped[int | None]
    cached_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost_usd: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
    latency_ms: Mapped[int]
    outcome: Mapped[CallOutcome] = mapped_column(choice(CallOutcome))
    problem: Mapped[str | None]
    request_id: Mapped[str | None]
