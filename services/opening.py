"""Bringing a comment before the managers: a draft and its card."""

from __future__ import annotations

from db.engine import Transaction
from db.models import Account, Comment, Draft
from db.models.alert import Severity
from db.repositories import drafts
from services import cards
from services.alerts import raise_alert
from services.decide.superseding import Superseding, Why


async def open_card(
    tx: Transaction,
    comment: Comment,
    account: Account,
    superseding: Superseding,
    *,
    urgent: bool = False,
    why_no_text: str | None = None,
    version: int | None = None,
) -> Draft | None:
    """The comment's draft, on a card. `why_no_text` is a key of the card's catalogue.

    A person who wrote several times in a thread has one open card, that of the newest words; the model is
    shown the earlier ones with them. So older cards close here and not when the newer words arrive: an
    “ok, thanks” that needs no card must not close an open question. None when newer words have theirs. The
    caller holds the thread (`comments.lock_thread`).
    """
    if await drafts.any_open_after(tx.session, comment):
        await superseding.supersede(tx, comment, Why.WROTE_AGAIN)
        return None
    earlier = await drafts.open_before(tx.session, comment)
    urgent = urgent or any(draft.urgent for draft, _ in earlier)  # nobody has answered it yet
    draft = await _opened(tx, comment, account, urgent=urgent, why_no_text=why_no_text, version=version)
    for _, said in earlier:
        await superseding.supersede(tx, said, Why.WROTE_AGAIN)
    return draft


async def dead_letter(
    tx: Transaction, comment: Comment, account: Account, step: str, error: str, outcome: str | None = None
) -> None:
    """A step failed for good: people see the comment all the same, with a Retry button, and an alert.

    Older cards of its author stay open: nobody has read the newer words. The alert's subject is the account
    and the cause, not the comment: an outage is one message with a counter for each team. `outcome` says
    how a language model failed, in a word that the catalogue knows.
    """
    draft = await _opened(tx, comment, account, why_no_text="step_failed")
    await raise_alert(
        tx,
        "dead_letter",
        f"{account.id}:{step}:{outcome or error}",
        severity=Severity.CRITICAL,
        account_id=account.id,
        step=step,
        error=error,
        outcome=outcome,
        draft=draft.id,
    )


async def _opened(
    tx: Transaction,
    comment: Comment,
    account: Account,
    *,
    urgent: bool = False,
    why_no_text: str | None = None,
    version: int | None = None,
) -> Draft:
    values: dict[str, object] = {"why_no_text": why_no_text, "urgent": urgent}
    if version is not None:
        values["version"] = version
    draft = await drafts.open_for(tx.session, comment, **values)
    await cards.show(tx, draft, account)
    return draft
