"""Which PostgreSQL and Valkey a command uses: the given ones, or embedded ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from db.embedded import AlreadyRunning, EmbeddedServers, attached


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses of the two servers."""

    database_url: str
    redis_url: str
    embedded: EmbeddedServers | None = None
    """Ours to look after; None when the servers are somebody else's."""


@contextmanager
def servers(settings: Settings, state: Path | None = None, *, attach: bool = False) -> Iterator[Servers]:
    """The settings' servers; embedded ones live as long as the block, on the main thread.

    `attach`: a command beside a running service uses the servers that the service embeds. Raises
    AlreadyRunning otherwise when the state directory is in use.
    """
    given_db = settings.database.url.get_secret_value() if settings.database.url else None
    given_redis = settings.redis.url.get_secret_value() if settings.redis.url else None
    if given_db and given_redis:
        yield Servers(given_db, given_redis)
        return
    place = state or settings.app.state_dir
    embedded = EmbeddedServers(place)
    try:
        embedded.start()
    except AlreadyRunning:
        if not attach:
            raise
        database_url, redis_url = attached(place)
        yield Servers(given_db or database_url, given_redis or redis_url)
        return
    try:
        yield Servers(given_db or embedded.database_url, given_redis or embedded.redis_url, embedded)
    finally:
        embedded.stop()
