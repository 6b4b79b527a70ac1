#!/usr/bin/env python3
"""InstaChatico: answer every Instagram comment, well and in time, from Telegram.

  python3 run.py                 the whole product on your machine, without accounts or keys:
                                 http://127.0.0.1:8080/ plays both sides
  python3 run.py sandbox --smoke a scripted tour of it, printed, without a browser
  python3 run.py test [...]      the test suite; what follows goes to pytest
  python3 run.py start           the real service, with the settings in .env
  python3 run.py check-config    are the settings right?
  python3 run.py doctor          is everything around it healthy?
  python3 run.py COMMAND --help  all about one command; more commands: migrate, replay,
                                 knowledge, stats, export, deadletters

The first run installs what it needs into .venv beside this file: a minute, nothing outside of it, no root.
Needs Python 3.11 or newer with pip, on Linux or macOS.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements.lock"
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"

OLDEST = (3, 11)

INSTALL_FAILED = """
Installing did not work; what pip says is above. Usually it is one of these:
  - no connection to the package index: check it, or the proxy settings of pip;
  - no ready-made packages for this system: it takes Python 3.11 to 3.14 on macOS or on Linux with glibc
    (not Alpine); elsewhere use docker-compose.yml.
Then run the same command again: it starts afresh.
"""
NO_PIP = """
Python's pip is missing. Install it, for example with `sudo apt-get install python3-pip`, and run this again.
"""


def main() -> NoReturn:
    """Install when needed, then become the program asked for."""
    arguments = sys.argv[1:]
    if arguments[:1] in (["--help"], ["-h"], ["help"]):
        print(__doc__)
        raise SystemExit(0)
    refuse_what_cannot_work()
    if not installed():
        install()
    if arguments[:1] == [] or arguments[0].startswith("-"):
        arguments = ["sandbox", *arguments]
    hand_over(arguments)


def refuse_what_cannot_work() -> None:
    """Exit with status 2 where nothing would run."""
    if sys.version_info < OLDEST:
        found = ".".join(str(number) for number in sys.version_info[:3])
        fail(2, f"InstaChatico needs Python 3.11 or newer; this is {found}. Try: python3.11 run.py")
    if sys.platform == "win32":
        fail(2, "On Windows, run InstaChatico inside WSL (wsl --install), or use docker-compose.yml.")


def installed() -> bool:
    """Whether .venv holds exactly this lock, installed by this Python."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted_stamp()


def wanted_stamp() -> str:
    """Changes with every edit of the lock and every other Python."""
    return hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()


def install() -> None:
    """Make .venv anew from the lock. Only one process does it; others wait, and find it done.

    The stamp comes last: an installation that failed or was interrupted is never taken for a good one.
    """
    import fcntl  # not on Windows, which was refused above

    with (HERE / ".venv.lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another run is installing; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if installed():
            return
        tell("Setting up .venv, once: about a minute with a good connection.")
        try:
            make_environment()
        except subprocess.CalledProcessError as error:
            tell(error.output.strip())
            fail(1, INSTALL_FAILED)
        except KeyboardInterrupt:
            fail(130, "Interrupted. The next run starts the installation afresh.")
        STAMP.write_text(wanted_stamp(), encoding="ascii")
        tell("Ready.")


def make_environment() -> None:
    """An environment without pip of its own, filled by the pip we were started with.

    So it works where `ensurepip` is missing (Debian without python3-venv) and where pip refuses to install
    into the system (PEP 668). In a virtual environment, perhaps .venv itself, its parent does the work.
    """
    maker = getattr(sys, "_base_executable", sys.executable)
    if quietly(maker, "-m", "pip", "--version", check=False).returncode:
        fail(1, NO_PIP)
    quietly(maker, "-m", "venv", "--clear", "--without-pip", str(VENV))
    manners = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    as_root = ["--root-user-action", "ignore"]  # the environment is ours
    locked = ["--only-binary", ":all:", "--require-hashes", "--requirement", str(LOCK)]
    quietly(maker, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", *manners, *as_root, *locked)


def quietly(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run to the end; what it prints is only of interest when it fails."""
    return subprocess.run(
        command,
        check=check,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


def hand_over(arguments: list[str]) -> NoReturn:
    """Replace this process, so that signals reach the program itself.

    `-P` keeps the current directory off the import path: a folder named `app` there must not shadow ours.
    """
    program = ["-m", "app", *arguments]
    if arguments[0] == "test":
        os.chdir(HERE)
        program = ["-m", "pytest", *arguments[1:]]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    os.execve(PYTHON, [str(PYTHON), "-P", *program], environment)  # noqa: S606 - no shell is the point


def tell(line: str) -> None:
    """Say something that is not the program's output."""
    print(line, file=sys.stderr, flush=True)


def fail(status: int, message: str) -> NoReturn:
    """Explain and exit."""
    tell(message.strip("\n"))
    raise SystemExit(status)


if __name__ == "__main__":
    main()
