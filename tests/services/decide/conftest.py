"""Decisions over a real database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from db.engine import Database
from db.models import Alert, Decision, Delivery, Draft
from db.models.alert import AlertState
from db.models.draft import DraftVersion
from services.decide.outcome import Actor, Outcome
from services.decide.service import Decisions
from tests.building import OPTIONS


@dataclass(frozen=True)
class Office:
    """Managers at their buttons: each press is a transaction of its own."""

    db: Database
    decisions: Decisions

    async def press(self, action: str, actor: Actor, draft: Draft, *rest: Any, **more: Any) -> Outcome:
        """One press on the version that the draft had when it was shown."""
        given = more.pop("version", draft.version)
        async with self.db.transaction() as tx:
            work = getattr(self.decisions, action)
            if action == "set_hidden":
                outcome = await work(tx, actor, draft.id, *rest, **more)
            else:
                outcome = await work(tx, actor, draft.id, given, *rest, **more)
            assert isinstance(outcome, Outcome)
            return outcome

    async def draft(self, draft: Draft) -> Draft:
        """The draft as it is now."""
        async with self.db.transaction() as tx:
            return (await tx.session.execute(select(Draft).where(Draft.id == draft.id))).scalar_one()

    async def decided(self, draft: Draft) -> list[str]:
        """Actions in the audit, oldest first."""
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(
                select(Decision.action).where(Decision.draft_id == draft.id).order_by(Decision.id)
            )
            return [row[0].value for row in rows]

    async def deliveries(self, draft: Draft) -> list[Delivery]:
        """All deliveries, oldest first."""
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(
                select(Delivery).where(Delivery.draft_id == draft.id).order_by(Delivery.id)
            )
            return list(rows.scalars())

    async def versions(self, draft: Draft) -> list[str]:
        """All texts, oldest first."""
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(
                select(DraftVersion.text)
                .where(DraftVersion.draft_id == draft.id)
                .order_by(DraftVersion.version)
            )
            return [row[0] for row in rows]

    async def jobs(self, step: str) -> int:
        """How many jobs of a step are queued."""
        async with self.db.transaction() as tx:
            return (
                await tx.session.scalar(
                    text("SELECT count(*) FROM pgqueuer WHERE entrypoint = :step"), {"step": step}
                )
                or 0
            )

    async def open_alerts(self, kind: str) -> int:
        """Alerts of a kind that nobody has resolved."""
        async with self.db.transaction() as tx:
            return (
                await tx.session.scalar(
                    select(func.count())
                    .select_from(Alert)
                    .where(Alert.kind == kind, Alert.state != AlertState.RESOLVED)
                )
                or 0
            )


@pytest.fixture
def office(db: Database) -> Office:
    options = replace(OPTIONS, undo=timedelta(seconds=10))
    return Office(db, Decisions(options, b"a key of the audit"))
