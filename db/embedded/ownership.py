"""Whom the servers run as, and where their files may be.

PostgreSQL refuses to run as root. For root the servers therefore run as `nobody`, with their state under
`/var/lib/instachatico`, which `nobody` can reach wherever the checkout is. The state directory itself stays
root's: what root reads and signals there cannot be forged by other processes of `nobody`. Nothing outside our
own directories is ever chmoded or chowned.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from db.embedded.binaries import Program
from db.embedded.errors import NamelessUser, StateUnusable, Unreachable

ROOT_STATE = Path("/var/lib/instachatico")
UNPRIVILEGED = "nobody"
PROBE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RunAs:
    """The user of the servers' processes; None stands for ourselves."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def current(cls) -> RunAs:
        """Ourselves, or `nobody` when we are root."""
        uid = os.geteuid()
        if uid == 0:
            nobody = pwd.getpwnam(UNPRIVILEGED)
            return cls(nobody.pw_uid, nobody.pw_gid)
        try:
            pwd.getpwuid(uid)
        except KeyError:
            raise NamelessUser(uid=uid) from None
        return cls()

    @property
    def groups(self) -> list[int] | None:
        """Supplementary groups for the children: none at all when root steps down."""
        return None if self.uid is None else []

    def private_directory(self, path: Path) -> Path:
        """Make `path`, one of our own directories, readable by the servers' user only."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        return path


def state_directory(requested: Path) -> Path:
    """The directory that really holds the state asked for, made when it is missing.

    For root that is one directory per absolute path, so that two checkouts never share their data.
    """
    requested = requested.absolute()
    try:
        if os.geteuid() != 0:
            requested.mkdir(mode=0o700, parents=True, exist_ok=True)
            return requested
        digest = hashlib.sha256(os.fsencode(requested)).hexdigest()[:12]
        state = ROOT_STATE / f"{requested.name}-{digest}"
        for directory in (ROOT_STATE, state):
            directory.mkdir(exist_ok=True)
            directory.chmod(0o755)  # whatever the umask: `nobody` has to pass through
    except OSError as error:
        raise StateUnusable(state=requested, reason=error.strerror) from error
    return state


def reachable(program: Program, run_as: RunAs) -> Path:
    """The program's path, or that of a copy when the servers' user cannot run it (a venv under /root)."""
    if run_as.uid is None or _runs(program.path, run_as):
        return program.path
    if program.home is None:
        raise Unreachable(user=UNPRIVILEGED, path=program.path)
    copy = _copied(program.path, program.home, program.luggage)
    if not _runs(copy, run_as):
        raise Unreachable(user=UNPRIVILEGED, path=copy)
    return copy


def _runs(path: Path, run_as: RunAs) -> bool:
    try:
        probe = subprocess.run(  # noqa: S603 - a program that `binaries` resolved
            [path, "--version"],
            check=False,
            capture_output=True,
            timeout=PROBE_SECONDS,
            cwd="/",
            user=run_as.uid,
            group=run_as.gid,
            extra_groups=run_as.groups,
        )
    except OSError:
        return False
    return probe.returncode == 0


def _copied(path: Path, home: Path, luggage: tuple[str, ...]) -> Path:
    """Copy the program once per content: the same wheel in many checkouts shares one copy."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    shelf = ROOT_STATE / "bin"
    target = shelf / f"{path.name}-{digest}"
    if not target.exists():
        shelf.mkdir(exist_ok=True)
        shelf.chmod(0o755)
        fresh = Path(tempfile.mkdtemp(prefix=".copying-", dir=shelf))
        fresh.chmod(0o755)
        for piece in luggage:
            if (home / piece).exists():
                shutil.copytree(home / piece, fresh / piece, symlinks=True)
        try:
            fresh.rename(target)
        except OSError:  # another start was faster
            shutil.rmtree(fresh)
    return target / path.relative_to(home)
