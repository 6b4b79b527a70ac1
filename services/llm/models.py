"""Which language models are asked, and how their failures are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from db.engine import Transaction
from db.models.alert import Severity
from db.models.llm_call import CallOutcome
from services.alerts import raise_alert, resolve_alert
from services.llm.port import LlmError
from services.work.backoff import backoff


@dataclass(frozen=True, slots=True)
class Models:
    """Names as the provider knows them."""

    classify: str
    answer: str


LONGEST_PAUSE = timedelta(minutes=5)
"""A provider that asks for more is asked again sooner: the attempts are counted all the same."""


def pause_after(error: LlmError, attempt: int) -> timedelta:
    """How long a comment waits after failed attempt number `attempt`: at least what the provider says."""
    told = timedelta(seconds=max(error.retry_after or 0.0, 0.0))
    return max(backoff(attempt), min(told, LONGEST_PAUSE))


async def llm_failed(tx: Transaction, error: LlmError) -> None:
    """Tell people that the language model is away, or that it refuses us (key, quota, model name)."""
    match error.outcome:
        case CallOutcome.TRANSIENT:
            await raise_alert(tx, "llm_down", says=error.says)
        case CallOutcome.PERMANENT:
            await raise_alert(
                tx, "llm_refused", severity=Severity.CRITICAL, code=error.code or error.says, says=error.says
            )
        case CallOutcome.REFUSED | CallOutcome.INCOMPLETE | CallOutcome.INVALID | CallOutcome.OK:
            pass  # about this comment only: its card says so


async def llm_works(tx: Transaction) -> None:
    """The language model answered."""
    await resolve_alert(tx, "llm_down")
    await resolve_alert(tx, "llm_refused")
