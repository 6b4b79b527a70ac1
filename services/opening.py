"""Bringing a comment before the managers: a draft and its card."""

from __future__ import annotations

from db.engine import Transaction
from db.models import Account, Comment, Draft
from db.models.alert import Severity
from db.repositories import drafts
from services import cards
from services.alerts import raise_alert


async def open_card(
    tx: Transaction,
    comment: Comment,
    account: Account,
    *,
    urgent: bool = False,
    why_no_text: str | None = None,
    version: int | None = None,
) -> Draft:
    """The comment's draft, on a card. `why_no_text` is a key of the card's catalogue."""
    values: dict[str, object] = {"why_no_text": why_no_text, "urgent": urgent}
    if version is not None:
        values["version"] = version
    draft = await drafts.open_for(tx.session, comment, **values)
    await cards.show(tx, draft, account)
    return draft


async def dead_letter(
    tx: Transaction, comment: Comment, account: Account, step: str, error: str, outcome: str | None = None
) -> None:
    """A step failed for good: people see the comment all the same, with a Retry button, and an alert.

    The alert's subject is the cause, not the comment: an outage is one message with a counter. `outcome`
    says how a language model failed, in a word that the catalogue knows.
    """
    draft = await open_card(tx, comment, account, why_no_text="step_failed")
    await raise_alert(
        tx,
        "dead_letter",
        f"{step}:{outcome or error}",
        severity=Severity.CRITICAL,
        account_id=account.id,
        step=step,
        error=error,
        outcome=outcome,
        draft=draft.id,
    )
