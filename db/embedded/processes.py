"""Child processes that end with their owner, whatever ends it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.embedded.errors import NotMainThread
from db.embedded.locks import Lock
from db.embedded.ownership import RunAs

LOG_BYTES = 10 * 1024 * 1024
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run of the servers lives: directories, their user and the lock that every child inherits."""

    state: Path
    sockets: Path
    run_as: RunAs
    children: Lock

    def log(self, name: str) -> Path:
        """The file that collects what the child called `name` prints."""
        return self.state / f"{name}.log"

    def spawn(self, name: str, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Start a child in a session of its own, so that Ctrl-C reaches only its owner.

        Of the environment it sees nothing but the search paths: no secrets, and no `PG…` settings.
        Only the main thread may do it: the kernel takes the end of the starting thread for its owner's.
        """
        if threading.current_thread() is not threading.main_thread():
            raise NotMainThread
        path = self.log(name)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - a program that `binaries` resolved
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
                start_new_session=True,
                pass_fds=[self.children.fileno()],
                preexec_fn=end_with_owner(),  # noqa: PLW1509 - only prctl(2); no other way to set it in time
                user=self.run_as.uid,
                group=self.run_as.gid,
                extra_groups=self.run_as.groups,
            )

    def log_tail(self, name: str) -> str:
        """The last 2,000 characters that the child called `name` printed."""
        return self.log(name).read_text(encoding="utf-8", errors="replace")[-2000:].strip()


def end_with_owner() -> Callable[[], None] | None:
    """What a new child does so that the kernel ends it, politely, when its owner is killed. Linux only.

    Elsewhere the next start finds the orphans by their lock and ends them.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded here: between fork and exec a child should load nothing
    owner = os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != owner:  # killed before the arrangement held
            os._exit(1)

    return arrange


def command_line(pid: int) -> str:
    """How the process was called, as one string; empty when there is no such process."""
    if sys.platform == "linux":
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return ""
        return " ".join(os.fsdecode(word) for word in words)
    listing = subprocess.run(  # noqa: S603 - a number is all that varies
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)],
        check=False,
        capture_output=True,
        text=True,
        timeout=10,
    )
    return listing.stdout.strip()
