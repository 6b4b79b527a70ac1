"""Autonomy and its pauses, what decisions teach, translations, embeddings, and one message per comment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OLD_ACTIONS = [
    "approve",
    "claim",
    "release",
    "take_over",
    "edit",
    "regenerate",
    "escalate",
    "reject",
    "reopen",
    "undo",
    "hide",
    "unhide",
    "retry",
    "was_sent",
    "send_again",
    "done",
    "supersede",
    "denied",
]
ACTIONS = [*OLD_ACTIONS, "auto", "policy", "pause", "resume", "remember", "forget"]
OLD_PURPOSES = ["classify", "answer"]
PURPOSES = [*OLD_PURPOSES, "describe", "translate", "embed", "vary", "propose_rule", "replay"]
LIVE = "state IN ('planned', 'sending', 'sent', 'uncertain')"


def upgrade() -> None:
    """Expand."""
    _words("decisions", "action", ACTIONS)
    _words("llm_calls", "purpose", PURPOSES)
    _one_live("'reply', 'private_reply', 'message'")
    _columns()
    _pauses()
    _gaps()
    _examples()
    _rule_offers()
    _rules()


def _words(table: str, column: str, words: list[str], *, not_valid: bool = False) -> None:
    """Which words a column takes; `not_valid` leaves rows with others as they are."""
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(name, table, f"{column} IN ({listed})", postgresql_not_valid=not_valid)


def _one_live(effects: str) -> None:
    op.drop_index("uq_deliveries_reply", table_name="deliveries")
    where = f"effect IN ({effects}) AND {LIVE}"
    op.create_index(
        "uq_deliveries_reply",
        "deliveries",
        ["comment_id", "effect"],
        unique=True,
        postgresql_where=sa.text(where),
    )


def _columns() -> None:
    op.add_column("accounts", sa.Column("facts", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("llm_budget_usd", sa.Numeric(precision=12, scale=2), nullable=True))
    op.add_column("comments", sa.Column("translation", sa.Text(), nullable=True))
    op.add_column("comments", sa.Column("translated_to", sa.Text(), nullable=True))
    op.add_column("draft_versions", sa.Column("back_translation", sa.Text(), nullable=True))
    op.add_column("drafts", sa.Column("leader_id", sa.BigInteger(), nullable=True))
    op.add_column("drafts", sa.Column("automatic", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("drafts", sa.Column("edit_distance", sa.Double(), nullable=True))
    op.create_index(
        "ix_drafts_decided",
        "drafts",
        ["account_id", "decided_at"],
        unique=False,
        postgresql_where="decided_at IS NOT NULL",
    )
    op.create_index(
        "ix_drafts_leader", "drafts", ["leader_id"], unique=False, postgresql_where="leader_id IS NOT NULL"
    )
    op.create_foreign_key(op.f("fk_drafts_leader_id"), "drafts", "drafts", ["leader_id"], ["id"])
    op.add_column("media", sa.Column("described_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("media", sa.Column("described_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_media_described_by"), "media", "managers", ["described_by"], ["id"])
    op.add_column("passages", sa.Column("embedding", sa.LargeBinary(), nullable=True))
    op.add_column("passages", sa.Column("embedding_model", sa.Text(), nullable=True))
    op.add_column("policies", sa.Column("counted_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("policies", sa.Column("demoted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("policies", sa.Column("demotion", sa.Text(), nullable=True))
    op.add_column("policies", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("policies", sa.Column("checkpoint", sa.BigInteger(), nullable=True))


def _pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("media_id", sa.BigInteger(), nullable=True),
        sa.Column("everything", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "media_id IS NULL OR account_id IS NOT NULL", name=op.f("ck_pauses_post_of_an_account")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_pauses_account_id")),
        sa.ForeignKeyConstraint(["by_id"], ["managers.id"], name=op.f("fk_pauses_by_id")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_pauses_media_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    op.create_index(
        "uq_pauses_standing",
        "pauses",
        ["account_id", "media_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where="lifted_at IS NULL",
    )


def _gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_gaps_account_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["managers.id"], name=op.f("fk_gaps_answered_by")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_gaps_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
        sa.UniqueConstraint("nonce", name=op.f("uq_gaps_nonce")),
    )
    op.create_index("ix_gaps_comment", "gaps", ["comment_id"], unique=False)
    op.create_index(
        "ix_gaps_open",
        "gaps",
        ["account_id", "id"],
        unique=False,
        postgresql_where="answered_at IS NULL AND dismissed_at IS NULL",
    )


def _examples() -> None:
    op.create_table(
        "examples",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_version", sa.BigInteger(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "question",
                "urgent",
                "complaint",
                "praise",
                "partnership",
                "toxic",
                "spam",
                "irrelevant",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_why", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_examples_account_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_examples_comment_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_examples_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examples")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_examples_comment_id")),
    )
    op.create_index(
        "ix_examples_standing",
        "examples",
        ["account_id", "category", "language", "id"],
        unique=False,
        postgresql_where="dropped_at IS NULL",
    )


def _rule_offers() -> None:
    op.create_table(
        "rule_offers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_version", sa.BigInteger(), nullable=False),
        sa.Column("manager_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_rule_offers_account_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_rule_offers_draft_id")),
        sa.ForeignKeyConstraint(["manager_id"], ["managers.id"], name=op.f("fk_rule_offers_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_offers")),
        sa.UniqueConstraint("nonce", name=op.f("uq_rule_offers_nonce")),
    )
    op.create_index(
        "ix_rule_offers_open", "rule_offers", ["id"], unique=False, postgresql_where="answered_at IS NULL"
    )


def _rules() -> None:
    op.create_table(
        "rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("manager_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgotten_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_rules_account_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_rules_draft_id")),
        sa.ForeignKeyConstraint(["forgotten_by"], ["managers.id"], name=op.f("fk_rules_forgotten_by")),
        sa.ForeignKeyConstraint(["manager_id"], ["managers.id"], name=op.f("fk_rules_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint("nonce", name=op.f("uq_rules_nonce")),
    )
    op.create_index(
        "ix_rules_standing",
        "rules",
        ["account_id", "id"],
        unique=False,
        postgresql_where="forgotten_at IS NULL",
    )


def downgrade() -> None:
    """Decisions only grow: rows with newer words stay."""
    op.drop_column("policies", "checkpoint")
    op.drop_column("policies", "offered_at")
    op.drop_column("policies", "demotion")
    op.drop_column("policies", "demoted_at")
    op.drop_column("policies", "counted_from")
    op.drop_column("passages", "embedding_model")
    op.drop_column("passages", "embedding")
    op.drop_constraint(op.f("fk_media_described_by"), "media", type_="foreignkey")
    op.drop_column("media", "described_by")
    op.drop_column("media", "described_at")
    op.drop_constraint(op.f("fk_drafts_leader_id"), "drafts", type_="foreignkey")
    op.drop_index("ix_drafts_leader", table_name="drafts", postgresql_where="leader_id IS NOT NULL")
    op.drop_index("ix_drafts_decided", table_name="drafts", postgresql_where="decided_at IS NOT NULL")
    op.drop_column("drafts", "edit_distance")
    op.drop_column("drafts", "automatic")
    op.drop_column("drafts", "leader_id")
    op.drop_column("draft_versions", "back_translation")
    op.drop_column("comments", "translated_to")
    op.drop_column("comments", "translation")
    op.drop_column("accounts", "llm_budget_usd")
    op.drop_column("accounts", "facts")
    op.drop_table("rules")
    op.drop_table("rule_offers")
    op.drop_table("examples")
    op.drop_table("gaps")
    op.drop_table("pauses")
    _one_live("'reply', 'private_reply'")
    op.execute("DELETE FROM llm_calls WHERE purpose NOT IN ('classify', 'answer')")
    _words("llm_calls", "purpose", OLD_PURPOSES)
    _words("decisions", "action", OLD_ACTIONS, not_valid=True)
