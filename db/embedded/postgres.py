"""PostgreSQL on a unix socket, in UTF-8 and UTC."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

from db.embedded.binaries import find_postgres
from db.embedded.errors import MajorVersionChanged
from db.embedded.ownership import reachable
from db.embedded.processes import command_line
from db.embedded.server import Server

SUPERUSER = "app"
INITDB_SECONDS = 120.0
VERSION_SECONDS = 10.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "64MB",
    # Statements and details of errors carry what customers wrote; the log is no place for it.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# Commits still reach the operating system: `synchronous_commit` stays on, a killed process loses none.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


class Postgres(Server):
    """Data in `STATE/pg`. Without `durable` a crash of the machine may lose it, a crash of a process not."""

    name = "postgres"
    # Fast shutdown, then immediate (its log is replayed at the next start), then by force.
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    @property
    def url(self) -> str:
        """For SQLAlchemy with asyncpg."""
        return f"postgresql+asyncpg://{SUPERUSER}@/postgres?host={self._place.sockets}"

    @property
    def _data(self) -> Path:
        return self._place.state / "pg"

    def launch(self) -> None:
        program = reachable(find_postgres(), self._place.run_as)
        major = self._major_version(program)
        if self._data.exists():
            self._check_version(major)
            self._clear_reused_pid()
        else:
            self._create_data(program.with_name("initdb"), major)
        settings = {**SETTINGS, "unix_socket_directories": self._place.sockets}
        if not self._durable:
            settings |= FORGETFUL
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = self._place.spawn(self.name, [program, "-D", self._data, *arguments])

    def answers(self) -> bool:
        """PostgreSQL writes its state into the eighth line of its pid file."""
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").split("\n")
        except OSError:
            return False
        return lines[0] == str(self.pid) and len(lines) > 7 and lines[7].strip() == "ready"

    def _major_version(self, program: Path) -> int:
        """18 of `postgres (PostgreSQL) 18.6`."""
        run_as = self._place.run_as
        answer = subprocess.run(  # noqa: S603 - a program that `binaries` resolved
            [program, "--version"],
            check=True,
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            cwd="/",
            user=run_as.uid,
            group=run_as.gid,
            extra_groups=run_as.groups,
        )
        return int(answer.stdout.split()[2].split(".")[0])

    def _check_version(self, major: int) -> None:
        written_by = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        if written_by != str(major):
            raise MajorVersionChanged(data=self._data, written_by=written_by, here=major)

    def _create_data(self, initdb: Path, major: int) -> None:
        """Create beside the final place and rename: killed at any moment, there is all of it or nothing."""
        fresh = self._place.state / "pg.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        self._place.run_as.private_directory(fresh)
        # With plain C, lower('ПРИВЕТ') changes nothing; the builtin provider exists since 17.
        locale = (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if major >= 17
            else ["--locale=C.UTF-8"]
        )
        access = ["--auth-local=trust", "--auth-host=scram-sha-256"]  # the socket's directory is private
        speed = [] if self._durable else ["--no-sync"]
        arguments = ["-U", SUPERUSER, "-E", "UTF8", *locale, *access, "--no-instructions", *speed]
        process = self._place.spawn("initdb", [initdb, "-D", fresh, *arguments])
        try:
            failed = process.wait(INITDB_SECONDS) != 0
        except subprocess.TimeoutExpired:
            failed = True
        finally:
            process.kill()
            process.wait()
        if failed:
            raise self._did_not_start("initdb")
        fresh.rename(self._data)

    def _clear_reused_pid(self) -> None:
        """Remove a pid file of a killed run whose number now belongs to somebody else.

        PostgreSQL itself only removes one whose process is dead. Our own children are certainly gone, as we
        hold their lock; what may be left is a PostgreSQL that somebody started on this data by hand.
        """
        file = self._data / "postmaster.pid"
        try:
            pid = int(file.read_text(encoding="utf-8").split("\n")[0])
        except (OSError, ValueError):
            return
        if not self._is_postgres_on_our_data(pid):
            file.unlink()

    def _is_postgres_on_our_data(self, pid: int) -> bool:
        if "postgres" not in command_line(pid):
            return False
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == self._data.resolve()
        except OSError:  # no /proc, or not ours to look at: PostgreSQL shall say it itself
            return True
