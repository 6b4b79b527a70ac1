"""Pairs, what a list says of stock and of its own age, files sent to the bot, and who changed what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SIGNS = "«»„“”‘’‚‹›…–—−·•№₽€£₸₴©®™°×\u00a0\u2007\u2009\u202f"
SEARCHED = f"translate(title || ' ' || text, 'ёЁ{SIGNS}', 'еЕ{' ' * len(SIGNS)}')"
SEARCH = f"to_tsvector('russian', {SEARCHED}) || to_tsvector('english', {SEARCHED})"
CHECK = "ck_passages_passagekind"


def upgrade() -> None:
    """Expand."""
    op.add_column("passages", sa.Column("stock", sa.Text(), nullable=True))
    op.add_column("passages", sa.Column("updated", sa.Date(), nullable=True))
    op.drop_constraint(op.f(CHECK), "passages", type_="check")
    op.create_check_constraint(op.f(CHECK), "passages", "kind IN ('text', 'product', 'pair')")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")  # trusted: the database's owner may
    op.add_column(
        "passages",
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(SEARCH, persisted=True), nullable=False),
    )
    op.create_index("ix_passages_search", "passages", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_passages_account", "passages", ["account_id"], unique=False)
    _documents()
    _changes()
    _uploads()


def _documents() -> None:
    now = sa.text("now()")
    op.add_column(
        "documents", sa.Column("changed_at", sa.DateTime(timezone=True), server_default=now, nullable=False)
    )
    op.execute("UPDATE documents SET changed_at = created_at")
    nonce = sa.text("(gen_random_uuid())::text")
    op.add_column("documents", sa.Column("nonce", sa.Text(), server_default=nonce, nullable=False))
    op.create_unique_constraint(op.f("uq_documents_nonce"), "documents", ["nonce"])


def _changes() -> None:
    op.create_table(
        "knowledge_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("action", _choice("knowledgeaction", "added", "replaced", "removed"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("manager_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_knowledge_changes_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_knowledge_changes_manager_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_changes")),
    )
    op.execute(
        "CREATE TRIGGER knowledge_changes_append_only BEFORE UPDATE OR DELETE ON knowledge_changes"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _uploads() -> None:
    states = _choice("uploadstate", "asking", "received", "read", "refused", "failed", "cancelled")
    op.create_table(
        "uploads",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("manager_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("state", states, nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_uploads_account_id")),
        sa.ForeignKeyConstraint(["manager_id"], ["managers.id"], name=op.f("fk_uploads_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("chat_id", "message_id", name=op.f("uq_uploads_chat_id_message_id")),
        sa.UniqueConstraint("nonce", name=op.f("uq_uploads_nonce")),
    )
    op.create_index(
        "ix_uploads_open", "uploads", ["id"], unique=False, postgresql_where=sa.text("told_at IS NULL")
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    """Pairs become texts."""
    op.drop_table("uploads")
    op.execute("DROP TRIGGER knowledge_changes_append_only ON knowledge_changes")
    op.drop_table("knowledge_changes")
    op.drop_constraint(op.f("uq_documents_nonce"), "documents", type_="unique")
    op.drop_column("documents", "nonce")
    op.drop_column("documents", "changed_at")
    op.execute("UPDATE passages SET kind = 'text' WHERE kind = 'pair'")
    op.drop_constraint(op.f(CHECK), "passages", type_="check")
    op.create_check_constraint(op.f(CHECK), "passages", "kind IN ('text', 'product')")
    op.drop_index("ix_passages_account", table_name="passages")
    op.drop_index("ix_passages_search", table_name="passages", postgresql_using="gin")
    op.drop_column("passages", "search")
    op.execute("DROP EXTENSION pg_trgm")
    op.drop_column("passages", "updated")
    op.drop_column("passages", "stock")
