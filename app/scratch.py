"""A PostgreSQL for commands that measure: the settings' server, or an embedded one of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Settings
from db.embedded import AlreadyRunning, EmbeddedServers

PLACES = 4
"""So many measuring commands may run at once in one checkout."""


@contextmanager
def measuring_server(settings: Settings) -> Iterator[str]:
    """The address of a server where scratch databases may be made; on the main thread.

    An embedded one never is that of a service which may be running: its data stand elsewhere.
    """
    if settings.database.url is not None:
        yield settings.database.url.get_secret_value()
        return
    with _embedded(settings) as servers:
        yield servers.database_url


@contextmanager
def _embedded(settings: Settings) -> Iterator[EmbeddedServers]:
    for place in range(PLACES):
        servers = EmbeddedServers(settings.app.state_dir / f"scratch{place}", durable=False)
        try:
            servers.start()
        except AlreadyRunning:
            if place == PLACES - 1:
                raise
            continue
        try:
            yield servers
        finally:
            servers.stop()
        return
