"""Owners of embedded servers in processes of their own, to be killed, and clients to ask the servers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import redis

from db.embedded.locks import Lock
from db.embedded.ownership import RunAs
from db.embedded.processes import command_line

REPOSITORY = Path(__file__).parents[3]
ENOUGH_SECONDS = 20.0  # for anything that takes a second here


def eventually(condition: Callable[[], object]) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + ENOUGH_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


@dataclass
class Owner:
    """A process that runs the servers of `state`, as `python -m db.embedded` does."""

    process: subprocess.Popen[str]
    state: Path
    database_url: str = ""
    redis_url: str = ""
    pids: dict[str, int] = field(default_factory=dict)

    @classmethod
    def launch(cls, requested: Path, state: Path, before: str, environment: dict[str, str]) -> Owner:
        """Start the process without waiting; `before` is Python that it runs first."""
        code = f"import sys; from db.embedded.__main__ import main; {before}; sys.exit(main())"
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(requested), "--not-durable"],
            cwd=REPOSITORY,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return cls(process, state)

    def wait_until_ready(self) -> None:
        """Read the line that it prints when the servers serve."""
        assert self.process.stdout
        facts = json.loads(self.process.stdout.readline())
        self.database_url, self.redis_url, self.pids = (
            facts["database_url"],
            facts["redis_url"],
            facts["pids"],
        )

    @property
    def sockets(self) -> Path:
        """The directory of its sockets."""
        return Path(self.database_url.partition("host=")[2])

    def ended(self) -> tuple[int, str]:
        """Wait for its exit status and what it said."""
        _, said = self.process.communicate(timeout=ENOUGH_SECONDS)
        return self.process.returncode, said

    def kill(self) -> None:
        """As `kill -9` does: nothing of its clean-up runs."""
        self.process.kill()
        self.process.wait(ENOUGH_SECONDS)

    def kill_everything(self) -> None:
        """Owner and servers at once."""
        self.process.kill()
        for pid in self.pids.values():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(ENOUGH_SECONDS)
        assert self.children_ended()

    def children_ended(self) -> bool:
        """Every child holds the lock for as long as it lives."""
        lock = Lock(self.state / "children.lock")
        try:
            return lock.acquire(within=ENOUGH_SECONDS)
        finally:
            lock.close()

    def close(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=ENOUGH_SECONDS)
        for pid in self.pids.values():
            if self.sockets.name in command_line(pid):
                os.kill(pid, signal.SIGKILL)
        if self.database_url:
            shutil.rmtree(self.sockets, ignore_errors=True)


def as_servers_user(*command: str | Path) -> subprocess.Popen[bytes]:
    """A process of the user that the servers run as."""
    run_as = RunAs.current()
    return subprocess.Popen(
        command,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=run_as.uid,
        group=run_as.gid,
        extra_groups=run_as.groups,
    )


async def ask(database_url: str, *statements: str) -> object:
    """Run the statements; the last one's first value."""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""), timeout=ENOUGH_SECONDS)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def valkey_at(redis_url: str) -> redis.Redis:
    """A client to be used with `with`."""
    return redis.Redis.from_url(redis_url, socket_timeout=ENOUGH_SECONDS)
