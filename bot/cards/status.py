"""The last lines of a card: what happened, who did it, what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, assert_never

from aiogram.utils.formatting import Text

from bot.cards.stage import Stage
from bot.markup import filled, moment, said
from bot.texts import Texts
from db.life.delivery import DeliveryState, Effect
from db.models import Delivery, Manager
from db.models.account import TokenState
from db.repositories.cards import CardRows

LONGEST_NAME: Final = 40  # UTF-16 units
LONGEST_REASON: Final = 80
SOON: Final = timedelta(seconds=5)
"""A delivery that waits no longer than this is about to leave."""

_CAUSES: Final = (
    (re.compile(r"\bthrottled\b"), "card.status.throttled"),
    (re.compile(r"\bour own limit\b"), "card.status.own_limit"),
    (re.compile(r"\b(auth|token)\b"), "card.status.retrying_token"),
)
"""Words of `delivery.error` while the delivery waits, and what they mean to people."""


def status(rows: CardRows, texts: Texts, stage: Stage, now: datetime) -> Iterable[Text]:
    """The lines of `stage` at `now`; none while the card simply waits."""
    match stage:
        case Stage.WAITING:
            return
        case Stage.ESCALATED:
            yield _escalated(rows, texts, now)
        case Stage.EDITING:
            yield filled(
                texts,
                "card.status.editing",
                who=_who(rows.claimed_by, texts),
                until=moment(rows.draft.claim_until or now, now),
            )
        case Stage.REGENERATING:
            yield Text(texts("card.status.regenerating"))
        case Stage.APPROVED:
            yield _decided("card.status.approved", rows, texts, now)
            yield _leaving(rows, texts, now)
        case Stage.SENDING | Stage.CHECKING | Stage.UNCERTAIN | Stage.DRY_RUN:
            yield _decided("card.status.approved", rows, texts, now)
            yield Text(texts(f"card.status.{stage}"))
        case Stage.SENT:
            sent_at = rows.delivery.sent_at if rows.delivery else None
            yield _decided("card.status.approved", rows, texts, now)
            yield filled(texts, "card.status.sent", at=moment(sent_at or now, now))
        case Stage.FAILED:
            yield _decided("card.status.approved", rows, texts, now)
            yield filled(texts, "card.status.failed", why=why(rows.delivery, texts))
        case Stage.REJECTED:
            yield _decided("card.status.rejected", rows, texts, now, reason=_reason(rows, texts))
        case Stage.DONE:
            yield _decided("card.status.done", rows, texts, now)
        case Stage.SUPERSEDED | Stage.EXPIRED:
            key = f"card.{stage}.{rows.draft.reason}"
            yield Text(texts(key if texts.has(key) else f"card.status.{stage}"))
        case _:
            assert_never(stage)


def visibility_line(rows: CardRows, texts: Texts) -> Iterable[Text]:
    """Whether the customer's comment is hidden on Instagram, or about to be."""
    change = rows.visibility
    if change is not None:
        name = "hide" if change.effect is Effect.HIDE else "unhide"
        match change.state:
            case DeliveryState.PLANNED | DeliveryState.SENDING:
                yield Text(texts(f"card.visibility.{name}.under_way"))
                return
            case DeliveryState.FAILED | DeliveryState.UNCERTAIN:
                yield filled(texts, f"card.visibility.{name}.failed", why=why(change, texts))
            case DeliveryState.SENT | DeliveryState.CANCELLED:
                pass
            case _:
                assert_never(change.state)
    if rows.comment.hidden:
        yield Text(texts("card.visibility.hidden"))


def why(delivery: Delivery | None, texts: Texts) -> str:
    """In plain words why Instagram did not take it; `error` names a class of trouble."""
    key = f"card.why.{delivery.error if delivery else ''}"
    return texts(key if texts.has(key) else "card.why.other")


def _leaving(rows: CardRows, texts: Texts, now: datetime) -> Text:
    """When an approved reply leaves, or what holds it back."""
    paused, throttled = rows.account.sending_paused_until, rows.account.throttled_until
    if paused is not None and paused > now:
        return filled(texts, "card.status.paused", until=moment(paused, now))
    if throttled is not None and throttled > now:
        return filled(texts, "card.status.throttled", at=moment(throttled, now))
    if rows.account.token_state is TokenState.INVALID:
        return Text(texts("card.status.no_token"))
    delivery = rows.delivery
    again = None if delivery is None else delivery.next_attempt_at
    if delivery is not None and again is not None and again > now + SOON:
        return filled(texts, _cause(delivery.error or ""), at=moment(again, now))
    if delivery is not None and delivery.send_after > now:
        return filled(texts, "card.status.undo_window", at=moment(delivery.send_after, now, seconds=True))
    return Text(texts("card.status.queued"))


def _cause(error: str) -> str:
    """The key of why a delivery waits."""
    return next((key for pattern, key in _CAUSES if pattern.search(error)), "card.status.later")


def _escalated(rows: CardRows, texts: Texts, now: datetime) -> Text:
    at = moment(rows.draft.escalated_at or now, now)
    who = _who(rows.decided_by, texts)
    if rows.escalated_to is not None:
        to = said(rows.escalated_to.name, LONGEST_NAME)
        return filled(texts, "card.status.escalated_to", to=to, who=who, at=at)
    return filled(texts, "card.status.escalated", who=who, at=at)


def _decided(key: str, rows: CardRows, texts: Texts, now: datetime, **values: object) -> Text:
    at = moment(rows.draft.decided_at or now, now)
    return filled(texts, key, who=_who(rows.decided_by, texts), at=at, **values)


def _reason(rows: CardRows, texts: Texts) -> Text:
    """One of the buttons' reasons, or the manager's own words."""
    reason = rows.draft.reason or ""
    key = f"card.reason.{reason}"
    if texts.has(key):
        return Text(texts(key))
    return said(reason, LONGEST_REASON) if reason else Text(texts("card.reason.none"))


def _who(manager: Manager | None, texts: Texts) -> Text:
    """A person; a decision without one is a policy's."""
    return said(manager.name, LONGEST_NAME) if manager is not None else Text(texts("card.automatically"))
