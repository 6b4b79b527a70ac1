"""Finding the servers that another process of this program embeds."""

from __future__ import annotations

from pathlib import Path

from db.embedded.errors import NotRunning
from db.embedded.ownership import state_directory
from db.embedded.postgres import SUPERUSER
from db.embedded.servers import RunRecord
from db.embedded.valkey import SOCKET


def attached(state: Path) -> tuple[str, str]:
    """The addresses of PostgreSQL and of Valkey of the run that owns `state`. Raises NotRunning."""
    sockets = RunRecord.load(state_directory(state)).sockets
    if not sockets or not Path(sockets).is_dir():
        raise NotRunning(state=state)
    return (
        f"postgresql+asyncpg://{SUPERUSER}@/postgres?host={sockets}",
        f"unix://{sockets}/{SOCKET}?db=0",
    )
