"""The audit trail: everything that happened, in time order, as plain rows."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Account,
    Alert,
    Classification,
    Comment,
    Decision,
    Delivery,
    Draft,
    DraftVersion,
    Event,
    KnowledgeChange,
)


def sha256_of(text: str | None) -> str | None:
    """The plain hash an outside checker can compare; None where the text was erased or never was."""
    return None if not text else hashlib.sha256(text.encode()).hexdigest()


class _Trail:
    """Gathers the entries; knows Instagram's names of comments and accounts."""

    def __init__(self, since: datetime | None) -> None:
        self._since = since
        self.found: list[dict[str, Any]] = []
        self.accounts: dict[int, str] = {}
        self.comments: dict[int, str] = {}
        self.texts: dict[tuple[int, int], str] = {}

    async def prepare(self, session: AsyncSession) -> None:
        for account in await session.execute(select(Account.id, Account.instagram_id)):
            self.accounts[account[0]] = account[1]
        for comment in await session.execute(select(Comment.id, Comment.instagram_id)):
            self.comments[comment[0]] = comment[1]
        versions = select(DraftVersion.draft_id, DraftVersion.version, DraftVersion.text)
        for version in await session.execute(versions):
            self.texts[version[0], version[1]] = version[2]

    def add(self, subject: str, row: Any, at: datetime, **facts: Any) -> None:
        if self._since is not None and at < self._since:
            return
        self.found.append(
            {
                "type": subject,
                "id": row.id,
                "comment_id": self.comments.get(getattr(row, "comment_id", None) or 0),
                "account_id": self.accounts.get(getattr(row, "account_id", None) or 0),
                "at": at,
                **facts,
            }
        )

    def hash_of(self, draft_id: int | None, version: int) -> str | None:
        return sha256_of(self.texts.get((draft_id or 0, version)))


async def entries(session: AsyncSession, since: datetime | None = None) -> list[dict[str, Any]]:
    """One object per event, comment, classification, draft version, decision, delivery, alert and document.

    In time order; `at` is ISO 8601 in UTC; `comment_id` and `account_id` are Instagram's (interfaces,
    Commands).
    """
    trail = _Trail(since)
    await trail.prepare(session)
    await _arrivals(session, trail)
    await _drafts(session, trail)
    await _decisions(session, trail)
    for alert in (await session.execute(select(Alert))).scalars():
        trail.add(
            "alert", alert, alert.created_at, state=alert.state, alert_kind=alert.kind, count=alert.count
        )
    for change in (await session.execute(select(KnowledgeChange))).scalars():
        trail.add(
            "knowledge",
            change,
            change.created_at,
            action=change.action,
            name=change.name,
            sha256=change.sha256,
            actor_id=change.manager_id,
        )
    in_order = sorted(trail.found, key=lambda entry: (entry["at"], entry["type"], entry["id"]))
    return [entry | {"at": entry["at"].isoformat()} for entry in in_order]


async def _arrivals(session: AsyncSession, trail: _Trail) -> None:
    for event in (await session.execute(select(Event))).scalars():
        trail.add(
            "event",
            event,
            event.received_at,
            account_id=event.account_instagram_id,
            state=event.state,
            identity=event.identity,
            problem=event.problem,
        )
    for comment in (await session.execute(select(Comment))).scalars():
        trail.add(
            "comment",
            comment,
            comment.created_at,
            comment_id=comment.instagram_id,
            state=comment.state,
            kind=comment.kind,
            attempts=comment.attempts,
        )
    for reading in (await session.execute(select(Classification))).scalars():
        trail.add("classification", reading, reading.created_at, state=reading.category)


async def _drafts(session: AsyncSession, trail: _Trail) -> None:
    drafts = {row.id: row for row in (await session.execute(select(Draft))).scalars()}
    for version in (await session.execute(select(DraftVersion))).scalars():
        draft = drafts[version.draft_id]
        trail.add(
            "draft",
            version,
            version.created_at,
            comment_id=trail.comments.get(draft.comment_id),
            draft_id=draft.id,
            state=draft.state,
            draft_version=version.version,
            text_sha256=sha256_of(version.text),
        )
    written = {draft_id for draft_id, _version in trail.texts}
    for draft in drafts.values():
        if draft.id not in written:  # a card without a text: withheld, manual, or the model failed
            trail.add("draft", draft, draft.created_at, draft_id=draft.id, state=draft.state, draft_version=0)


async def _decisions(session: AsyncSession, trail: _Trail) -> None:
    for decision in (await session.execute(select(Decision))).scalars():
        trail.add(
            "decision",
            decision,
            decision.created_at,
            state=decision.to_state,
            actor_id=decision.actor_id,
            action=decision.action,
            draft_id=decision.draft_id,
            draft_version=decision.draft_version,
            text_sha256=trail.hash_of(decision.draft_id, decision.draft_version),
        )
    for delivery in (await session.execute(select(Delivery))).scalars():
        trail.add(
            "delivery",
            delivery,
            delivery.created_at,
            state=delivery.state,
            effect=delivery.effect,
            external_id=delivery.external_id,
            attempts=delivery.attempts,
            decision_id=delivery.decision_id,
            draft_version=delivery.draft_version,
            text_sha256=trail.hash_of(delivery.draft_id, delivery.draft_version),
        )
