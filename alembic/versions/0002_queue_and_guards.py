"""The queue's tables, and decisions that only grow."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"


def statements(name: str) -> list[str]:
    """The statements of a file; a function's body between $$ stays whole."""
    pieces = (SQL / name).read_text(encoding="utf-8").split("$$")
    outside = [piece if index % 2 else piece.replace(";\n", ";\0") for index, piece in enumerate(pieces)]
    return [statement for statement in "$$".join(outside).split("\0") if statement.strip()]


def upgrade() -> None:
    """PgQueuer 1.6.0 as it installs itself, frozen here: its upgrades become migrations of ours."""
    for statement in statements("pgqueuer_1_6_0_up.sql"):
        op.execute(statement)
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END; $$"
    )
    op.execute(
        "CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Drop both."""
    op.execute("DROP TRIGGER decisions_append_only ON decisions")
    op.execute("DROP FUNCTION refuse_change()")
    for statement in statements("pgqueuer_1_6_0_down.sql"):
        op.execute(statement)
