"""Several accounts by login, what Instagram shows, messages, and requests to erase somebody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "connect_requests",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("manager_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["managers.id"], name=op.f("fk_connect_requests_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connect_requests")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_connect_requests_state_hash")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "person",
                "account",
                name="erasuresubject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "callback",
                "command",
                name="erasuresource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("id_hash", sa.Text(), nullable=True),
        sa.Column("username_hash", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received", "done", name="erasurestate", native_enum=False, create_constraint=True, length=32
            ),
            server_default="received",
            nullable=False,
        ),
        sa.Column("erased", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_erasures_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("code", name=op.f("uq_erasures_code")),
    )
    op.create_index("ix_erasures_id_hash", "erasures", ["id_hash"], unique=False)
    op.create_index("ix_erasures_username_hash", "erasures", ["username_hash"], unique=False)
    op.add_column("accounts", sa.Column("throttled_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("app_scoped_id", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("page_id", sa.Text(), nullable=True))
    op.add_column(
        "accounts",
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column(
        "accounts",
        sa.Column(
            "subscribed_fields", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
    )
    op.add_column("accounts", sa.Column("subscription_checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("disconnected_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("tone", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("replies_per_hour", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "comments",
        sa.Column(
            "attachments", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
    )
    op.add_column("comments", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("comments", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("comments", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_comments_author", "comments", ["account_id", "author_instagram_id"], unique=False)
    op.create_index("ix_comments_media", "comments", ["media_id", "id"], unique=False)
    op.add_column(
        "deliveries", sa.Column("human_agent", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column(
        "events",
        sa.Column(
            "source",
            sa.Enum(
                "webhook",
                "reconciliation",
                name="eventsource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="webhook",
            nullable=False,
        ),
    )
    op.drop_constraint(op.f("uq_events_identity"), "events", type_="unique")
    op.create_unique_constraint(
        op.f("uq_events_account_instagram_id_identity"),
        "events",
        ["account_instagram_id", "identity"],
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("media", sa.Column("original_instagram_id", sa.Text(), nullable=True))
    op.add_column("media", sa.Column("ad_id", sa.Text(), nullable=True))
    op.add_column("media", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "media",
        sa.Column("children", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("media", sa.Column("comments_count", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Undo `upgrade`."""
    op.drop_column("media", "comments_count")
    op.drop_column("media", "children")
    op.drop_column("media", "published_at")
    op.drop_column("media", "ad_id")
    op.drop_column("media", "original_instagram_id")
    op.drop_constraint(op.f("uq_events_account_instagram_id_identity"), "events", type_="unique")
    op.create_unique_constraint(
        op.f("uq_events_identity"), "events", ["identity"], postgresql_nulls_not_distinct=False
    )
    op.drop_column("events", "source")
    op.drop_column("deliveries", "human_agent")
    op.drop_index("ix_comments_media", table_name="comments")
    op.drop_index("ix_comments_author", table_name="comments")
    op.drop_column("comments", "erased_at")
    op.drop_column("comments", "gone_at")
    op.drop_column("comments", "edited_at")
    op.drop_column("comments", "attachments")
    op.drop_column("accounts", "reconciled_at")
    op.drop_column("accounts", "last_event_at")
    op.drop_column("accounts", "replies_per_hour")
    op.drop_column("accounts", "tone")
    op.drop_column("accounts", "disconnected_at")
    op.drop_column("accounts", "subscription_checked_at")
    op.drop_column("accounts", "subscribed_fields")
    op.drop_column("accounts", "scopes")
    op.drop_column("accounts", "page_id")
    op.drop_column("accounts", "app_scoped_id")
    op.drop_column("accounts", "throttled_until")
    op.drop_index("ix_erasures_username_hash", table_name="erasures")
    op.drop_index("ix_erasures_id_hash", table_name="erasures")
    op.drop_table("erasures")
    op.drop_table("connect_requests")
