"""Whom an erasure is about, and an audit that forgets after its time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Two settings, local to their transactions, open the guard by exactly as much as each of them needs.
GUARD = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('instachatico.purging', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('instachatico.erasing', true) = 'on'
        AND to_jsonb(NEW) = to_jsonb(OLD) || '{"reason": null}' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END; $$
"""
CLOSED_GUARD = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
 BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END; $$
"""


def upgrade() -> None:
    """Expand."""
    op.add_column("erasures", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column(
        "erasures",
        sa.Column("hashes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("erasures", sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_erasures_hashes", "erasures", ["hashes"], unique=False, postgresql_using="gin")
    op.create_index(
        "uq_erasures_open",
        "erasures",
        ["subject", "account_id", "id_hash", "username_hash"],
        unique=True,
        postgresql_where=sa.text("state = 'received'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "ix_comments_kept",
        "comments",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("erased_at IS NULL"),
    )
    op.create_index(
        "ix_events_kept",
        "events",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("payload <> '{}'::jsonb"),
    )
    op.alter_column("deliveries", "decision_id", existing_type=sa.BigInteger(), nullable=True)
    op.execute(GUARD)


def downgrade() -> None:
    """Undo `upgrade`. Deliveries whose decision was purged go with it: the old schema cannot hold them."""
    op.execute(CLOSED_GUARD)
    op.execute("DELETE FROM deliveries WHERE decision_id IS NULL")
    op.alter_column("deliveries", "decision_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_index("ix_events_kept", table_name="events")
    op.drop_index("ix_comments_kept", table_name="comments")
    op.drop_index("uq_erasures_open", table_name="erasures")
    op.drop_index("ix_erasures_hashes", table_name="erasures")
    op.drop_column("erasures", "next_attempt_at")
    op.drop_column("erasures", "hashes")
    op.drop_column("erasures", "sealed")
