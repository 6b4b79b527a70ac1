"""What can go wrong with embedded servers. The docstring is the message, filled with the facts given."""

from __future__ import annotations

import inspect


class EmbeddedError(RuntimeError):
    """The embedded servers failed."""

    def __init__(self, **facts: object) -> None:
        super().__init__(inspect.cleandoc(self.__doc__ or type(self).__name__).format(**facts))


class AlreadyRunning(EmbeddedError):
    """Another process of this program runs on {state}. Stop it, or choose another STATE_DIR."""


class NotRunning(EmbeddedError):
    """No program runs on {state}. Start it, or set DATABASE_URL and REDIS_URL."""


class BinariesMissing(EmbeddedError):
    """There is no {program} here.

    {hint} Or set {url} to use a server of your own.
    """


class MajorVersionChanged(EmbeddedError):
    """The data in {data} was written by PostgreSQL {written_by}, and this is PostgreSQL {here}.

    Nothing was changed. To keep the data, dump it with version {written_by} and restore it into a new
    STATE_DIR; to start afresh, move {data} away.
    """


class NamelessUser(EmbeddedError):
    """PostgreSQL refuses to run as user id {uid}, which has no name on this machine.

    Use a user that is listed in /etc/passwd, or set DATABASE_URL and REDIS_URL.
    """


class NotMainThread(EmbeddedError):
    """Start embedded servers from the main thread: on Linux they end with the thread that started them."""


class OrphansRemain(EmbeddedError):
    """Servers of an earlier run still hold {state} and could not be stopped. End them by hand: {pids}."""


class ServerDidNotStart(EmbeddedError):
    """{name} did not start. The end of {log}:

    {tail}
    """  # noqa: D415 - the log's own words close the message


class StateUnusable(EmbeddedError):
    """The state directory {state} cannot be used: {reason}."""


class Unreachable(EmbeddedError):
    """As root the servers run as `{user}`, and `{user}` cannot run {path}.

    Run as a normal user, or put that program where everybody can reach it.
    """
