"""Real PostgreSQL and Valkey from pip wheels, as child processes on unix sockets in a state directory.

No Docker, no ports, no installation: this is what the program and its tests use when no `DATABASE_URL` and
no `REDIS_URL` are set. Standard library only.

    with EmbeddedServers(Path(".local")) as servers:
        servers.database_url, servers.redis_url

`python -m db.embedded STATE_DIRECTORY` runs them in the foreground.
"""

from __future__ import annotations

from db.embedded.attaching import attached
from db.embedded.errors import (
    AlreadyRunning,
    BinariesMissing,
    EmbeddedError,
    MajorVersionChanged,
    NamelessUser,
    NotMainThread,
    NotRunning,
    OrphansRemain,
    ServerDidNotStart,
    StateUnusable,
    Unreachable,
)
from db.embedded.servers import EmbeddedServers

__all__ = (
    "AlreadyRunning",
    "BinariesMissing",
    "EmbeddedError",
    "EmbeddedServers",
    "MajorVersionChanged",
    "NamelessUser",
    "NotMainThread",
    "NotRunning",
    "OrphansRemain",
    "ServerDidNotStart",
    "StateUnusable",
    "Unreachable",
    "attached",
)
