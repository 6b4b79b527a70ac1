"""What the SDK's exceptions mean for us (datasheet, §1: the table of what it really raises)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import openai

from db.models.llm_call import CallOutcome
from services.llm.port import LlmError

_OUT_OF_MONEY = "insufficient_quota"


@asynccontextmanager
async def translated(deadline: timedelta) -> AsyncIterator[None]:
    """Turn whatever a call raises into LlmError; the SDK's own texts may quote bodies and are not kept.

    `deadline` is for the whole call: the SDK's timeout begins anew with every piece of an answer.
    """
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            yield
    except openai.RateLimitError as error:
        outcome = CallOutcome.PERMANENT if error.code == _OUT_OF_MONEY else CallOutcome.TRANSIENT
        raise LlmError(outcome, "rate limited", error.code, _retry_after(error)) from None
    except (openai.APITimeoutError, TimeoutError):
        raise LlmError(CallOutcome.TRANSIENT, "no answer in time") from None
    except openai.APIConnectionError:
        raise LlmError(CallOutcome.TRANSIENT, "cannot be reached") from None
    except openai.APIStatusError as error:
        transient = error.status_code >= 500 or error.status_code in {408, 409}
        outcome = CallOutcome.TRANSIENT if transient else CallOutcome.PERMANENT
        raise LlmError(outcome, f"HTTP {error.status_code}", error.code) from None
    except (openai.APIError, AttributeError, json.JSONDecodeError, TypeError) as error:
        # 200 with HTML or broken JSON surfaces as any of these.
        raise LlmError(CallOutcome.TRANSIENT, f"an unreadable answer ({type(error).__name__})") from None


def _retry_after(error: openai.APIStatusError) -> float | None:
    told = error.response.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else None
