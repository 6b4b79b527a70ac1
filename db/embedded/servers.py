"""PostgreSQL and Valkey together on one state directory, with exactly one owner.

Whatever ended the run before - a stop, a kill of the owner, of a server, of everything, at any moment - the
next start finds the truth in two locks (`locks`), cleans up what was left and comes up with the data intact.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from db.embedded.errors import AlreadyRunning, OrphansRemain
from db.embedded.locks import Lock
from db.embedded.ownership import RunAs, state_directory
from db.embedded.postgres import Postgres
from db.embedded.processes import Place, command_line
from db.embedded.server import Server, stop_all
from db.embedded.valkey import Valkey

ORPHAN_SECONDS = ((signal.SIGINT, 10.0), (signal.SIGKILL, 5.0))
# A socket's path may have 103 bytes on macOS and 107 on Linux; ours adds up to 45 to the temporary directory.
LONGEST_TEMPORARY_DIRECTORY = 55
SOCKETS_PREFIX = "instachatico-"


class EmbeddedServers:
    """Real servers for one owner. `durable=False` is for tests: quick, safe when processes are killed.

    All methods block. Start from the main thread, before the event loop: on Linux the kernel ends the servers
    together with the thread that started them, so the worker of `asyncio.to_thread` would take them along.
    """

    postgres: Postgres
    valkey: Valkey

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        self.durable = durable
        self._requested = state
        self._held: contextlib.ExitStack | None = None

    @property
    def database_url(self) -> str:
        """Of the database `postgres`, for SQLAlchemy with asyncpg."""
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        """Of Valkey's database 0, for redis-py."""
        return self.valkey.url

    @property
    def pids(self) -> dict[str, int]:
        """The living servers' process ids by name."""
        servers: tuple[Server, ...] = (self.postgres, self.valkey) if self._held else ()
        return {server.name: server.pid for server in servers if server.pid is not None}

    def start(self) -> Self:
        """Start both and wait until they serve: 1-4 s the first time, 0.1-0.5 s afterwards.

        Raises:
            AlreadyRunning: another process (or object) owns this state directory.
            EmbeddedError: every other reason, told in the message.
        """
        with contextlib.ExitStack() as held:
            run_as = RunAs.current()
            state = state_directory(self._requested)
            owner = Lock(state / "supervisor.lock")
            held.callback(owner.close)
            if not owner.acquire():
                raise AlreadyRunning(state=self._requested)
            children = Lock(state / "children.lock")
            held.callback(children.close)
            _clean_up(state, children)

            record = RunRecord(str(_socket_directory(run_as)))
            held.callback(shutil.rmtree, record.sockets, ignore_errors=True)
            record.save(state)
            place = Place(state, Path(record.sockets), run_as, children)
            self.valkey = Valkey(place, durable=self.durable)
            self.postgres = Postgres(place, durable=self.durable)
            servers = (self.valkey, self.postgres)
            held.callback(stop_all, servers)
            for server in servers:
                server.launch()
                record.pids[server.name] = server.pid or 0
                record.save(state)
            for server in servers:
                server.wait_until_ready()
            self._held = held.pop_all()
        return self

    def stop(self) -> None:
        """Stop both, within 8 s; nothing happens when they were not started."""
        held, self._held = self._held, None
        if held:
            held.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


@dataclass(slots=True)
class RunRecord:
    """`run.json`: what the next start needs to clean up after us."""

    sockets: str = ""
    pids: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, state: Path) -> RunRecord:
        """The last run's record; an empty one when there is none or it is unreadable."""
        try:
            return cls(**json.loads((state / "run.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()

    def save(self, state: Path) -> None:
        """Write it whole or not at all."""
        draft = state / "run.json.new"
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(state / "run.json")


def _clean_up(state: Path, children: Lock) -> None:
    """End servers that outlived their owner, and remove its sockets. Returns holding the children's lock."""
    last = RunRecord.load(state)
    if not children.acquire():
        _end_orphans(state, last, children)
    if Path(last.sockets).name.startswith(SOCKETS_PREFIX):
        shutil.rmtree(last.sockets, ignore_errors=True)


def _end_orphans(state: Path, last: RunRecord, children: Lock) -> None:
    """Signal the recorded processes that still are what was recorded: a number may have been given anew."""
    for number, patience in ORPHAN_SECONDS:
        for pid in last.pids.values():
            if last.sockets and last.sockets in command_line(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        if children.acquire(within=patience):
            return
    raise OrphansRemain(state=state, pids=", ".join(str(pid) for pid in last.pids.values()))


def _socket_directory(run_as: RunAs) -> Path:
    """A new private directory with a short and plain path: it becomes part of addresses."""
    parent = tempfile.gettempdir()
    if len(parent) > LONGEST_TEMPORARY_DIRECTORY or not re.fullmatch(r"[A-Za-z0-9/_.-]+", parent):
        parent = "/tmp"  # noqa: S108 - mkdtemp makes a directory of our own in it
    return run_as.private_directory(Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir=parent)))
