"""Locks on files that the kernel releases with their last holder, so that they cannot go stale.

`supervisor.lock` is held by the owner alone: refused means that the owner lives. `children.lock` is inherited
by every server: refused, while the owner's is free, means that servers outlived their owner.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

POLL_SECONDS = 0.02


class Lock:
    """An exclusive `flock` on a file, which child processes may share by inheriting the descriptor."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def fileno(self) -> int:
        """The descriptor to hand to children."""
        return self._descriptor

    def acquire(self, *, within: float = 0.0) -> bool:
        """Take the lock; False when another process still holds it after `within` seconds."""
        deadline = time.monotonic() + within
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(POLL_SECONDS)
            else:
                return True

    def close(self) -> None:
        """Let go of our descriptor. Children that inherited it go on holding the lock."""
        os.close(self._descriptor)
