"""The ledger of intended effects on Instagram."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.life.delivery import DeliveryState, Effect
from db.models.table import Dated, Leased, Model, choice

_LIVE = "state IN ('planned', 'sending', 'sent', 'uncertain')"


class Delivery(Dated, Leased, Model):
    """One intended effect.

    `request_started_at` is committed just before a request leaves: an answer that never came is only
    ambiguous from then on. It is cleared when Instagram certainly took nothing.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        # At most one live reply, private reply and message per comment (rulings, 5).
        Index(
            "uq_deliveries_reply",
            "comment_id",
            "effect",
            unique=True,
            postgresql_where=f"effect IN ('reply', 'private_reply', 'message') AND {_LIVE}",
        ),
        # Hide and unhide alternate, one open at a time.
        Index(
            "uq_deliveries_visibility",
            "comment_id",
            unique=True,
            postgresql_where="effect IN ('hide', 'unhide') AND state IN ('planned', 'sending', 'uncertain')",
        ),
        Index("uq_deliveries_external", "account_id", "external_id", unique=True),
        Index("ix_deliveries_open", "send_after", postgresql_where="state IN ('planned', 'sending')"),
        Index("ix_deliveries_draft", "draft_id", "id"),
        Index("ix_deliveries_sent_at", "account_id", "effect", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    draft_version: Mapped[int]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))  # None: purged with the audit
    effect: Mapped[Effect] = mapped_column(choice(Effect))
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState), server_default=DeliveryState.PLANNED)
    send_after: Mapped[datetime] = mapped_column(server_default=func.now())
    request_started_at: Mapped[datetime | None]
    reads: Mapped[int] = mapped_column(server_default="0")  # how often the answer was looked for
    external_id: Mapped[str | None]
    human_agent: Mapped[bool] = mapped_column(server_default="false")  # sent under Meta's human agent tag
    sent_at: Mapped[datetime | None]
