"""Rows as a card reads them, made without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import Account, Card, Classification, Comment, Delivery, Draft, DraftVersion, Manager, Media
from db.models.account import TokenState
from db.models.comment import Category, CommentKind, MediaState, Sentiment
from db.models.draft import DraftOrigin
from db.models.manager import Role
from db.repositories.cards import CardRows

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
UNDO = timedelta(seconds=10)
PERMALINK = "https://www.instagram.com/p/Cabc123/"
NONCE = "A-b_0123456789abcdefgh"
IVAN = Manager(id=5_000_000_502, name="Иван", role=Role.MANAGER, active=True)
OLGA = Manager(id=501, name="Ольга", role=Role.SENIOR, active=True)


def card(**values: Any) -> Card:
    defaults = {"id": 7, "nonce": NONCE, "chat_id": -100, "wanted_rev": 1, "rendered_rev": 0}
    return Card(**(defaults | values))


def account(**values: Any) -> Account:
    defaults = {"id": 1, "username": "shop_main", "locale": "ru", "token_state": TokenState.VALID}
    return Account(**(defaults | values))


def draft(**values: Any) -> Draft:
    defaults = {"id": 1842, "state": DraftState.PENDING, "version": 1, "urgent": False}
    return Draft(**(defaults | values))


def comment(**values: Any) -> Comment:
    defaults = {
        "id": 3,
        "kind": CommentKind.COMMENT,
        "author_username": "anna_k",
        "text": "Сколько стоит доставка?",
        "written_at": NOW - timedelta(minutes=2),
        "state": CommentState.WAITING,
        "hidden": False,
    }
    return Comment(**(defaults | values))


def media(**values: Any) -> Media:
    defaults = {"id": 4, "kind": "FEED", "caption": "Осенняя распродажа", "permalink": PERMALINK}
    return Media(**(defaults | {"state": MediaState.KNOWN} | values))


def classification(category: Category = Category.QUESTION, **values: Any) -> Classification:
    defaults = {
        "confidence": 82,
        "language": "ru",
        "sentiment": Sentiment.NEUTRAL,
        "injection_suspected": False,
        "needs_human": False,
    }
    return Classification(category=category, **(defaults | values))


def version(number: int = 1, **values: Any) -> DraftVersion:
    defaults = {
        "version": number,
        "text": "Здравствуйте! Доставка по Москве 300 ₽.",
        "language": "ru",
        "origin": DraftOrigin.MODEL,
        "sources": [{"id": "p1", "title": "Доставка"}],
        "flags": [],
    }
    return DraftVersion(**(defaults | values))


def delivery(state: DeliveryState, effect: Effect = Effect.REPLY, **values: Any) -> Delivery:
    defaults = {"send_after": NOW + timedelta(seconds=10), "reads": 0, "draft_version": 1}
    return Delivery(state=state, effect=effect, **(defaults | values))


BASE = CardRows(
    card=card(),
    account=account(),
    draft=draft(),
    comment=comment(),
    media=media(),
    classification=classification(),
    version=version(),
    previous=None,
    delivery=None,
    visibility=None,
    position=1,
    decided_by=None,
    claimed_by=None,
    escalated_to=None,
)


def rows(**values: Any) -> CardRows:
    """A waiting question with a draft, changed as told."""
    return replace(BASE, **values)


def approved(sending: Delivery | None, **values: Any) -> CardRows:
    """Approved by Ivan, with what became of the delivery."""
    decided = draft(state=DraftState.APPROVED, decided_by=IVAN.id, decided_at=NOW - timedelta(seconds=3))
    return rows(**({"draft": decided, "decided_by": IVAN, "delivery": sending} | values))


STAGES: dict[str, CardRows] = {
    "waiting": rows(),
    "waiting_without_text": rows(draft=draft(version=0, why_no_text="manual"), version=None),
    "waiting_after_failure": rows(
        draft=draft(version=0, why_no_text="step_failed"),
        version=None,
        classification=None,
        comment=comment(state=CommentState.FAILED),
    ),
    "escalated": rows(
        draft=draft(state=DraftState.ESCALATED, escalated_at=NOW, decided_by=IVAN.id), decided_by=IVAN
    ),
    "escalated_to": rows(
        draft=draft(state=DraftState.ESCALATED, escalated_at=NOW, escalated_to=OLGA.id),
        decided_by=IVAN,
        escalated_to=OLGA,
    ),
    "editing": rows(draft=draft(claimed_by=IVAN.id, claim_until=NOW + timedelta(minutes=9)), claimed_by=IVAN),
    "regenerating": rows(draft=draft(state=DraftState.REGENERATING)),
    "approved": approved(delivery(DeliveryState.PLANNED)),
    "approved_and_due": approved(delivery(DeliveryState.PLANNED, send_after=NOW - timedelta(seconds=1))),
    "approved_while_paused": approved(
        delivery(DeliveryState.PLANNED), account=account(sending_paused_until=NOW + timedelta(hours=1))
    ),
    "approved_and_throttled": approved(
        delivery(
            DeliveryState.PLANNED,
            send_after=NOW - timedelta(minutes=1),
            next_attempt_at=NOW + timedelta(minutes=5),
            error="reply: throttled (#4)",
        )
    ),
    "approved_without_token": approved(
        delivery(DeliveryState.PLANNED), account=account(token_state=TokenState.INVALID)
    ),
    "sending": approved(delivery(DeliveryState.SENDING, request_started_at=NOW)),
    "checking": approved(delivery(DeliveryState.SENDING, request_started_at=NOW, reads=2)),
    "checking_later": approved(delivery(DeliveryState.PLANNED, request_started_at=NOW, reads=1)),
    "sent": approved(delivery(DeliveryState.SENT, sent_at=NOW)),
    "failed": approved(delivery(DeliveryState.FAILED, error="gone")),
    "uncertain": approved(delivery(DeliveryState.UNCERTAIN, request_started_at=NOW)),
    "dry_run": approved(delivery(DeliveryState.CANCELLED, error="dry_run")),
    "rejected": rows(draft=draft(state=DraftState.REJECTED, reason="spam", decided_at=NOW), decided_by=OLGA),
    "done": rows(draft=draft(state=DraftState.DONE, decided_at=NOW), decided_by=OLGA),
    "superseded": rows(draft=draft(state=DraftState.SUPERSEDED)),
    "expired": rows(draft=draft(state=DraftState.EXPIRED)),
    "edited": rows(
        draft=draft(version=2),
        version=version(2, text="Добрый день! 300 ₽.", origin=DraftOrigin.MANAGER, manager_id=IVAN.id),
        previous=version(1),
    ),
    "hidden": rows(comment=comment(hidden=True)),
    "hiding": rows(visibility=delivery(DeliveryState.PLANNED, Effect.HIDE)),
    "hide_failed": rows(visibility=delivery(DeliveryState.FAILED, Effect.HIDE, error="permission")),
}
"""A card in every situation, by name."""
