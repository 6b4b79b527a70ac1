"""Whether Instagram still takes an answer (rules in `channel`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from db.engine import Transaction
from db.models import Comment
from db.repositories import deliveries
from services.deliver.channel import needs_human_agent, window_until


@dataclass(frozen=True, slots=True)
class Window:
    """The window as it is now."""

    until: datetime | None
    """Aware UTC; None: at any time."""
    human_agent: bool
    """An answer now has to carry Meta's human agent tag."""

    @property
    def closed(self) -> bool:
        """Whether it is too late."""
        return self.until is not None and self.until < datetime.now(UTC)


async def window_of(tx: Transaction, comment: Comment, *, human_agent: bool) -> Window:
    """`human_agent`: a person answers, and Meta has approved the app for the longer window."""
    heard_at = await deliveries.heard_at(tx.session, comment)
    return Window(
        until=window_until(comment, heard_at, human_agent=human_agent),
        human_agent=human_agent and needs_human_agent(comment, heard_at, datetime.now(UTC)),
    )
