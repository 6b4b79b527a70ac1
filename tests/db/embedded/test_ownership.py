"""As root the servers step down to `nobody`, and nothing that is not ours changes."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from db.embedded import EmbeddedServers, NamelessUser, Unreachable
from db.embedded.binaries import Program, find_postgres, find_valkey
from db.embedded.ownership import RunAs, reachable, state_directory
from tests.db.embedded.owners import REPOSITORY, ask

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down")


@ROOT
def test_root_runs_the_servers_as_nobody_and_keeps_the_state_directory(requested: Path) -> None:
    with EmbeddedServers(requested, durable=False) as servers:
        nobody = RunAs.current().uid
        assert {_owner(Path(f"/proc/{pid}")) for pid in servers.pids.values()} == {nobody}
    state = state_directory(requested)
    owners = {entry.name: _owner(entry) for entry in state.iterdir()}
    assert {name for name, owner in owners.items() if owner == nobody} == {"pg", "valkey"}
    assert {name for name, owner in owners.items() if owner == 0} >= {"run.json", "supervisor.lock"}
    assert _owner(state) == 0
    assert not requested.exists()


def _owner(path: Path) -> int:
    return path.stat().st_uid


@ROOT
def test_root_gets_one_state_directory_per_absolute_path(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.embedded.ownership.ROOT_STATE", fresh)
    one, two = state_directory(Path("/a/.local")), state_directory(Path("/b/.local"))
    assert one.parent == two.parent == fresh
    assert one.name.startswith(".local-")
    assert one != two
    assert one == state_directory(Path("/a/.local"))
    monkeypatch.chdir("/")
    assert one == state_directory(Path("a/.local"))


@pytest.fixture
def hidden(tmp_path: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Site-packages inside a directory that only root can enter, and a place of root's own for copies."""
    fresh.parent.chmod(0o755)
    monkeypatch.setattr("db.embedded.ownership.ROOT_STATE", fresh)
    site = tmp_path / "root" / "site-packages"
    site.mkdir(parents=True)
    site.parent.chmod(0o700)
    fresh.mkdir()
    return site


@ROOT
async def test_programs_that_nobody_can_reach_are_copied_and_their_home_stays_closed(
    hidden: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in (find_postgres(), find_valkey()):
        assert program.home
        for piece in program.luggage:
            shutil.copytree(program.home / piece, hidden / piece, symlinks=True)
        (hidden / Path(program.luggage[0]).parts[0] / "__init__.py").touch()
    monkeypatch.syspath_prepend(hidden)
    assert find_postgres().home == find_valkey().home == hidden
    with EmbeddedServers(fresh / "state", durable=False) as servers:
        assert await ask(servers.database_url, "CREATE EXTENSION pg_trgm", "SELECT similarity('a', 'a')") == 1
    copies = {copy.name: copy.stat().st_mtime_ns for copy in (fresh / "bin").iterdir()}
    assert len(copies) == 2
    with servers:
        pass
    assert {copy.name: copy.stat().st_mtime_ns for copy in (fresh / "bin").iterdir()} == copies
    assert stat.S_IMODE(hidden.parent.stat().st_mode) == 0o700


@ROOT
def test_of_two_starts_that_copy_at_once_both_use_one_copy(
    hidden: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = find_valkey()
    assert program.home
    source = hidden / program.path.relative_to(program.home)
    source.parent.mkdir(parents=True)
    shutil.copy(program.path, source)
    secret = Program(source, hidden, program.luggage)
    first = reachable(secret, RunAs.current())
    with monkeypatch.context() as blind:  # as if the other's copy had appeared a moment later
        blind.setattr(Path, "exists", lambda path: path != first.parents[3])
        assert reachable(secret, RunAs.current()) == first
    assert len(list((fresh / "bin").iterdir())) == 1


@ROOT
def test_a_chosen_program_that_nobody_can_reach_is_named(hidden: Path) -> None:
    program = hidden / "valkey-server"
    shutil.copy(find_valkey().path, program)
    with pytest.raises(Unreachable, match=f"`nobody` cannot run {program}"):
        reachable(Program(program), RunAs.current())


@ROOT
def test_a_copy_that_does_not_run_is_named(hidden: Path) -> None:
    program = hidden / "package" / "valkey-server"
    program.parent.mkdir()
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    with pytest.raises(Unreachable):
        reachable(Program(program, hidden, ("package",)), RunAs.current())


def test_a_normal_user_runs_the_servers_as_itself_in_the_directory_asked_for(fresh: Path) -> None:
    """Played by a process that steps down for good before it starts."""
    said = _as_user(65534, fresh)
    assert said.stderr == ""
    assert said.stdout.split() == ["65534", "65534"]
    assert (fresh / "pg" / "PG_VERSION").exists()
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o700


def test_a_user_without_a_name_is_told(fresh: Path) -> None:
    assert f"{NamelessUser(uid=54321)}" in _as_user(54321, fresh).stderr


def _as_user(uid: int, state: Path) -> subprocess.CompletedProcess[str]:
    """Start and stop as that user, and print whose the servers were."""
    if os.geteuid() != 0:
        pytest.skip("only root can play other users")
    os.chown(state.parent, uid, uid)
    code = f"""
import os, pathlib, encodings.ascii, db.embedded
os.setgroups([]); os.setgid({uid}); os.setuid({uid})
with db.embedded.EmbeddedServers(pathlib.Path({str(state)!r}), durable=False) as servers:
    for pid in servers.pids.values():
        print(os.stat(f"/proc/{{pid}}").st_uid)
"""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )
