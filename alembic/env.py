"""Run the migrations on the connection that `db.migrations` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from db.models import Model


def ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """The queue's tables come from its own SQL and are not compared with the models."""
    return not (kind == "table" and (name or "").startswith("pgqueuer"))


def run(connection: Connection) -> None:
    """All migrations in one transaction: a failed one leaves nothing half done."""
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        include_object=ours,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
