"""`python3 run.py` in a checkout of its own, whose lock asks for one small wheel that the test makes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import run

REPOSITORY = Path(__file__).parents[2]
PYTHON = getattr(sys, "_base_executable", sys.executable)  # as a user's: our own .venv has no pip
TELL = "import json, os, sys; print(json.dumps([{name!r}, sys.argv[1:], os.getcwd(), os.getpid()]))\n"
ENOUGH_SECONDS = 120.0


@dataclass
class Checkout:
    """A folder with run.py, a lock and an `app`."""

    root: Path
    wheels: Path
    home: Path

    def lock(self, *, digest: str | None = None) -> None:
        """Write a lock that asks for the wheel with this digest, its own by default."""
        (wheel,) = self.wheels.iterdir()
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.root / "requirements.lock").write_text(f"probe==1.0 --hash=sha256:{digest}\n")

    def start(self, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Start run.py with an empty home and no network."""
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        return subprocess.Popen(
            [PYTHON, str(self.root / "run.py"), *arguments],
            cwd=cwd or self.root,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), **offline},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None) -> tuple[int, str, str]:
        """Run it to its end: status, output, what it told on standard error."""
        process = self.start(*arguments, cwd=cwd)
        output, told = process.communicate(timeout=ENOUGH_SECONDS)
        return process.returncode, output, told

    def ran(self, *arguments: str, cwd: Path | None = None) -> list[Any]:
        """What the program said that run.py became: its name, arguments, directory and process id."""
        status, output, told = self.run(*arguments, cwd=cwd)
        assert status == 0, told
        said: list[Any] = json.loads(output)
        return said


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout on which nothing ever ran. Its path has a space, its wheel is called pytest inside."""
    made = Checkout(tmp_path / "мой магазин", tmp_path / "wheels", tmp_path / "home")
    for folder in (made.root / "app", made.wheels, made.home):
        folder.mkdir(parents=True)
    shutil.copy(REPOSITORY / "run.py", made.root)
    (made.root / "app" / "__main__.py").write_text(TELL.format(name="app"))
    with zipfile.ZipFile(made.wheels / "probe-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pytest.py", TELL.format(name="pytest"))
        wheel.writestr("probe-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
        wheel.writestr("probe-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        wheel.writestr("probe-1.0.dist-info/RECORD", "")
    made.lock()
    return made


def test_the_first_run_installs_and_becomes_the_sandbox_and_the_next_is_silent(checkout: Checkout) -> None:
    process = checkout.start()
    output, told = process.communicate(timeout=ENOUGH_SECONDS)
    assert json.loads(output) == ["app", ["sandbox"], str(checkout.root), process.pid]
    assert told == "Setting up .venv, once: about a minute with a good connection.\nReady.\n"
    assert checkout.run("start", "--roles", "web")[2] == ""


def test_arguments_reach_the_program_from_any_directory(checkout: Checkout, tmp_path: Path) -> None:
    decoy = tmp_path / "elsewhere"
    (decoy / "app").mkdir(parents=True)
    (decoy / "app" / "__main__.py").write_text("print('the wrong app')\n")
    assert checkout.ran("eval", "--json", "a b", cwd=decoy)[:3] == [
        "app",
        ["eval", "--json", "a b"],
        str(decoy),
    ]
    assert checkout.ran("test", "-k", "life", cwd=decoy)[:3] == ["pytest", ["-k", "life"], str(checkout.root)]


def test_options_alone_are_the_sandboxs(checkout: Checkout) -> None:
    assert checkout.ran("--port", "8123")[:2] == ["app", ["sandbox", "--port", "8123"]]


def test_a_changed_lock_is_installed_anew(checkout: Checkout) -> None:
    checkout.ran()
    with (checkout.root / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    leftover = checkout.root / ".venv" / "leftover"
    leftover.touch()
    assert "Setting up" in checkout.run()[2]
    assert not leftover.exists()


def test_a_failed_installation_explains_itself_and_is_never_taken_for_a_good_one(checkout: Checkout) -> None:
    checkout.lock(digest="0" * 64)
    for _ in range(2):
        status, output, told = checkout.run()
        assert (status, output) == (1, "")
        assert "HASHES" in told
        assert told.endswith("Then run the same command again: it starts afresh.\n")
        assert "Traceback" not in told
    checkout.lock()
    assert checkout.ran()[0] == "app"


def test_two_first_runs_at_once_install_once(checkout: Checkout) -> None:
    processes = [checkout.start() for _ in range(2)]
    told = "".join(process.communicate(timeout=ENOUGH_SECONDS)[1] for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert told.count("Setting up") == 1


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_is_printed_without_installing(checkout: Checkout, word: str) -> None:
    status, output, told = checkout.run(word)
    assert (status, told) == (0, "")
    assert "python3 run.py test" in output
    assert not (checkout.root / ".venv").exists()


def test_a_python_without_pip_is_told_how_to_get_it(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = tmp_path / "python"
    bare.write_text("#!/bin/sh\nexit 1\n")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "_base_executable", str(bare))
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    with pytest.raises(SystemExit) as ended:
        run.make_environment()
    assert ended.value.code == 1
    assert "apt-get install python3-pip" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("version_info", (3, 10, 13), r"needs Python 3.11 or newer; this is 3.10.13"),
        ("platform", "win32", "WSL"),
    ],
)
def test_what_cannot_work_is_refused_with_status_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: object,
    advice: str,
) -> None:
    with monkeypatch.context() as other:
        other.setattr(sys, name, value)
        with pytest.raises(SystemExit) as ended:
            run.refuse_what_cannot_work()
    assert ended.value.code == 2
    assert advice in capsys.readouterr().err
