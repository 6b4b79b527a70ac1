"""A delivery ended: what follows for its comment and its card."""

from __future__ import annotations

from datetime import UTC, datetime

from db.engine import Transaction
from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.models import Account, Comment, Delivery
from db.models.alert import Severity
from db.repositories import deliveries, drafts, moves
from services import cards
from services.alerts import raise_alert, resolve_alert, resolve_kind
from services.deliver.matching import CLOCKS, same_words
from services.instagram.errors import Trouble


async def confirm_own(
    tx: Transaction,
    account: Account,
    *,
    thread: str,
    external_id: str,
    text: str,
    written_at: datetime | None,
) -> Delivery | None:
    """Our own words came back as a webhook: the delivery that wrote them is certainly sent.

    `thread` is a top-level comment's id, or a conversation's, where private replies appear too. Words from
    well before a request cannot be its own (rulings, 6). `written_at` is aware, None where nobody says.
    None when no open doubt matches: they are known already, or somebody wrote them in the app.
    """
    if await deliveries.claimed_ids(tx.session, account.id, [external_id]):
        return None
    latest = None if written_at is None else written_at + CLOCKS
    unconfirmed = await deliveries.unconfirmed_in_thread(tx.session, account.id, thread, latest)
    matching = [delivery for delivery, words in unconfirmed if same_words(words, text)]
    if not matching:
        return None
    # A doubt that is still open comes before one that a person has closed by “send again”.
    delivery = min(matching, key=lambda one: one.state is DeliveryState.FAILED)
    if delivery.state is DeliveryState.SENT or not await _replaces(tx, delivery):
        delivery.external_id = external_id  # what became of it is decided; now we know its id
        return delivery
    sent = await moves.move(
        tx.session,
        Delivery,
        delivery.id,
        DeliveryState.SENT,
        external_id=external_id,
        sent_at=datetime.now(UTC),
        lease_until=None,
        next_attempt_at=None,
        error=None,
        note="came back by webhook",
    )
    if sent is not None:
        await after_sent(tx, sent)
    return sent


async def _replaces(tx: Transaction, delivery: Delivery) -> bool:
    """Whether `delivery` may be the comment's live answer.

    A person thought it absent and had it sent again, and it arrived after all: the second one stays here
    while it has not left. False when it has.
    """
    if delivery.state is not DeliveryState.FAILED:
        return True
    second = await deliveries.live(tx.session, delivery.comment_id, delivery.effect)
    if second is None:
        return True
    cancelled = await moves.move(
        tx.session,
        Delivery,
        second.id,
        DeliveryState.CANCELLED,
        Delivery.request_started_at.is_(None),
        note="the first one arrived after all",
    )
    return cancelled is not None


async def after_sent(tx: Transaction, delivery: Delivery) -> None:
    """The comment is answered, and the card says so."""
    if delivery.effect in deliveries.WORDS:
        await moves.move(tx.session, Comment, delivery.comment_id, CommentState.ANSWERED)
    await settled(tx, delivery.draft_id)
    await resolve_alert(tx, "instagram_down", str(delivery.account_id))
    await resolve_alert(tx, "delivery_failed", _permission(delivery))
    await redraw(tx, delivery)


async def settled(tx: Transaction, draft_id: int) -> None:
    """Nobody has to look after the draft's deliveries any more."""
    await resolve_alert(tx, "delivery_failed", str(draft_id))
    doubts = await deliveries.accounts_in(tx.session, DeliveryState.UNCERTAIN)
    await resolve_kind(tx, "delivery_uncertain", sparing=doubts)


def _cause(delivery: Delivery, error: str | None, *, in_doubt: bool) -> tuple[str, str]:
    """The alert's kind and subject: what concerns many replies is one message, however many."""
    if in_doubt:
        return "delivery_uncertain", str(delivery.account_id)
    if error == Trouble.TRANSIENT.value:
        return "instagram_down", str(delivery.account_id)
    if error == Trouble.PERMISSION.value:
        return "delivery_failed", _permission(delivery)
    return "delivery_failed", str(delivery.draft_id)


def _permission(delivery: Delivery) -> str:
    """What the app may not do for an account concerns all its deliveries of the kind."""
    return f"{Trouble.PERMISSION}:{delivery.account_id}:{delivery.effect}"


async def give_up(
    tx: Transaction, delivery: Delivery, error: str | None, note: str, *, refused: bool = False
) -> None:
    """End a claimed delivery: uncertain while its words may have arrived, else failed. People are told.

    `refused`: its request certainly did nothing. Nothing changes when the lease was lost.
    """
    started = None if refused or delivery.effect in deliveries.VISIBILITY else delivery.request_started_at
    in_doubt = started is not None
    ended = await moves.save(
        tx.session,
        delivery,
        DeliveryState.UNCERTAIN if in_doubt else DeliveryState.FAILED,
        attempts=delivery.attempts,
        request_started_at=started,
        error=error,
        note=note,
    )
    if ended is None:
        return
    kind, subject = _cause(ended, error, in_doubt=in_doubt)
    await raise_alert(
        tx,
        kind,
        subject,
        severity=Severity.CRITICAL if in_doubt else Severity.WARNING,
        account_id=ended.account_id,
        draft=ended.draft_id,
        why=error,
    )
    await redraw(tx, ended)


async def redraw(tx: Transaction, delivery: Delivery) -> None:
    """Have the delivery's card drawn again."""
    draft = await drafts.get(tx.session, delivery.draft_id)
    if draft is not None:
        await cards.show(tx, draft)
