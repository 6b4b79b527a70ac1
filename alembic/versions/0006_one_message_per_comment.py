"""At most one live message per comment, as with replies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LIVE = "state IN ('planned', 'sending', 'sent', 'uncertain')"


def upgrade() -> None:
    """Expand."""
    _one_live("'reply', 'private_reply', 'message'")


def _one_live(effects: str) -> None:
    op.drop_index("uq_deliveries_reply", table_name="deliveries")
    op.create_index(
        "uq_deliveries_reply",
        "deliveries",
        ["comment_id", "effect"],
        unique=True,
        postgresql_where=sa.text(f"effect IN ({effects}) AND {LIVE}"),
    )


def downgrade() -> None:
    """Undo."""
    _one_live("'reply', 'private_reply'")
