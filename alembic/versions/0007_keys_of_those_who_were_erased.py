"""Keys of tombstones outlive the keys that encrypt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "former_keys",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_keys")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_former_keys_fingerprint")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("former_keys")
